/** `runbook plan --confirmations`: what asks before it runs, as a text to be reviewed and given back with `--confirm-file`. */
import {Document} from "yaml";

import {planRun} from "../model/plan.ts";
import type {Cell} from "../model/runbook.ts";
import {host, user} from "../runtime/identity.ts";
import {kinds} from "../runtime/kinds/index.ts";
import type {RehearsedCell} from "../runtime/rehearse.ts";
import {rehearse} from "../runtime/rehearse.ts";
import type {OpenedDocument} from "./document.ts";
import type {GivenOptions} from "./given.ts";
import {givenFor} from "./given-for.ts";
import {count} from "./terminal/amounts.ts";

export interface ConfirmationOptions extends GivenOptions {
  readonly json?: boolean;
}

/** YAML with comments; without them as JSON. Either is read back. */
export async function confirmationsOf(document: OpenedDocument, options: ConfirmationOptions): Promise<string> {
  const {runbook, section} = document;
  const {values, environment} = await givenFor(document, options);
  const steps = await rehearse({runbook, plan: planRun(runbook, {section}), kinds, environment, values});
  const asking = steps.flatMap(({step, cell}) => (step.type === "cell" && cell?.confirmation ? [[step, cell] as const] : []));
  const reviewed = {
    runbook: runbook.path,
    digest: runbook.digest,
    host,
    user,
    steps: Object.fromEntries(asking.map(([step, cell]) => [step.id, toReview(step, cell)]))
  };
  if (options.json) return `${JSON.stringify(reviewed, null, 2)}\n`;
  const yaml = new Document(reviewed);
  yaml.commentBefore = [
    ` ${count(asking.length, "cell")} of ${runbook.path} ${asking.length === 1 ? "asks" : "ask"} before ${asking.length === 1 ? "it runs" : "they run"}, here as ${user} on ${host}.`,
    " Read each one and take out what must not be confirmed; then: runbook exec … --confirm-file THIS-FILE",
    " A cell is asked about all the same if its text, options, target or values are others by then.",
    ...(asking.some(([, {open}]) => open.length > 0) ? [" A cell with `open` cannot be confirmed beforehand."] : []),
    ...(asking.some(([{options}]) => options.phrase !== null)
      ? [" Where there is a `phrase`, write the one that the document asks for."]
      : [])
  ].join("\n");
  return yaml.toString({lineWidth: 0});
}

function toReview(step: Cell, {assessment, confirmation, target, open}: RehearsedCell): Readonly<Record<string, unknown>> {
  const {reasons, unknown, values, text, sha256, phrase} = confirmation!;
  return {
    ...(step.title !== null && {title: step.title}),
    ...(step.span.file !== undefined && {file: step.span.file}),
    line: step.span.line,
    verdict: assessment.verdict,
    reasons,
    unknown,
    target,
    values,
    text,
    ...(phrase !== null && {"asks-for": phrase, phrase: ""}),
    ...(open.length > 0 ? {open} : {sha256})
  };
}

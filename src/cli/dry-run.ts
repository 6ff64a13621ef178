/** `exec --dry-run`: what would happen at each step, and what nobody can say without running it. */
import {formatDuration} from "../model/duration.ts";
import type {Question} from "../model/event.ts";
import {planRun} from "../model/plan.ts";
import type {Cell, Step} from "../model/runbook.ts";
import {kinds} from "../runtime/kinds/index.ts";
import type {RehearsedCell, RehearsedInput, RehearsedStep} from "../runtime/rehearse.ts";
import {rehearse} from "../runtime/rehearse.ts";
import type {OpenedDocument} from "./document.ts";
import type {GivenHere} from "./given-for.ts";
import type {Headless} from "./headless.ts";
import {intention, kindOf} from "./plan.ts";
import {count} from "./terminal/amounts.ts";
import type {Paint} from "./terminal/paint.ts";
import {headingsOf, quiet} from "./terminal/words.ts";

export interface DryRun {
  readonly document: OpenedDocument;
  readonly given: GivenHere;
  readonly headless: Headless;
  readonly mode: "drill" | "recovery";
  readonly paint: Paint;
}

export async function dryRunLines({document, given, headless, mode, paint}: DryRun): Promise<readonly string[]> {
  const {runbook, section} = document;
  const steps = await rehearse({runbook, plan: planRun(runbook, {section}), kinds, ...given});
  const lines = [
    `${paint.bold(quiet(runbook.title))} ${paint.dim(`(${quiet(runbook.path)})`)}`,
    `${mode} by ${quiet(given.operator)}, not run: what would happen`
  ];
  let heading = "";
  let stop: string | null = null;
  for (const one of steps) {
    const here = headingsOf(runbook, one.step);
    if (here !== heading) lines.push("", paint.underline((heading = here)));
    lines.push(headOf(one, paint));
    if (one.planned.action === "skip") continue;
    const {details, stops} = await tell(one, headless);
    lines.push(...details.map((detail) => `    ${paint.dim("·")} ${quiet(detail)}`));
    if (stops && stop === null && one.planned.phase === "in-order") {
      stop = one.step.id;
      lines.push(`    ${paint.yellow("■")} the run would stop here (exit code 3), unless what comes before leads around it`);
    }
  }
  return [...lines, "", ...notSimulated(steps).map((line) => paint.dim(line)), "nothing was run"];
}

function headOf({step, planned}: RehearsedStep, paint: Paint): string {
  const note = intention(step, planned);
  const action = planned.action === "skip" ? "skip" : planned.action;
  return `  ${action.padEnd(7)} ${kindOf(step)} ${paint.bold(step.id)}${step.title === null ? "" : `  ${quiet(step.title)}`}${note === "" ? "" : paint.dim(`  (${note})`)}`;
}

interface Told {
  readonly details: readonly string[];
  readonly stops: boolean;
}

async function tell({step, inputs, cell, planned}: RehearsedStep, headless: Headless): Promise<Told> {
  const details = inputs.map(inputWords);
  let stops = inputs.some(({value}) => value === null);
  if (step.type === "cell" && cell) details.push(...cellWords(step, cell));
  const question = planned.action === "execute" ? (cell?.confirmation ?? null) : planned.action === "ask" ? questionOf(step) : null;
  if (question !== null) {
    const open = cell?.open ?? [];
    const answered = await headless.preview(step, question);
    details.push(answered === null ? `${question.type}: nobody answers it` : `${question.type}: ${answered}`);
    if (open.length > 0) details.push(`it asks for what is not known yet: ${open.join("; ")}`);
    stops ||= answered === null;
  }
  return {details, stops};
}

const inputWords = ({input, value, via}: RehearsedInput): string =>
  value === null ? `input ${input.name}: asked for, and nobody gives it` : `input ${input.name} = ${value} (${via})`;

function cellWords(
  {options, expectations, captures, answers}: Cell,
  {target, assessment, destroys, server}: RehearsedCell
): readonly string[] {
  const {timeoutMs, withinMs, everyMs, retries, safe, continueOnError} = options;
  const limits = [
    timeoutMs === null ? "no timeout" : `timeout ${formatDuration(timeoutMs)}`,
    ...(withinMs === null ? [] : [`again every ${formatDuration(everyMs)} within ${formatDuration(withinMs)}`]),
    ...(retries === null ? [] : [count(retries, "retry").replace(/retrys$/, "retries")]),
    ...(continueOnError ? ["the run goes on if it fails"] : [])
  ];
  const found = [...assessment.reasons, ...assessment.unknown.map((what) => `unknown: ${what}`)];
  return [
    `on ${target}`,
    limits.join(", "),
    ...(options.tty ? ["runs in a terminal"] : []),
    ...answers.map(({prompt, secret}) => `answers a prompt ${JSON.stringify(prompt)} with ${secret}`),
    `guard: ${assessment.verdict}${found.length > 0 ? `: ${found.join("; ")}` : ""}${safe === null ? "" : ` (overruled, safe: ${safe})`}`,
    ...(destroys && server !== "own" ? [identity[server]] : []),
    ...(expectations.length + captures.length === 0
      ? []
      : [
          `promises ${[...(expectations.length > 0 ? [count(expectations.length, "expectation")] : []), ...captures.map(({name}) => name)].join(", ")}`
        ])
  ];
}

const identity = {
  pinned: "its server is pinned, and checked before it starts",
  unpinned: "nothing pins the server that it acts on, so nothing checks it"
};

function questionOf(step: Step): Question | null {
  switch (step.type) {
    case "gate":
      return {type: "gate", role: step.role, releases: []};
    case "checklist":
      return {type: "checklist"};
    case "decision":
      return {type: "decision", proposed: null, why: null};
    case "cell":
      return null;
  }
}

function notSimulated(steps: readonly RehearsedStep[]): readonly string[] {
  const cells = steps.flatMap(({step, planned}) => (step.type === "cell" && planned.action !== "skip" ? [step] : []));
  const conditions = cells.filter(({options}) => options.when !== null);
  const proposals = steps.filter(({step}) => step.type === "decision" && step.choose !== null);
  return [
    "Not simulated:",
    "- what cells print and return, hence whether expectations hold, what is captured, and how long anything takes",
    ...(conditions.length > 0 ? [`- conditions that skip cells: ${conditions.map(({id}) => id).join(", ")}`] : []),
    ...(proposals.length > 0 ? [`- what decisions would propose: ${proposals.map(({step}) => step.id).join(", ")}`] : []),
    "- whether servers and hosts answer, whether pins hold, whether another run holds a target, whether required programs are there",
    "- sections for failures start only after one; those that always run do so at the end, whatever happened"
  ];
}

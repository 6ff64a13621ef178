import type {Problem, Runbook, Span} from "../../model/runbook.ts";
import type {RuntimeRule} from "../rules.ts";
import {refuseConninfo} from "./conninfo/resolve.ts";
import {EMBEDDED} from "./embedded/word.ts";
import {findTemplates} from "./template.ts";

/**
 * What is wrong with connections and hosts before anything runs: a `${NAME}` that can never have a value (neither given, nor an
 * input or a capture of the document), and a connection without any that nobody can read.
 */
export function checkTemplates(runbook: Runbook, lookup: (name: string) => string | undefined): readonly Problem[] {
  const {connections, hosts} = runbook.settings;
  const made = new Set([
    ...runbook.inputs.map(({name}) => name),
    ...runbook.steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []))
  ]);
  const texts = [
    ...Object.values(connections).flatMap(({name, span, url, systemIdentifier, database}) =>
      [url, systemIdentifier, database].filter((text) => text !== null).map((text) => ({what: `connection "${name}"`, span, text}))
    ),
    ...Object.values(hosts).map(({name, span, url}) => ({what: `host "${name}"`, span, text: url}))
  ];
  const problem = (rule: RuntimeRule, message: string, span: Span): Problem => ({
    rule,
    severity: "error",
    message,
    path: runbook.path,
    span
  });
  const unresolved = texts.flatMap(({what, span, text}) =>
    findTemplates(text)
      .filter(({name}) => !made.has(name) && lookup(name) === undefined)
      .map(({name}) =>
        problem(
          "template-unresolved",
          `${what} needs \${${name}}, and nothing gives it a value: use --set ${name}=…, --env-file, the environment, an input or a capture`,
          span
        )
      )
  );
  const unreadable = Object.values(connections).flatMap(({name, url, span}) => {
    const message = url.trim() === EMBEDDED || findTemplates(url).length > 0 ? null : refuseConninfo(url);
    return message === null ? [] : [problem("connection-syntax", `connection "${name}": ${message}`, span)];
  });
  return [...unresolved, ...unreadable];
}

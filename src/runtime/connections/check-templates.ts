import type {Problem, Runbook} from "../../model/runbook.ts";
import {findTemplates} from "./template.ts";

/** `${NAME}` in connections and hosts that can never have a value: neither given, nor an input or a capture of the document. */
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
  return texts.flatMap(({what, span, text}) =>
    findTemplates(text)
      .filter(({name}) => !made.has(name) && lookup(name) === undefined)
      .map(({name}) => ({
        rule: "template-unresolved",
        severity: "error" as const,
        message: `${what} needs \${${name}}, and nothing gives it a value: use --set ${name}=…, --env-file, the environment, an input or a capture`,
        path: runbook.path,
        span
      }))
  );
}

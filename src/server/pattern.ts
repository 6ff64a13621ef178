import {compilePattern} from "../expression/index.ts";
import type {Command} from "../model/command.ts";
import type {Runbook} from "../model/runbook.ts";

/** Why an input's own pattern refuses the value; only the server can match a pattern without being stalled by it. */
export function refusePattern(runbook: Runbook, command: Command): string | null {
  if (command.type !== "set-input" || command.value === "") return null;
  const pattern = runbook.inputs.find(({name}) => name === command.name)?.pattern ?? null;
  return pattern === null || compilePattern(pattern).matches(command.value) ? null : `"${command.name}" must match ${pattern}`;
}

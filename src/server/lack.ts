import type {Command} from "../model/command.ts";
import type {Runbook} from "../model/runbook.ts";
import {checkTemplates} from "../runtime/connections/check-templates.ts";
import {refuseInput} from "../runtime/inputs.ts";
import {probeRequirements} from "../runtime/requirements.ts";

/** What a run would need and has not; asked before its clock starts. */
export async function findLack(
  runbook: Runbook,
  environment: Readonly<Record<string, string>>,
  lookup: (name: string) => string | undefined
): Promise<string | null> {
  const problems = [...checkTemplates(runbook, lookup), ...(await probeRequirements(runbook, environment))];
  return problems.find(({severity}) => severity === "error")?.message ?? null;
}

/** An input's pattern is only judged here: nothing else can match one without being stalled by it. */
export function refuseByPattern({inputs}: Runbook, command: Command): string | null {
  if (command.type !== "set-input") return null;
  const input = inputs.find(({name}) => name === command.name);
  return input ? refuseInput(input, command.value) : null;
}

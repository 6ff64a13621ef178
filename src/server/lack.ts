import type {Runbook} from "../model/runbook.ts";
import {checkTemplates} from "../runtime/connections/check-templates.ts";
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

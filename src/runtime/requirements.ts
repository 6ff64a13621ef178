/** Whether the programs that a runbook requires are there, and new enough; asked before the clock starts. */
import {execa} from "execa";
import type {Problem, Requirement, Runbook} from "../model/runbook.ts";
import {pathOf} from "../model/runbook.ts";

export async function probeRequirements(
  {path, settings}: Runbook,
  environment: Readonly<Record<string, string>>
): Promise<readonly Problem[]> {
  const found = await Promise.all(
    settings.requires.map(async (requirement) => ({requirement, message: await findLack(requirement, environment)}))
  );
  return found.flatMap(({requirement: {span}, message}) =>
    message === null ? [] : [{rule: "requirement", severity: "error", message, path: pathOf({path}, span), span} as const]
  );
}

async function findLack({program, atLeast}: Requirement, env: Readonly<Record<string, string>>): Promise<string | null> {
  const result = await execa(program, ["--version"], {
    env,
    extendEnv: false,
    reject: false,
    timeout: 10_000,
    stdin: "ignore",
    maxBuffer: 65_536
  });
  if (result.exitCode === undefined && !result.timedOut) return `"${program}" is required and not found on PATH`;
  if (atLeast === null) return null;
  const version = /\d+(?:\.\d+)+|\d+/.exec(`${result.stdout}\n${result.stderr}`)?.[0];
  if (version === undefined) return `"${program}" must be ${atLeast} or newer, and "${program} --version" does not say what it is`;
  return compareVersions(version, atLeast) >= 0 ? null : `"${program}" must be ${atLeast} or newer, found ${version}`;
}

/** By number, part by part: 9.10 is newer than 9.9, and 15 as old as 15.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

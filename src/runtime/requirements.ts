/** Whether the programs that a runbook requires are there, and new enough; asked before the clock starts. */
import type {Problem, Requirement, Runbook} from "../model/runbook.ts";
import {pathOf} from "../model/runbook.ts";
import type {VersionAnswer} from "./ask-versions.ts";
import {askVersions} from "./ask-versions.ts";

export async function probeRequirements(
  {path, settings: {requires}}: Runbook,
  environment: Readonly<Record<string, string>>
): Promise<readonly Problem[]> {
  const programs = requires.map(({program}) => program);
  const answers = await askVersions(programs, environment);
  return requires.flatMap((requirement) => {
    const {program, span} = requirement;
    const message = findLack(requirement, answers.get(program)!);
    return message === null ? [] : [{rule: "requirement", severity: "error", message, path: pathOf({path}, span), span} as const];
  });
}

function findLack({program, atLeast}: Requirement, answer: VersionAnswer): string | null {
  if (answer.type === "absent") return `"${program}" is required and not found on PATH`;
  if (atLeast === null) return null;
  const version = answer.type === "said" ? /\d+(?:\.\d+)+|\d+/.exec(answer.text)?.[0] : undefined;
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

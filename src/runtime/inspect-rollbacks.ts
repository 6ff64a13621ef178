/** Cells of sections for failures that would destroy something, as the kinds find, whether or not it was done that they undo. */
import type {AnyKind} from "../model/kind.ts";
import {planRun} from "../model/plan.ts";
import type {Cell, Problem, Runbook} from "../model/runbook.ts";
import {pathOf} from "../model/runbook.ts";

/** The parser finds those that say so themselves. */
export async function inspectRollbacks(runbook: Runbook, kinds: readonly AnyKind[]): Promise<readonly Problem[]> {
  const plan = planRun(runbook);
  const problems: Problem[] = [];
  for (const [place, step] of runbook.steps.entries()) {
    const planned = plan.steps[place]!;
    if (step.type !== "cell" || planned.action === "skip" || planned.phase !== "on-failure") continue;
    const {when, destructive, safe} = step.options;
    if (when !== null || destructive !== null || safe !== null) continue;
    const reason = await findDestruction(step, runbook, kinds);
    if (reason === null) continue;
    const {line, column} = step.span;
    problems.push({
      rule: "rollback-when",
      severity: "error",
      message: `"${step.id}" destroys something after a failure (${reason}), so it needs a "when": was that done which it undoes?`,
      path: pathOf(runbook, step.span),
      span: {...step.span, endLine: line, endColumn: column}
    });
  }
  return problems;
}

/** Only what is known: a cell of which nobody can say asks a person all the same. */
async function findDestruction(cell: Cell, {inputs, steps}: Runbook, kinds: readonly AnyKind[]): Promise<string | null> {
  const captures = steps.flatMap((step) => (step.type === "cell" ? step.captures : []));
  const names = new Set([...inputs, ...captures].map(({name}) => name));
  try {
    const assessment = await kinds.find(({name}) => name === cell.kind)?.assess(cell, [...names]);
    return assessment?.verdict === "destructive" ? (assessment.reasons[0] ?? "as its text says") : null;
  } catch {
    return null; // it is asked about before it runs
  }
}

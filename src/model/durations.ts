import type {Run} from "./run.ts";
import {attemptsOf} from "./run.ts";
import type {StepId} from "./runbook.ts";

/** How long each cell that passed took, by its last attempt that did: what to expect the next time. */
export function durationsOf(run: Run): Readonly<Record<StepId, number>> {
  const durations: Record<StepId, number> = {};
  for (const [id, step] of run.steps.entries()) {
    const attempt = attemptsOf(step).findLast(({outcome}) => outcome.type === "passed");
    if (attempt) durations[id] = attempt.ending.durationMs;
  }
  return durations;
}

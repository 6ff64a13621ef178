import type {Run} from "./run.ts";
import {attemptsOf, goesOn, stepRun} from "./run.ts";
import type {Runbook, StepId} from "./runbook.ts";

/** Cells whose result is older than an execution above them in the document → the cell above that was executed last. */
export function findStale({steps}: Runbook, run: Run): ReadonlyMap<StepId, StepId> {
  const stale = new Map<StepId, StepId>();
  let newest: {readonly step: StepId; readonly ms: number} | null = null;
  for (const {id, type} of steps) {
    if (type !== "cell") continue;
    const now = stepRun(run, id);
    const attempt = goesOn(now) ? now.attempt : attemptsOf(now).at(-1);
    if (!attempt) continue;
    if (newest !== null && newest.ms > attempt.startedMs) {
      if (now.status === "ended") stale.set(id, newest.step);
    } else newest = {step: id, ms: attempt.startedMs};
  }
  return stale;
}

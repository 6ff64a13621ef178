import {notChosen} from "../model/course.ts";
import {planRun} from "../model/plan.ts";
import type {Run} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Runbook, StepId} from "../model/runbook.ts";
import {broke, settled} from "../model/standing.ts";

export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly broken: readonly StepId[];
  readonly asked: readonly StepId[];
}

/** How far the run is: of the steps that it has to get past, as far as that is decided. */
export function progressOf(runbook: Runbook, run: Run): Progress {
  const steps = (run.start?.plan ?? planRun(runbook)).steps;
  let done = 0;
  let of = 0;
  const broken: StepId[] = [];
  const asked: StepId[] = [];
  for (const planned of steps) {
    const now = stepRun(run, planned.step);
    if (broke(now)) broken.push(planned.step);
    if (now.status === "asked") asked.push(planned.step);
    if (planned.action === "skip" || planned.action === "offer" || planned.phase !== "in-order" || notChosen(run, planned) !== null)
      continue;
    of++;
    if (settled(now)) done++;
  }
  return {done, of, broken, asked};
}

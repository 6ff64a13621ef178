import {notChosen} from "./course.ts";
import type {Plan} from "./plan.ts";
import type {Run} from "./run.ts";
import {stepRun} from "./run.ts";
import type {Cell, Runbook, StepId} from "./runbook.ts";
import {stepsById} from "./runbook.ts";
import {settled} from "./standing.ts";

/** The cells that come after a gate, up to the next question: what confirming it leads to. */
export function cellsBehind(runbook: Runbook, run: Run, plan: Plan, gate: StepId): readonly Cell[] {
  const steps = stepsById(runbook);
  const at = plan.steps.findIndex(({step}) => step === gate);
  const asked = plan.steps[at];
  if (!asked || asked.action === "skip") return [];
  const cells: Cell[] = [];
  for (const planned of plan.steps.slice(at + 1)) {
    if (planned.action === "skip" || planned.action === "offer" || planned.phase !== asked.phase) continue;
    if (notChosen(run, planned) !== null || settled(stepRun(run, planned.step))) continue;
    const step = steps.get(planned.step);
    if (step?.type !== "cell") break;
    cells.push(step);
  }
  return cells;
}

import type {Run} from "../../model/run.ts";
import {stepRun} from "../../model/run.ts";
import type {Runbook} from "../../model/runbook.ts";
import {standing} from "../../model/standing.ts";
import type {Paint} from "./paint.ts";
import {count, toTime} from "./time.ts";
import {markOf, measureWords, outcomeColour, quiet} from "./words.ts";

/** How a run ended: its word, its steps counted, what it promised about time. */
export function summaryLines(runbook: Runbook, run: Run, paint: Paint): readonly string[] {
  if (run.ended === null) return [paint.yellow("not ended")];
  const {outcome, reason, notes, ms} = run.ended;
  const said = reason === "" ? "" : `: ${quiet(reason)}`;
  return [
    `${outcomeColour(outcome, paint)(paint.bold(outcome))} after ${toTime(ms)}${said}`,
    `  ${countSteps(run)}`,
    ...runbook.objectives.flatMap((objective) => {
      const measure = run.measures.get(objective.id);
      return measure
        ? [
            `  ${markOf(measure.result === "met" ? "passed" : measure.result === "not-measured" ? "skipped" : "failed", paint)} ${measureWords(objective, measure)}`
          ]
        : [];
    }),
    ...notes.map((note) => `  ${paint.dim("·")} ${quiet(note)}`)
  ];
}

/** "9 steps: 7 passed, 1 failed, 1 not reached". */
export function countSteps(run: Run): string {
  const counts = new Map<string, number>();
  let steps = 0;
  for (const planned of run.start?.plan.steps ?? []) {
    if (planned.action === "offer") continue;
    const word = standing(stepRun(run, planned.step));
    const name = word === "pending" ? (planned.action === "skip" ? "skipped" : "not reached") : word;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    steps++;
  }
  return `${count(steps, "step")}${steps > 0 ? `: ${[...counts].map(([name, number]) => `${number} ${name}`).join(", ")}` : ""}`;
}

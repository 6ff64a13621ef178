import {formatDuration} from "../../model/duration.ts";
import type {Measure} from "../../model/event.ts";
import type {Run} from "../../model/run.ts";
import type {Objective, Runbook} from "../../model/runbook.ts";
import {describeMeasure, judgeRun} from "../../model/verdict.ts";
import {count} from "./amounts.ts";
import type {Paint} from "./paint.ts";
import {outcomeColour, quiet} from "./words.ts";

/** How a run ended: its word and why, its steps counted, what it promised about time. */
export function summaryLines(runbook: Runbook, run: Run, paint: Paint): readonly string[] {
  if (run.ended === null) return [paint.yellow("not ended")];
  const {outcome, reason, notes, ms} = run.ended;
  return [
    `${outcomeColour(outcome, paint)(paint.bold(outcome))} after ${formatDuration(ms)}${reason === "" ? "" : `: ${quiet(reason)}`}`,
    ...(outcome === "passed" ? [] : [`  ${countSteps(runbook, run)}`]),
    ...runbook.objectives.flatMap((objective) => {
      const measure = run.measures.get(objective.id);
      return measure ? [`  ${measureLine(objective, measure, paint)}`] : [];
    }),
    ...notes.map((note) => `  ${paint.dim("·")} ${quiet(note)}`)
  ];
}

/** "✓ RTO 3.2s of at most 1h: met". */
export function measureLine(objective: Objective, measure: Measure, paint: Paint): string {
  const mark = {met: paint.green("✓"), missed: paint.red("✗"), failed: paint.red("✗"), "not-measured": paint.dim("–")}[measure.result];
  const {words} = describeMeasure(objective, measure);
  const result = measure.actualMs === null ? "" : `: ${measure.result}`;
  return `${mark} ${quiet(words)}${result}${measure.reason === null ? "" : ` (${quiet(measure.reason)})`}`;
}

/** "9 steps: 7 passed, 1 failed, 1 not reached". */
export function countSteps(runbook: Runbook, run: Run): string {
  const {counts, wanted} = judgeRun(runbook, run);
  const parts = Object.entries(counts).flatMap(([standing, number]) =>
    number > 0 ? [`${number} ${standing === "pending" ? "not reached" : standing}`] : []
  );
  return `${count(wanted, "step")}${parts.length > 0 ? `: ${parts.toReversed().join(", ")}` : ""}`;
}

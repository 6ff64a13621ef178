import type {StepRun} from "../model/run.ts";
import type {Standing} from "../model/standing.ts";
import {broke, settled, standing} from "../model/standing.ts";

/** How a section stands as a whole: what needs somebody first, what goes on, what broke, and only then that all of it is done. */
export function sectionStanding(steps: readonly StepRun[]): {readonly word: Standing; readonly done: number; readonly of: number} {
  const done = steps.filter(settled).length;
  const words = steps.map(standing);
  const urgent = (["asked", "running", "lost", "failed", "timed-out", "refused", "cancelled"] as const).find((word) =>
    words.includes(word)
  );
  const isThrough = done === steps.length && !steps.some(broke);
  const word = urgent ?? (!isThrough ? "pending" : words.every((one) => one === "skipped") ? "skipped" : "passed");
  return {word, done, of: steps.length};
}

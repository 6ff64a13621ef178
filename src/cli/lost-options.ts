import type {Runbook, Step, StepId} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {GivenAnswer} from "./given.ts";

const words = {again: "repeated", done: "done", skip: "skipped"} as const;

/** Reads `--lost STEP=again`, `STEP=done:WHY` and `STEP=skip:WHY`; a step that nobody has to decide about is a wrong call. */
export function readLost(options: readonly string[], runbook: Runbook, undecided: readonly Step[]): ReadonlyMap<StepId, GivenAnswer> {
  const given = new Map<StepId, GivenAnswer>();
  for (const option of options) {
    const at = option.lastIndexOf("=", Math.max(0, option.indexOf(":") === -1 ? option.length : option.indexOf(":")));
    const [id, rest] = [option.slice(0, Math.max(0, at)), option.slice(at + 1)];
    const [what, ...reason] = rest.split(":");
    const note = reason.join(":").trim();
    if (at <= 0 || !(what === "again" || what === "done" || what === "skip"))
      throw new UsageError(`--lost expects STEP=again, STEP=done:WHY or STEP=skip:WHY, found "${option}"`);
    const step = runbook.steps.find((step) => step.id === id);
    if (!step) throw new UsageError(`--lost ${id}: ${runbook.path} has no such step`);
    if (!undecided.includes(step)) throw new UsageError(`--lost ${id}: "${stepName(step)}" was not lost; there is nothing to decide`);
    if (what !== "again" && note === "") throw new UsageError(`--lost ${id}=${what} needs a reason: --lost "${id}=${what}:WHY"`);
    given.set(step.id, {text: words[what], note, by: null, via: "--lost"});
  }
  return new Map(undecided.flatMap(({id}) => (given.has(id) ? [[id, given.get(id)!]] : []))); // in the order of the runbook
}

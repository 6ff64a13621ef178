/** One word for how a step or a run stands, for every view and for `steps["id"].outcome` in expressions. */
import type {Run, StepRun} from "./run.ts";
import {unreachable} from "./unreachable.ts";

export type Standing =
  | "pending"
  | "asked"
  | "running"
  | "skipped"
  | "passed"
  | "failed"
  | "timed-out"
  | "cancelled"
  | "lost"
  | "answered"
  | "refused";

export function standing(step: StepRun): Standing {
  switch (step.status) {
    case "pending":
    case "offered":
      return "pending";
    case "asked":
    case "running":
    case "skipped":
      return step.status;
    case "answered":
      return step.answer.type === "refused" ? "refused" : "answered";
    case "background":
      return "passed"; // so far; its end may say otherwise
    case "ended":
      return step.attempt.outcome.type;
    default:
      return unreachable(step);
  }
}

/** The run need not come back to this step: it passed, was answered or was skipped. */
export function settled(step: StepRun): boolean {
  const word = standing(step);
  return word === "passed" || word === "skipped" || (word === "answered" && !awaitsExecution(step));
}

/** A cell that was confirmed, or is to be repeated, has been answered, and is still to be executed. */
export const awaitsExecution = (step: StepRun): boolean =>
  step.status === "answered" &&
  ((step.question.type === "confirmation" && step.answer.type === "confirmed") ||
    (step.question.type === "lost" && step.answer.type === "repeated"));

/** The step ended, and not well. */
export function broke(step: StepRun): boolean {
  const word = standing(step);
  return word === "failed" || word === "timed-out" || word === "cancelled" || word === "lost" || word === "refused";
}

/** `interrupted`: it began, nobody ended it, and no runner is at work on it (`live` is what the reader knows of that). */
export function runStanding(
  run: Run,
  live: boolean
): "not started" | "running" | "interrupted" | "passed" | "failed" | "missed" | "stopped" | "cancelled" {
  if (run.start === null) return "not started";
  return run.ended?.outcome ?? (live ? "running" : "interrupted");
}

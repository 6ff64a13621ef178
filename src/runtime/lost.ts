/** A step of which nobody saw how it ended is never repeated by itself: a person says what is to become of it. */
import type {StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Cell} from "../model/runbook.ts";
import {putQuestion} from "./ask.ts";
import type {Stage} from "./stage.ts";

/** `settled`: it is done or skipped, as a person says; `open`: nobody has said. */
export async function decideLost(stage: Stage, cell: Cell): Promise<"execute" | "settled" | "open"> {
  const now = stepRun(stage.run, cell.id);
  const attempt = lostAttempt(now) ?? (stage.cutShort.has(cell.id) ? cancelledAttempt(now) : null);
  if (attempt === null) return "execute";
  const answer = await putQuestion(stage, cell, {type: "lost", attempt});
  if (answer === null) return "open";
  if (answer.type === "repeated") return "execute";
  const answered = stepRun(stage.run, cell.id);
  if (answer.type === "skipped" && answered.status === "answered") {
    const {by, note} = answered;
    await stage.record({type: "step-skipped", step: cell.id, reason: note, by});
    await stage.record({type: "deviation-recorded", deviation: "skipped", step: cell.id, by, why: note});
  }
  return "settled";
}

const cancelledAttempt = (now: StepRun): number | null =>
  now.status === "ended" && now.attempt.outcome.type === "cancelled" ? now.attempt.number : null;

/** The number of the attempt that was lost, if nobody has decided about it yet. */
export function lostAttempt(now: StepRun): number | null {
  if (now.status === "ended") return now.attempt.outcome.type === "lost" ? now.attempt.number : null;
  return now.status === "asked" && now.question.type === "lost" ? now.question.attempt : null;
}

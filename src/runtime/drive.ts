/** Drives a run to its end: choose, act, record, fold, again. */
import {stepRun} from "../model/run.ts";
import {settled} from "../model/standing.ts";
import {concludeRun} from "../model/verdict.ts";
import {whenAborted} from "./inputs.ts";
import {noteLeftStanding} from "./left-standing.ts";
import {measureObjectives} from "./objectives.ts";
import {passStep} from "./pass.ts";
import {startReminders} from "./reminders.ts";
import type {Stage} from "./stage.ts";

/** `quit` aborts when nothing more is to be done: killed, or left without an end. */
export async function drive(stage: Stage, quit: AbortSignal): Promise<void> {
  const quitting = whenAborted(quit);
  const reminding = startReminders(stage);
  let by: string | null = null;
  try {
    while (!quit.aborted) {
      const move = await Promise.race([stage.request.conductor.choose(stage.run), quitting]);
      if (move?.type === "end") by = move.by ?? null;
      if (move === null || move.type === "end") break;
      if (move.type === "skip") await stage.record({type: "step-skipped", step: move.step, reason: move.reason, by: move.by});
      else await passStep(stage, stage.steps.get(move.step)!, move);
    }
    reminding.end({late: !isLeft(quit)});
    await stage.journal.settle();
    if (!isLeft(quit)) measureObjectives(stage);
  } finally {
    reminding.end({late: false});
    await stage.backgrounds.end(quit.aborted ? (quit.reason as Quitting) : "over");
    stage.notes.push(...(await stage.sessions.close()), ...(await closeTargets(stage)));
  }
  await stage.journal.settle();
  if (isLeft(quit)) return;
  const open = stage.stoppedAt !== null && !settled(stepRun(stage.run, stage.stoppedAt)) ? stage.stoppedAt : null;
  const concluded = concludeRun(stage.request.runbook, stage.run, open);
  const left = noteLeftStanding(stage.request.runbook, stage.run, concluded.outcome);
  await stage.record({type: "run-ended", ...concluded, notes: left === null ? stage.notes : [...stage.notes, left], by});
}

/** Why a run quits before its course is through. */
export type Quitting = "killed" | "left";
const isLeft = ({aborted, reason}: AbortSignal): boolean => aborted && (reason as Quitting) === "left";

async function closeTargets({targets}: Stage): Promise<readonly string[]> {
  try {
    await targets.close();
    return [];
  } catch (error) {
    return [`a connection could not be closed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

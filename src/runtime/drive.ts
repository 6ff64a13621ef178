/** Drives a run to its end: choose, act, record, fold, again. */
import {stepRun} from "../model/run.ts";
import {settled} from "../model/standing.ts";
import {concludeRun} from "../model/verdict.ts";
import {measureObjectives} from "./objectives.ts";
import {passStep} from "./pass.ts";
import type {Stage} from "./stage.ts";

/** `killed` says whether everything is to end at once. */
export async function drive(stage: Stage, killed: () => boolean): Promise<void> {
  try {
    while (!killed()) {
      const move = await stage.request.conductor.choose(stage.run);
      if (move.type === "end" || killed()) break;
      if (move.type === "skip") await stage.record({type: "step-skipped", step: move.step, reason: move.reason, by: move.by});
      else await passStep(stage, stage.steps.get(move.step)!);
    }
    await stage.journal.settle();
    measureObjectives(stage);
  } finally {
    stage.notes.push(...(await stage.sessions.close()), ...(await closeTargets(stage)));
  }
  await stage.journal.settle();
  const open = stage.stoppedAt !== null && !settled(stepRun(stage.run, stage.stoppedAt)) ? stage.stoppedAt : null;
  await stage.record({type: "run-ended", ...concludeRun(stage.request.runbook, stage.run, open), notes: stage.notes});
}

async function closeTargets({targets}: Stage): Promise<readonly string[]> {
  try {
    await targets.close();
    return [];
  } catch (error) {
    return [`a connection could not be closed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

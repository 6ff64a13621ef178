/** Gets a run past one step: executes a cell, puts a question. */
import type {Scope} from "../expression/index.ts";
import {evaluate, truth} from "../expression/index.ts";
import type {Edit} from "../model/edit.ts";
import {editCell} from "../model/edit.ts";
import {attemptsOf, stepRun} from "../model/run.ts";
import type {Cell, Step} from "../model/runbook.ts";
import {putQuestion} from "./ask.ts";
import {attemptCell, failAttempt} from "./attempt.ts";
import {assessCell, confirmCell, destroys} from "./confirm.ts";
import {enterIncludes} from "./enter-includes.ts";
import {resolveInputs, whenAborted} from "./inputs.ts";
import {decideLost} from "./lost.ts";
import {noteDifference} from "./not-as-confirmed.ts";
import {questionOf} from "./question-of.ts";
import {reachTarget} from "./reach-target.ts";
import {describeFailure, scopeOf} from "./scope.ts";
import type {Stage} from "./stage.ts";

export async function passStep(stage: Stage, step: Step, {by, edit}: {by: string | null; edit?: Edit}): Promise<void> {
  stage.beginPass(by);
  if (!(await enter(stage, step))) return;
  stage.milestones.reachBefore(stage, step);
  const settled = step.type === "cell" ? await passCell(stage, step, edit) : await passQuestion(stage, step);
  if (settled) stage.milestones.reachAfter(stage, step);
}

/** Whether what the includes around it set has values. */
async function enter(stage: Stage, step: Step): Promise<boolean> {
  const {waits, trouble} = await enterIncludes(stage, step);
  if (trouble === null) return !waits;
  if (step.type === "cell") await failAttempt(stage, step, attemptsOf(stepRun(stage.run, step.id)).length + 1, trouble);
  else {
    stage.notes.push(trouble);
    stage.stoppedAt ??= step.id;
  }
  return false;
}

async function passQuestion(stage: Stage, step: Exclude<Step, Cell>): Promise<boolean> {
  if (!(await resolveInputs(stage, step.uses, step))) return false;
  const answer = await putQuestion(stage, step, await questionOf(stage, step));
  return answer !== null && answer.type !== "refused";
}

async function passCell(stage: Stage, written: Cell, edit: Edit | undefined): Promise<boolean> {
  const cell = edit ? editCell(stage.request.runbook, written, edit.text) : written;
  const begun = attemptsOf(stepRun(stage.run, cell.id)).length;
  const lost = await decideLost(stage, cell);
  if (lost !== "execute") return lost === "settled";
  const decided = await decide(stage, cell);
  if (decided === "unknown") return false;
  if (typeof decided === "object") {
    await failAttempt(stage, cell, begun + 1, decided.message);
    return false;
  }
  if (decided === "skip") {
    await stage.record({type: "step-skipped", step: cell.id, reason: `when ${cell.options.when!.source}`, by: null});
    return true;
  }
  if (!(await resolveInputs(stage, cell.uses, cell))) return false;
  const assessment = await assessCell(stage.kindOf(cell), cell, stage.variables.bound.keys());
  if (!(await confirmCell(stage, cell, assessment))) return false;
  await noteDifference(stage, cell, assessment, edit !== undefined);
  if (edit) await stage.record({type: "deviation-recorded", deviation: "edited", step: cell.id, by: edit.by, why: edit.why});
  return executeUntil(stage, cell, begun, destroys(cell, assessment));
}

/** What the cell's `when` says; it needs its own inputs, but not those that only the cell needs. */
async function decide(stage: Stage, cell: Cell): Promise<"execute" | "skip" | "unknown" | {readonly message: string}> {
  const {when} = cell.options;
  if (when === null) return "execute";
  const names = when.reads.flatMap((root) => (root.startsWith("vars.") ? [root.slice(5)] : []));
  if (!(await resolveInputs(stage, names, cell))) return "unknown";
  const scope = scopeOf(stage, {cell});
  const read = (scope: Scope): boolean => truth(evaluate(when.source, scope));
  try {
    return read(scope) ? "execute" : "skip";
  } catch (error) {
    return {message: `when ${when.source}: ${describeFailure(stage.redactor, read, scope, error)}`};
  }
}

/** Attempts until one passes, `within` has gone by or `retries` are used up. */
async function executeUntil(stage: Stage, cell: Cell, begun: number, destructive: boolean): Promise<boolean> {
  const {timeoutMs, withinMs, everyMs, retries} = cell.options;
  if ((await reachTarget(stage, cell, false)).type === "withdrawn") return false; // a server that starts takes no time of the cell's
  const began = performance.now();
  const leftMs = (): number => (withinMs === null ? Number.POSITIVE_INFINITY : withinMs - (performance.now() - began));
  const most = retries === null ? (withinMs === null ? 1 : Number.POSITIVE_INFINITY) : retries + 1;
  for (let tried = 1; !stage.withdrawn; tried++) {
    const reached = await reachTarget(stage, cell, destructive);
    if (reached.type === "withdrawn") return false;
    if (reached.type === "refused") {
      await failAttempt(stage, cell, begun + tried, reached.message);
      return false;
    }
    const limitMs = Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, leftMs());
    const outcome = await attemptCell(
      stage,
      cell,
      begun + tried,
      Number.isFinite(limitMs) ? Math.max(1, Math.round(limitMs)) : null,
      destructive
    );
    if (outcome.type === "passed") return true;
    // What was cancelled or lost is never repeated by itself.
    if (outcome.type === "cancelled" || outcome.type === "lost" || tried >= most || leftMs() <= everyMs) return false;
    if (!(await wait(stage, cell, everyMs))) return false;
  }
  return false;
}

async function wait(stage: Stage, cell: Cell, ms: number): Promise<boolean> {
  const waiting = stage.interruptible(cell.id);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([new Promise((resolve) => (timer = setTimeout(resolve, ms))), whenAborted(waiting.signal)]);
    return !waiting.signal.aborted;
  } finally {
    clearTimeout(timer);
    waiting.end();
  }
}

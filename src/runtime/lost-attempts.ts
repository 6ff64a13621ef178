/** Attempts that their runner did not see the end of: what they started is ended, and what is known of them is recorded. */
import type {Ending, Fact, StreamTotal} from "../model/event.ts";
import type {Attempt, Run} from "../model/run.ts";
import {goesOn, stepRun} from "../model/run.ts";
import type {StepId} from "../model/runbook.ts";
import type {EarlierStream} from "./earlier-output.ts";
import {readEarlierOutput} from "./earlier-output.ts";
import {endProcesses} from "./kill-run.ts";
import {isKept} from "./resumable.ts";

export interface LostAttempt {
  readonly step: StepId;
  readonly attempt: Attempt;
}

export function findLostAttempts(run: Run): readonly LostAttempt[] {
  const kept = findKeptSteps(run);
  return findAttemptsOf(
    run,
    stepsOf(run).filter((step) => !kept.includes(step))
  );
}

/** Cells in the background whose processes go on without their runner. */
export const findKeptSteps = (run: Run): readonly StepId[] => stepsOf(run).filter((step) => isKept(stepRun(run, step)));

/** The attempts of these steps that have begun and not ended. */
export const findAttemptsOf = (run: Run, steps: readonly StepId[]): readonly LostAttempt[] =>
  steps.flatMap((step) => {
    const now = stepRun(run, step);
    return goesOn(now) ? [{step, attempt: now.attempt}] : [];
  });

const stepsOf = (run: Run): readonly StepId[] => (run.start?.plan.steps ?? []).map(({step}) => step);

/** Ends what is left of the attempts; their watchdog has begun to when their runner went. Says what there was. */
export function endLostProcesses(run: string, lost: readonly LostAttempt[]): Promise<readonly string[]> {
  if (lost.length === 0) return Promise.resolve([]);
  const marks = lost.map(({step, attempt}) => `${step}.${attempt.number}.`);
  return endProcesses(run, (cell) => cell === null || marks.some((mark) => cell.startsWith(mark)));
}

/** `untilMs`: of the last event that the runner wrote. */
export async function toLostEnd(
  {step, attempt}: LostAttempt,
  {folder, untilMs, leftovers}: {folder: string; untilMs: number; leftovers: readonly string[]}
): Promise<Extract<Fact, {type: "cell-ended"}>> {
  const {stdout, stderr} = await readEarlierOutput(attempt, folder);
  const ending: Ending = {
    durationMs: Math.max(0, untilMs - attempt.startedMs),
    exit: null,
    signal: null,
    sqlstate: null,
    rowCount: null,
    streams: {stdout: totalOf(stdout), stderr: totalOf(stderr)},
    state: null,
    transaction: null,
    leftovers,
    kept: [],
    redactions: stdout.redactions + stderr.redactions,
    detail: null
  };
  const message = "its runner was gone before it ended; nobody saw how it did";
  return {type: "cell-ended", step, attempt: attempt.number, outcome: {type: "lost", message}, ending};
}

/** What was recorded of a stream; whether there was more, nobody knows. */
const totalOf = ({bytes, hash}: EarlierStream): StreamTotal => ({bytes, sha256: hash.digest("hex"), truncated: false});

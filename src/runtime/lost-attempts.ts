/** Attempts that their runner did not see the end of: what they started is ended, and what is known of them is recorded. */
import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {join} from "node:path";
import type {Ending, Fact, Stream, StreamTotal} from "../model/event.ts";
import type {Attempt, Run} from "../model/run.ts";
import {goesOn, stepRun} from "../model/run.ts";
import type {StepId} from "../model/runbook.ts";
import {endProcesses} from "./kill-run.ts";

export interface LostAttempt {
  readonly step: StepId;
  readonly attempt: Attempt;
}

export const findLostAttempts = (run: Run): readonly LostAttempt[] =>
  (run.start?.plan.steps ?? []).flatMap(({step}) => {
    const now = stepRun(run, step);
    return goesOn(now) ? [{step, attempt: now.attempt}] : [];
  });

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
  const ending: Ending = {
    durationMs: Math.max(0, untilMs - attempt.startedMs),
    exit: null,
    signal: null,
    sqlstate: null,
    rowCount: null,
    streams: {stdout: await totalOf(attempt, "stdout", folder), stderr: await totalOf(attempt, "stderr", folder)},
    state: null,
    transaction: null,
    leftovers,
    kept: [],
    redactions: 0,
    detail: null
  };
  const message = "its runner was gone before it ended; nobody saw how it did";
  return {type: "cell-ended", step, attempt: attempt.number, outcome: {type: "lost", message}, ending};
}

/** What was recorded of a stream; whether there was more, nobody knows. */
async function totalOf({outputs}: Attempt, stream: Stream, folder: string): Promise<StreamTotal> {
  const hash = createHash("sha256");
  let bytes = 0;
  const take = (part: Buffer): void => {
    hash.update(part);
    bytes += part.length;
  };
  const ours = outputs.toArray().flatMap((output) => ("stream" in output && output.stream === stream ? [output] : []));
  const file = ours.findLast((output) => output.type === "overflowed");
  if (file?.type === "overflowed") {
    const read = createReadStream(join(folder, "outputs", file.file), {end: file.bytes - 1});
    for await (const part of read) take(part as Buffer);
  } else
    for (const output of ours) {
      if (output.type === "text") take(Buffer.from(output.text));
      if (output.type === "base64") take(Buffer.from(output.base64, "base64"));
    }
  return {bytes, sha256: hash.digest("hex"), truncated: false};
}

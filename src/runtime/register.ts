/**
 * The register of a folder of runs: a line when a run starts and one when it ends, with the sha256 of the line of the journal that ended it. A run
 * that is taken away, and a journal whose end is, can be missed by it. The lines are chained like those of a journal.
 */
import {createHash} from "node:crypto";
import type {FileHandle} from "node:fs/promises";
import {open} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import type {Mode, RunOutcome} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {UsageError} from "../model/usage-error.ts";
import {firstPrev} from "./journal.ts";
import type {Lock} from "./lock.ts";
import {LockedError, takeLock} from "./lock.ts";
import {summarize} from "./summary.ts";

export type RegisterLine = NewLine & {readonly prev: string};
type NewLine = {readonly at: string; readonly run: string} & Registered;
type Registered = RegisteredStart | RegisteredEnd;
export interface RegisteredStart {
  readonly type: "run-started";
  readonly folder: string; // the name of the run's folder
  readonly path: string; // of the runbook, as the run was told it
  readonly title: string;
  readonly digest: string;
  readonly section: string | null;
  readonly mode: Mode;
  readonly operator: string;
}
export interface RegisteredEnd {
  readonly type: "run-ended";
  readonly outcome: RunOutcome;
  readonly journal: string; // sha256 of the line that ended it
}

/** Beside a folder that is called `runs`; any other may stand anywhere, and has it inside. */
export const registerOf = (runsDirectory: string): string =>
  join(basename(runsDirectory) === "runs" ? dirname(runsDirectory) : runsDirectory, "register.ndjson");

interface Where {
  readonly runsDirectory: string;
}

/** On disk before anything is executed; throws a `UsageError` when the run cannot be registered. */
export async function registerStart({runsDirectory}: Where, folder: string, run: Run): Promise<void> {
  const {runbook, plan, mode, operator, run: id} = run.start!;
  const {path, title, digest} = runbook;
  const name = basename(folder);
  try {
    await append(registerOf(runsDirectory), {
      at: run.startedAt!,
      run: id,
      type: "run-started",
      folder: name,
      path,
      title,
      digest,
      section: plan.section,
      mode,
      operator
    });
  } catch (error) {
    throw new UsageError(`nothing was executed: the run cannot be registered: ${messageOf(error)}`);
  }
}

export async function registerEnd({runsDirectory}: Where, folder: string, run: Run): Promise<void> {
  const {at, outcome} = run.ended!;
  const register = registerOf(runsDirectory);
  try {
    const {journal} = (await summarize(folder))!;
    await append(register, {at, run: run.start!.run, type: "run-ended", outcome, journal: journal!});
  } catch (error) {
    throw new RegisterError(
      `the run has ended (${outcome}: ${run.ended!.reason}) and its journal is whole, but ${register} does not say so: ${messageOf(error)}`
    );
  }
}

class RegisterError extends Error {
  override name = "RegisterError";
}

const patienceMs = 20_000;

/** Several runners append: each takes the lock, for as long as one line takes. */
async function append(path: string, line: NewLine): Promise<void> {
  const lock = await waitForLock(path);
  try {
    const file = await open(path, "a+");
    try {
      const {size} = await file.stat();
      const {prev, bytes} = await findEnd(file, size);
      if (bytes < size) await file.truncate(bytes); // a torn line: nobody went on after it
      await file.appendFile(`${JSON.stringify({...line, prev})}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  } finally {
    lock.release();
  }
}

async function waitForLock(path: string): Promise<Lock> {
  const until = performance.now() + patienceMs;
  for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
    try {
      return takeLock(dirname(path), `${basename(path)}.lock`);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (performance.now() > until)
        throw new Error(
          `process ${error.holder.pid} on ${error.holder.host} has held ${path}.lock for ${patienceMs / 1000} s; if it is gone, remove that file`
        );
    }
    await sleep(pause + Math.random() * pause);
  }
}

/** The hash of the last whole line, and where it ends. */
async function findEnd(file: FileHandle, size: number): Promise<{readonly prev: string; readonly bytes: number}> {
  for (let length = 4096; ; length *= 2) {
    const from = Math.max(0, size - length);
    const {buffer, bytesRead} = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const tail = buffer.subarray(0, bytesRead);
    const end = tail.lastIndexOf(10) + 1;
    const begin = end < 2 ? 0 : tail.lastIndexOf(10, end - 2) + 1;
    if (from > 0 && begin === 0) continue;
    return end === 0 ? {prev: firstPrev, bytes: 0} : {prev: sha256(tail.subarray(begin, end)), bytes: from + end};
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

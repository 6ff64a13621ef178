import {setTimeout as sleep} from "node:timers/promises";
import {findMarked, findWithLeader, type MarkedProcess, toText} from "./marks.ts";
import type {Printing} from "./printing.ts";
import {type ProcessEnd, type Started, signalGroup, signalProcess} from "./process.ts";

export interface Ending extends ProcessEnd {
  readonly aborted: boolean; // the abort came before the cell had ended by itself
  readonly lost?: string; // nobody saw how it ended
  readonly unbegun?: string; // why it was not started
  readonly held: boolean; // a process still has the cell's output open
  readonly leftovers: readonly string[];
  readonly kept: readonly string[];
}
export interface Guarded extends Guarding {
  readonly started: Started;
  readonly mark: string;
  readonly printing: Printing;
}
export interface Guarding {
  readonly signal: AbortSignal;
  readonly keep: boolean;
  readonly letGo?: Promise<void>; // nobody waits any longer for what runs, and it goes on
  readonly graceMs: number;
  readonly settleMs: number;
}

/** Waits for the end of a cell, or brings it about, and leaves nothing behind that was not meant to stay. */
export async function endCell({started, mark, printing, signal, keep, letGo, graceMs, settleMs}: Guarded): Promise<Ending> {
  const group = started.pid;
  let left = false;
  let aborted = false;
  let kill: NodeJS.Timeout | undefined;
  const abort = () => {
    if (left) return; // the first reason wins
    aborted = true;
    endAll(group, findMarked(mark, group), "SIGTERM");
    kill = setTimeout(() => endAll(group, findMarked(mark, group), "SIGKILL"), graceMs);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, {once: true});
  const end = await (letGo ? Promise.race([started.ended, letGo.then(() => null)]) : started.ended);
  left = true;
  signal.removeEventListener("abort", abort);
  clearTimeout(kill);
  if (end === null) {
    const kept = findWithLeader(mark, group).map(toText);
    printing.stop();
    started.release();
    return {exit: null, signal: null, aborted: false, held: false, leftovers: [], kept};
  }

  const found = await settle(group, mark, aborted ? 0 : settleMs, signal);
  const kept = keep && !aborted ? found : [];
  const leftovers = kept.length > 0 ? [] : found;
  if (leftovers.length > 0) await endLeft(group, mark, graceMs);
  const closed = printing.ended.then(() => true);
  const silent = await (kept.length > 0 ? Promise.race([closed, sleep(readingMs, false)]) : drained(printing, graceMs));
  if (!silent) printing.stop();
  await printing.ended;
  return {...end, aborted, held: !silent, leftovers: leftovers.map(toText), kept: kept.map(toText)};
}

/** What is still there a little after the shell has ended; most of it ends by itself, like a `tee` that reads the last lines. */
async function settle(group: number, mark: string, settleMs: number, signal: AbortSignal | null): Promise<readonly MarkedProcess[]> {
  const until = performance.now() + settleMs;
  for (let pause = 1; ; pause = Math.min(pause * 2, 25)) {
    const found = findMarked(mark, group);
    if (found.length === 0 || performance.now() >= until || signal?.aborted) return found;
    await sleep(pause);
  }
}

const readingMs = 50; // for what a pipe still holds that nobody writes to any more
const dyingMs = 2000; // a killed process is there until the system has taken it down

/** TERM to the group and to every marked process outside it, KILL after the grace; waits until they are gone. */
async function endLeft(group: number, mark: string, graceMs: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGTERM", graceMs],
    ["SIGKILL", dyingMs]
  ] as const) {
    const found = findMarked(mark, group);
    if (found.length === 0) return;
    endAll(group, found, signal);
    await settle(group, mark, patienceMs, null);
  }
}

function endAll(group: number, marked: readonly MarkedProcess[], signal: NodeJS.Signals): void {
  signalGroup(group, signal);
  for (const {pid, group: other} of marked) if (other !== group) signalProcess(pid, signal);
}

/** True once everything printed was read and nobody holds the pipes; gives up when nothing comes for as long as the grace. */
async function drained(printing: Printing, graceMs: number): Promise<boolean> {
  let ended = false;
  const end = printing.ended.then(() => (ended = true));
  const from = performance.now();
  while (!ended) {
    await Promise.race([end, sleep(20)]);
    if (printing.waiting) continue;
    if (performance.now() - Math.max(from, printing.lastAt) > graceMs) break;
  }
  return ended;
}

/** Ends every process of a run at once. A process belongs to a run if it carries its id in its environment. */
import {readdirSync, readFileSync} from "node:fs";

export function killProcessesOf(run: string): readonly number[] {
  const killed: number[] = [];
  for (const pid of findProcessesOf(run)) {
    try {
      process.kill(pid, "SIGKILL");
      killed.push(pid);
    } catch {
      // it has ended by itself
    }
  }
  return killed;
}

function findProcessesOf(run: string): readonly number[] {
  const mark = Buffer.from(`\0RUNBOOK_RUN=${run}\0`);
  let names: readonly string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return []; // no Linux: the kinds end what they started
  }
  return names
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => (carries(name, mark) ? [Number(name)] : []));
}

function carries(pid: string, mark: Buffer): boolean {
  try {
    return Buffer.concat([Buffer.from("\0"), readFileSync(`/proc/${pid}/environ`)]).includes(mark);
  } catch {
    return false; // of another user, or gone
  }
}

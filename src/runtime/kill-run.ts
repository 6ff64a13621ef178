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

const patienceMs = 8000; // a watchdog may be at it: TERM, and KILL after five seconds

/** Waits for processes of a run to end, kills those that do not, and says which there were. `which` judges by the mark of their cell. */
export async function endProcesses(run: string, which: (cell: string | null) => boolean): Promise<readonly string[]> {
  const find = (): readonly number[] => findProcessesOf(run).filter((pid) => which(cellOf(pid)));
  const names = new Map<number, string>();
  const until = performance.now() + patienceMs;
  for (let left = find(); left.length > 0; left = find()) {
    for (const pid of left) {
      if (!names.has(pid)) names.set(pid, `${commandOf(pid)} (pid ${pid})`);
      if (performance.now() > until + patienceMs) throw new Error(`${names.get(pid)} of the run cannot be ended`);
      if (performance.now() > until) kill(pid);
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return [...names.values()];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended by itself
  }
}

/** The attempt that a process belongs to, as bash cells mark it. */
function cellOf(pid: number): string | null {
  const entry = readProc(pid, "environ")
    .split("\0")
    .find((entry) => entry.startsWith("RUNBOOK_CELL="));
  return entry === undefined ? null : entry.slice(entry.indexOf("=") + 1);
}

const commandOf = (pid: number): string => readProc(pid, "cmdline").split("\0").filter(Boolean).join(" ").slice(0, 200);

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
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

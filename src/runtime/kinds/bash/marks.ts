import {readdirSync, readFileSync} from "node:fs";
import {signalGroup} from "./process.ts";

/** A process that an attempt has started. */
export interface MarkedProcess {
  readonly pid: number;
  readonly group: number;
  readonly started: string; // ISO 8601; with the pid it names the process
  readonly command: string;
}

/** Names of the variables by which a process is known to belong to a run and to one attempt of a cell. */
export const runMark = "RUNBOOK_RUN";
export const cellMark = "RUNBOOK_CELL";

/**
 * The living processes that an attempt has left: those in its process group, and those that carry its mark wherever they went.
 * Where the system has no /proc only the group can be seen.
 */
export function findMarked(mark: string, group: number): readonly MarkedProcess[] {
  const pids = newer(group);
  if (pids === null) return signalGroup(group, 0) ? [{pid: group, group, started: "", command: `process group ${group}`}] : [];
  const found = new Map<number, MarkedProcess>();
  for (const pid of pids) {
    const stat = readStat(pid);
    if (!stat) continue;
    // a process whose parent has ended now belongs to an ancestor of ours; reading the environment of every other one is slow
    const related = stat.group === group || stat.parent === group || adopters().has(stat.parent) || found.has(stat.parent);
    if (!related || (stat.group !== group && !isMarked(pid, mark))) continue;
    found.set(pid, {pid, group: stat.group, started: toTime(stat.startedTicks), command: commandOf(pid) || stat.name});
  }
  return [...found.values()];
}

/** The same with the leader of the group, while that lives. */
export function findWithLeader(mark: string, group: number): readonly MarkedProcess[] {
  const stat = readStat(group);
  const found = findMarked(mark, group).filter(({pid}) => pid !== group);
  if (!stat) return found;
  return [{pid: group, group: stat.group, started: toTime(stat.startedTicks), command: commandOf(group) || stat.name}, ...found];
}

/** While a process becomes another program, its environment reads as empty: it is read again, for a little. */
function isMarked(pid: number, mark: string): boolean {
  for (let tries = 1; ; tries++) {
    const environment = readProc(pid, "environ");
    if (environment !== "" || tries === 20) return environment?.split("\0").includes(`${cellMark}=${mark}`) ?? false;
    Atomics.wait(moment, 0, 0, 1);
  }
}
const moment = new Int32Array(new SharedArrayBuffer(4));

let ancestors: ReadonlySet<number> | undefined;
/** Our ancestors: one of them becomes the parent of every process that loses its own. */
function adopters(): ReadonlySet<number> {
  if (ancestors) return ancestors;
  const found = new Set([1]);
  for (let pid = process.ppid; pid > 1 && !found.has(pid); pid = readStat(pid)?.parent ?? 1) found.add(pid);
  return (ancestors = found);
}

export const toText = ({pid, started, command}: MarkedProcess): string => `${command} (pid ${pid}, started ${started})`;

/** Pids come in order: when nothing was started since the cell's shell, the folder of all processes need not be read. */
function newer(group: number): readonly number[] | null {
  const last = Number(readText("/proc/loadavg")?.trim().split(" ").at(-1));
  if (last === group) return [];
  try {
    const pids = readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0)
      .sort((a, b) => a - b);
    return last > group ? pids.filter((pid) => pid > group) : pids; // or they began again from the lowest
  } catch {
    return null;
  }
}

interface Stat {
  readonly name: string;
  readonly parent: number;
  readonly group: number;
  readonly startedTicks: number;
}
function readStat(pid: number): Stat | null {
  const stat = readProc(pid, "stat");
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!stat || !fields || fields[0] === "Z" || fields[0] === "X") return null;
  const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  return {name, parent: Number(fields[1]), group: Number(fields[2]), startedTicks: Number(fields[19])};
}

function commandOf(pid: number): string {
  const command = readProc(pid, "cmdline")?.split("\0").filter(Boolean).join(" ") ?? "";
  return command.length > 200 ? `${command.slice(0, 199)}…` : command;
}

let bootTimeMs: number | undefined;
function toTime(ticks: number): string {
  bootTimeMs ??= Number(/^btime (\d+)$/m.exec(readText("/proc/stat") ?? "")?.[1] ?? 0) * 1000;
  return new Date(bootTimeMs + ticks * 10).toISOString(); // Linux shows times to user space in 1/100 s everywhere
}

const readProc = (pid: number, name: string): string | undefined => readText(`/proc/${pid}/${name}`);
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

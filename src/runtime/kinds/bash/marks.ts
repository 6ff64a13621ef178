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
  return pids.flatMap((pid) => {
    const found = describe(pid);
    if (!found || (found.group !== group && !readProc(pid, "environ")?.split("\0").includes(`${cellMark}=${mark}`))) return [];
    return [{...found, command: commandOf(pid) || found.command}];
  });
}

export const toText = ({pid, started, command}: MarkedProcess): string => `${command} (pid ${pid}, started ${started})`;

/** Pids come in order: when nothing was started since the cell's shell, the folder of all processes need not be read. */
function newer(group: number): readonly number[] | null {
  const last = Number(readText("/proc/loadavg")?.trim().split(" ").at(-1));
  if (last === group) return [];
  try {
    const pids = readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0);
    return last > group ? pids.filter((pid) => pid > group) : pids; // or they began again from the lowest
  } catch {
    return null;
  }
}

function describe(pid: number): MarkedProcess | null {
  const stat = readProc(pid, "stat");
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!stat || !fields || fields[0] === "Z" || fields[0] === "X") return null;
  return {
    pid,
    group: Number(fields[2]),
    started: toTime(Number(fields[19])),
    command: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"))
  };
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

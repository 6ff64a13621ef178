/** Names a process so that another one with a number used again is not taken for it. */
import {readFileSync} from "node:fs";
import type {ProcessName} from "../model/event.ts";

export const nameProcess = (pid: number): ProcessName => ({pid, startedAt: startOf(pid), boot: bootId()});

/** Where the system does not tell when a process started, any of that number is taken for it. */
export function isAlive({pid, startedAt, boot}: ProcessName): boolean {
  if (boot !== null && boot !== bootId()) return false;
  if (startedAt !== null) return startOf(pid) === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and parentheses. A zombie is no living process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function bootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return null;
  }
}

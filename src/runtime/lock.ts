/** One process writes a journal: a file in the run folder says which. Written by the runner, only read by everybody else. */
import {readFileSync, unlinkSync, writeFileSync} from "node:fs";
import {hostname} from "node:os";
import {join} from "node:path";

export interface LockHolder {
  readonly pid: number;
  readonly startedAt: string | null; // as the system counts it, so that a reused pid is another process; null where it does not say
  readonly boot: string | null;
  readonly host: string;
}
export interface Lock {
  release(): void;
}

/** Takes the lock of a run folder; throws a `LockedError` while another living process holds it. */
export function takeLock(folder: string): Lock {
  const path = join(folder, "lock");
  const holder = JSON.stringify(thisProcess());
  try {
    writeFileSync(path, holder, {flag: "wx"});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const held = readLock(folder);
    if (held !== null && (held.host !== hostname() || isAlive(held))) throw new LockedError(folder, held);
    writeFileSync(path, holder); // its holder is gone
  }
  return {
    release() {
      if (JSON.stringify(readLock(folder)) === holder) unlinkSync(path);
    }
  };
}

/** Who holds the lock of a run folder, dead or alive; null: nobody does, or the file is no lock. */
export function readLock(folder: string): LockHolder | null {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, "lock"), "utf8"));
    if (typeof read !== "object" || read === null) return null;
    const {pid, startedAt, boot, host} = read as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) < 1 || typeof host !== "string") return null;
    return {
      pid: pid as number,
      startedAt: typeof startedAt === "string" ? startedAt : null,
      boot: typeof boot === "string" ? boot : null,
      host
    };
  } catch {
    return null;
  }
}

/** A living process of this machine holds the lock. Of another machine nobody here can know it. */
export function isHeld(folder: string): boolean {
  const holder = readLock(folder);
  return holder !== null && holder.host === hostname() && isAlive(holder);
}

function isAlive({pid, startedAt, boot}: LockHolder): boolean {
  if (boot !== null && boot !== bootId()) return false;
  if (startedAt !== null) return startOf(pid) === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const thisProcess = (): LockHolder => ({pid: process.pid, startedAt: startOf(process.pid), boot: bootId(), host: hostname()});

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

/** Another process writes this journal. */
export class LockedError extends Error {
  override name = "LockedError";
  readonly holder: LockHolder;
  constructor(folder: string, holder: LockHolder) {
    super(`the run in ${folder} is being performed by process ${holder.pid} on ${holder.host}; end that one first`);
    this.holder = holder;
  }
}

/** One process writes a journal: a file in the run folder says which. Written by the runner, only read by everybody else. */
import {createHash, randomUUID} from "node:crypto";
import {linkSync, readFileSync, renameSync, unlinkSync, writeFileSync} from "node:fs";
import {hostname} from "node:os";
import {join} from "node:path";
import type {ProcessName} from "../model/event.ts";
import {UsageError} from "../model/usage-error.ts";
import {isAlive, nameProcess} from "./process-name.ts";

export interface LockHolder extends ProcessName {
  readonly host: string;
}
export interface Lock {
  release(): void;
}

/** Takes the lock of a run folder, or another one of that name; throws a `LockedError` while another living process holds it. */
export function takeLock(folder: string, name = "lock"): Lock {
  const path = join(folder, name);
  const holder = JSON.stringify(thisProcess());
  take(path, holder, folder);
  return {
    release() {
      if (readText(path) === holder) unlinkSync(path);
    }
  };
}

/**
 * Makes the file, if need be in place of one whose holder is gone. Of all who find the same one, only who holds the lock named after
 * it may replace it, and only if it is still there then: so nobody ever replaces the lock of a living process.
 */
function take(path: string, holder: string, folder: string): void {
  while (!make(path, holder)) {
    const text = readText(path);
    if (text === null) continue; // it was released meanwhile
    const held = parseHolder(text);
    if (held !== null && (held.host !== hostname() || isAlive(held))) throw new LockedError(folder, held);
    const succession = `${path}.after-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    take(succession, holder, folder);
    try {
      if (readText(path) !== text) continue;
      const whole = write(path, holder);
      renameSync(whole, path);
      return;
    } finally {
      unlinkSync(succession);
    }
  }
}

/** Makes the file with all of its text at once; false if there is one. */
function make(path: string, text: string): boolean {
  const whole = write(path, text);
  try {
    linkSync(whole, path);
    return true;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(code ?? "")) throw error;
  } finally {
    unlinkSync(whole);
  }
  try {
    writeFileSync(path, text, {flag: "wx"}); // a file system without links
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function write(path: string, text: string): string {
  const whole = `${path}.${process.pid}.${randomUUID().slice(0, 8)}`;
  writeFileSync(whole, text, {flag: "wx"});
  return whole;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Who holds the lock of a run folder, dead or alive; null: nobody does, or the file is no lock. */
export function readLock(folder: string): LockHolder | null {
  try {
    return parseHolder(readText(join(folder, "lock")) ?? "");
  } catch {
    return null;
  }
}

function parseHolder(text: string): LockHolder | null {
  try {
    const read: unknown = JSON.parse(text);
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

const thisProcess = (): LockHolder => ({...nameProcess(process.pid), host: hostname()});

/** Another process writes this journal. */
export class LockedError extends UsageError {
  override name = "LockedError";
  readonly holder: LockHolder;
  constructor(folder: string, holder: LockHolder) {
    const elsewhere = holder.host === hostname() ? "" : `; if that machine is gone for good, remove ${join(folder, "lock")}`;
    super(`the run in ${folder} is being performed by process ${holder.pid} on ${holder.host}; end that one first${elsewhere}`);
    this.holder = holder;
  }
}

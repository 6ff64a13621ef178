/**
 * Processes that must not outlive their runner, however it ends. A shell leads them and reads from a pipe whose other end only
 * the runner holds: when the runner is gone, also by SIGKILL, the read ends, and the shell ends what it started and removes the folder.
 */
import {spawn} from "node:child_process";
import type {ServerUser} from "./server-user.ts";

export interface Supervised {
  readonly pid: number;
  /** How it ended; null while it lives. */
  ended(): string | null;
  /** Ends it and waits until its processes and its folder are gone. */
  stop(): Promise<void>;
}

export interface Supervision {
  readonly script: string; // must return once `read` has
  readonly folder: string; // removed at the end; FOLDER in the script
  readonly values: Readonly<Record<string, string>>;
  readonly user: ServerUser | null;
}

const GRACE_MS = 10_000;

export function supervise({script, folder, values, user}: Supervision): Supervised {
  const child = spawn("/bin/sh", ["-c", `(${script}\n)\ncode=$?\ncd /\n[ -f "$FOLDER/failed" ] || rm -rf "$FOLDER"\nexit $code`], {
    cwd: folder,
    detached: true, // a group of its own: Ctrl-C at the runner's terminal is not for it
    stdio: ["pipe", "ignore", "ignore"],
    env: {...environment(), ...values, FOLDER: folder},
    ...(user && {uid: user.uid, gid: user.gid})
  });
  let end: string | null = null;
  const gone = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      end = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      end = signal ? `ended by ${signal}` : `ended with status ${code}`;
      resolve();
    });
  });
  child.stdin.on("error", () => {}); // it may be gone before it is told to go
  child.unref();
  (child.stdin as unknown as {unref(): void}).unref();
  return {
    pid: child.pid ?? -1,
    ended: () => end,
    async stop() {
      if (end !== null) return;
      child.ref();
      child.stdin.end();
      const patience = setTimeout(() => killGroup(child.pid), GRACE_MS);
      await gone;
      clearTimeout(patience);
    }
  };
}

// The caller's PG* would reach into the server. RUNBOOK_RUN stays, so that a cell that started us still owns us.
function environment(): Record<string, string> {
  const kept = ["PATH", "RUNBOOK_RUN", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
  return {LC_ALL: "C", ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))};
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // already gone
  }
}

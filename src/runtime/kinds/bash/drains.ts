/** Processes that outlive their runner print on: a reader of their own takes it then, and ends with them. */
import {spawn} from "node:child_process";
import {readdirSync, readFileSync} from "node:fs";
import type {Writable} from "node:stream";
import type {Stream} from "../../../model/event.ts";
import {signalProcess} from "./process.ts";

const streams: readonly Stream[] = ["stdout", "stderr"];
const drainMark = "RUNBOOK_DRAIN";

export interface Drains {
  /** Nobody reads here any more: from now on all that is printed is thrown away. */
  letGo(): void;
}

/** Readers that begin when this process is gone, or lets go; until then they only keep the pipes open. `drains`: of stdout and of stderr. */
export function standBy(bash: string, mark: string, drains: readonly number[]): Drains {
  const controls = drains.map((drain, place) => {
    const child = spawn(bash, ["--noprofile", "--norc", "-c", "read -r -u 3; exec 3<&- cat > /dev/null"], {
      cwd: "/",
      env: {PATH: process.env["PATH"] ?? "/usr/bin:/bin", [drainMark]: `${mark}.${streams[place]}`},
      detached: true,
      stdio: [drain, "ignore", "ignore", "pipe"]
    });
    child.on("error", () => {}); // then what is printed ends with the next that prints
    child.unref();
    const control = child.stdio[3] as Writable & {unref?(): void};
    control.on("error", () => {});
    control.unref?.();
    return control;
  });
  return {
    letGo() {
      for (const control of controls) control.end();
    }
  };
}

/** The readers that stand by for a cell, or have begun to read. */
export function findDrains(mark: string): Readonly<Record<Stream, number | null>> {
  const found: Record<Stream, number | null> = {stdout: null, stderr: null};
  for (const pid of readdirSync("/proc").map(Number).filter(Boolean)) {
    const environment = read(`/proc/${pid}/environ`);
    for (const stream of streams) if (environment.split("\0").includes(`${drainMark}=${mark}.${stream}`)) found[stream] = pid;
  }
  return found;
}

export function endDrains(found: Readonly<Record<Stream, number | null>>): void {
  for (const pid of Object.values(found)) if (pid !== null) signalProcess(pid, "SIGKILL");
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

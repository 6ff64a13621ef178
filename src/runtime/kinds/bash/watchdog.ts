import {type ChildProcess, spawn} from "node:child_process";
import {cellMark} from "./marks.ts";

/**
 * A small process that outlives a killed runner just long enough to end what the runner had started. It reads a pipe: which cells
 * are running; when the pipe ends, the runner is gone, and it ends the groups of those cells and every process that carries their mark.
 */
export class Watchdog {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor({bash, folder, graceMs}: {bash: string; folder: string; graceMs: number}) {
    const grace = String(Math.max(graceMs, 1) / 1000);
    this.#child = spawn(bash, ["--noprofile", "--norc", "-c", program, "runbook-watchdog", folder, grace], {
      cwd: "/",
      env: {PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C"},
      detached: true, // a Ctrl-C on the terminal is not for it
      stdio: ["pipe", "ignore", "ignore"]
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()).once("error", () => resolve()));
    this.#child.stdin!.on("error", () => {}); // it was killed: cells run on without it
    this.#child.unref();
  }

  /** Said before a cell is started: a runner killed in between must not leave it. */
  expect(mark: string): void {
    this.#child.stdin!.write(`${mark} 0\n`);
  }
  guard(mark: string, group: number): void {
    this.#child.stdin!.write(`${mark} ${group}\n`);
  }
  release(mark: string): void {
    this.#child.stdin!.write(`${mark} -\n`);
  }

  /** Ends it; the folder goes with it. */
  async close(): Promise<void> {
    this.#child.stdin!.end();
    await this.#ended;
  }
}

const program = `
trap '' HUP INT TERM QUIT PIPE
folder=$1 grace=$2
declare -A cells
while IFS=' ' read -r mark group; do
  if [[ $group == - ]]; then unset "cells[$mark]"; else cells[$mark]=$group; fi
done
end() {
  local mark path pid entries
  for mark in "\${!cells[@]}"; do
    if ((\${cells[$mark]})); then kill -s "$1" -- "-\${cells[$mark]}"; fi
    for path in /proc/[0-9]*/environ; do
      pid=\${path#/proc/} pid=\${pid%/environ}
      mapfile -d '' -t entries < "$path"
      for entry in "\${entries[@]}"; do
        if [[ $entry == "${cellMark}=$mark" ]]; then kill -s "$1" -- "$pid"; fi
      done
    done
  done
} 2>/dev/null
if ((\${#cells[@]})); then
  end TERM
  read -r -t "$grace" <> <(:)
  end KILL
fi
rm -rf -- "$folder"
`;

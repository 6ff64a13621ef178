import {type ChildProcess, spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {cellMark} from "./marks.ts";

const marksCanBeRead = existsSync("/proc/self/environ");

/**
 * A small process that outlives a killed runner just long enough to end what the runner had started. It reads a pipe: which cells
 * are running; when the pipe ends, the runner is gone, and it ends the groups of those cells and every process that carries their mark.
 */
export class Watchdog {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #over = "";

  constructor({bash, folder, graceMs}: {bash: string; folder: string; graceMs: number}) {
    const grace = String(Math.ceil(graceMs / 1000));
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
    this.#say(`${this.#over}${mark} 0\n`);
    this.#over = "";
  }
  /** Where processes cannot be found by their mark, the group is what there is. */
  guard(mark: string, group: number): void {
    if (!marksCanBeRead) this.#say(`${mark} ${group}\n`);
  }
  /** The cell has ended. Said with the next one, as waking the watchdog costs more than all the rest; at once if something of it may live on. */
  release(mark: string, kept: boolean): void {
    this.#over += `${mark} -\n`;
    if (!kept) return;
    this.#say(this.#over);
    this.#over = "";
  }

  #say(text: string): void {
    this.#child.stdin!.write(text);
  }

  /** Ends it; the folder goes with it. */
  async close(): Promise<void> {
    this.#child.stdin!.end(this.#over);
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
  local mark path pid entries stat found=1
  for mark in "\${!cells[@]}"; do
    if ((\${cells[$mark]})); then kill -s "$1" -- "-\${cells[$mark]}" && found=0; fi
    for path in /proc/[0-9]*/environ; do
      entries=() # what cannot be read, a zombie's for one, must not be taken for the one before it
      mapfile -d '' -t entries < "$path"
      for entry in "\${entries[@]}"; do
        if [[ $entry != "${cellMark}=$mark" ]]; then continue; fi
        pid=\${path#/proc/} pid=\${pid%/environ}
        stat=()
        read -r stat < "/proc/$pid/stat"
        stat=(\${stat##*) })
        if [[ ! $stat || $stat == [ZX] ]]; then break; fi
        kill -s "$1" -- "$pid" && found=0
        # a process that is just ending shows the group 0, which would be our own
        if ((stat[2] > 1 && stat[2] != $$)); then kill -s "$1" -- "-\${stat[2]}"; fi
      done
    done
  done
  return "$found"
} 2>/dev/null
if ((\${#cells[@]})); then
  until=$((SECONDS + grace + 1))
  signal=TERM
  while end "$signal"; do
    read -r -t 0.1 <> <(:)
    if ((SECONDS >= until)); then signal=KILL; else signal=CONT; fi
  done
fi
rm -rf -- "$folder"
`;

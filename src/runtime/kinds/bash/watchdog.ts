import {type ChildProcess, spawn} from "node:child_process";
import {closeSync, existsSync, openSync, rmSync, writeSync} from "node:fs";
import {join} from "node:path";
import {cellMark} from "./marks.ts";

const marksCanBeRead = existsSync("/proc/self/environ");

/**
 * A small process that outlives a killed runner just long enough to end what the runner had started. It sleeps on a pipe; when the
 * pipe ends, the runner is gone, and it reads which cells were running, and ends their groups and every process that carries their mark.
 */
export class Watchdog {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  readonly #running = new Set<string>();
  #list: number | null; // where it will read; null: the disk is full, and it is told by the pipe

  constructor({bash, folder, graceMs}: {bash: string; folder: string; graceMs: number}) {
    const grace = String(Math.ceil(graceMs / 1000));
    const path = join(folder, "running");
    this.#folder = folder;
    this.#list = openSync(path, "a", 0o600);
    const reading = openSync(path, "r");
    this.#child = spawn(bash, ["--noprofile", "--norc", "-c", program, "runbook-watchdog", folder, grace], {
      cwd: "/",
      env: {PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C"},
      detached: true, // a Ctrl-C on the terminal is not for it
      stdio: ["pipe", "ignore", "ignore", reading]
    });
    closeSync(reading);
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()).once("error", () => resolve()));
    this.#child.stdin!.on("error", () => {}); // it was killed: cells run on without it
    this.#child.unref();
  }

  /** Said before a cell is started: a runner killed in between must not leave it. */
  expect(mark: string): void {
    this.#running.add(mark);
    this.#say(`${mark} 0\n`);
  }
  /** Where processes cannot be found by their mark, the group is what there is. */
  guard(mark: string, group: number): void {
    if (!marksCanBeRead) this.#say(`${mark} ${group}\n`);
  }
  /** The cell has ended, or what is left of it may stay. */
  release(mark: string): void {
    this.#running.delete(mark);
    this.#say(`${mark} -\n`);
  }

  /** Into a file: each word by the pipe would wake it, in the middle of the start of a cell. */
  #say(text: string): void {
    if (this.#list !== null) {
      try {
        if (writeSync(this.#list, text) === text.length) return;
      } catch {
        // the pipe needs no disk
      }
      closeSync(this.#list);
      this.#list = null;
    }
    this.#child.stdin!.write(text);
  }

  /** Ends it; the folder goes with it. It is asked to only where it has a cell to end. */
  async close(): Promise<void> {
    if (this.#list !== null) closeSync(this.#list);
    this.#list = null;
    if (this.#running.size > 0) this.#child.stdin!.end();
    else {
      rmSync(this.#folder, {recursive: true, force: true});
      this.#child.kill("SIGKILL");
    }
    await this.#ended;
  }
}

const program = `
trap '' HUP INT TERM QUIT PIPE
folder=$1 grace=$2
mapfile -t told
mapfile -t -u 3 lines
declare -A cells
for line in "\${lines[@]}" "\${told[@]}"; do
  mark=\${line%% *} group=\${line#* }
  if [[ $line != *' '* || ! $group ]]; then continue; fi # the disk was full in the middle of it
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

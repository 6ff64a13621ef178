import {execFile} from "node:child_process";
import {closeSync, constants, openSync, unlinkSync} from "node:fs";
import {Socket} from "node:net";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {promisify} from "node:util";
import type {Stream} from "../../../model/event.ts";

/**
 * Real pipes for what a cell prints. Node gives its children sockets, and a socket cannot be opened by name: `echo x > /dev/stderr`
 * and `tee /dev/stderr` would fail in a cell though they work in a terminal. So each session has named pipes, used by one cell after the other.
 */
export class Pipes {
  readonly #folder: string;
  #made: Readonly<Record<Stream, string>> | null = null;
  #state: string | null = null;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the pipes beforehand; `open` calls it when it must. */
  async prepare(): Promise<void> {
    const stdout = join(this.#folder, `${++this.#count}.out`);
    const stderr = join(this.#folder, `${this.#count}.err`);
    await promisify(execFile)("mkfifo", ["-m", "600", stdout, stderr]);
    this.#made = {stdout, stderr};
  }

  /** `own`: for a cell that may go on while others run. `drained`: its processes may go on when nobody reads any more. */
  async open({own = false, drained = false}: {own?: boolean; drained?: boolean} = {}): Promise<OpenPipes> {
    if (!this.#made) await this.prepare();
    const {stdout, stderr} = this.#made!;
    const drains = drained ? [stdout, stderr].map((path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)) : [];
    const readers = {stdout: toReader(stdout), stderr: toReader(stderr)};
    const writers = {stdout: openSync(stdout, constants.O_WRONLY), stderr: openSync(stderr, constants.O_WRONLY)};
    if (own) this.abandon();
    return {
      readers,
      writers,
      drains,
      closeWriters: () => {
        closeSync(writers.stdout);
        closeSync(writers.stderr);
      }
    };
  }

  /** A pipe by which a state with secrets reaches us without touching a disk. */
  async openState(): Promise<StatePipe> {
    if (this.#state === null) {
      this.#state = join(this.#folder, "state");
      await promisify(execFile)("mkfifo", ["-m", "600", this.#state]);
    }
    // open for writing, too: without a writer it would end at once
    const reader = new Socket({fd: openSync(this.#state, constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false});
    const chunks: Buffer[] = [];
    reader.on("data", (chunk: Buffer) => chunks.push(chunk));
    reader.on("error", () => {});
    const text = () => Buffer.concat(chunks).toString("latin1");
    return {
      path: this.#state,
      async read(end) {
        // the writer has ended: what it wrote is in the pipe
        for (let quiet = 0, count = 0; quiet < 3; count = chunks.length) {
          if (chunks.at(-1)?.includes("\n") && text().endsWith(end)) break;
          await sleep(5);
          quiet = chunks.length === count ? quiet + 1 : 0;
        }
        reader.destroy();
        return text();
      }
    };
  }

  /** A process still holds the pipes, so what it prints later must not reach another cell: the next cell gets new ones. */
  abandon(): void {
    for (const path of Object.values(this.#made ?? {})) unlinkSync(path);
    this.#made = null;
  }
}

export interface StatePipe {
  readonly path: string;
  /** What came, in bytes as latin1, once the shell has ended. */
  read(end: string): Promise<string>;
}
export interface OpenPipes {
  readonly readers: Readonly<Record<Stream, Socket>>;
  readonly writers: Readonly<Record<Stream, number>>;
  readonly drains: readonly number[]; // a second way to read both, to be handed on or closed
  closeWriters(): void;
}

// opened without blocking, or opening would wait for a writer
export const toReader = (path: string): Socket =>
  new Socket({fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false});

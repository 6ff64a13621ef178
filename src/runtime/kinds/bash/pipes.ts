import {execFile} from "node:child_process";
import {closeSync, constants, openSync, unlinkSync} from "node:fs";
import {Socket} from "node:net";
import {join} from "node:path";
import {promisify} from "node:util";
import type {Stream} from "../../../model/event.ts";

/**
 * Real pipes for what a cell prints. Node gives its children sockets, and a socket cannot be opened by name: `echo x > /dev/stderr`
 * and `tee /dev/stderr` would fail in a cell though they work in a terminal. So each session has named pipes, used by one cell after the other.
 */
export class Pipes {
  readonly #folder: string;
  #made: Readonly<Record<Stream, string>> | null = null;
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

  async open(): Promise<OpenPipes> {
    if (!this.#made) await this.prepare();
    const {stdout, stderr} = this.#made!;
    const readers = {stdout: toReader(stdout), stderr: toReader(stderr)};
    const writers = {stdout: openSync(stdout, constants.O_WRONLY), stderr: openSync(stderr, constants.O_WRONLY)};
    return {
      readers,
      writers,
      closeWriters: () => {
        closeSync(writers.stdout);
        closeSync(writers.stderr);
      }
    };
  }

  /** A process still holds the pipes, so what it prints later must not reach another cell: the next cell gets new ones. */
  abandon(): void {
    for (const path of Object.values(this.#made ?? {})) unlinkSync(path);
    this.#made = null;
  }
}

export interface OpenPipes {
  readonly readers: Readonly<Record<Stream, Socket>>;
  readonly writers: Readonly<Record<Stream, number>>;
  closeWriters(): void;
}

// opened without blocking, or opening would wait for a writer
const toReader = (path: string): Socket =>
  new Socket({fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false});

/** Where a stream goes once an attempt prints more than the journal keeps. */
import {mkdirSync} from "node:fs";
import type {FileHandle} from "node:fs/promises";
import {open, truncate} from "node:fs/promises";
import {dirname} from "node:path";

export interface OutputFile {
  /** Takes bytes; a promise asks the caller to wait, because the disk does not keep up. It never rejects: `failure` says why no more is written. */
  write(bytes: Uint8Array): void | Promise<void>;
  readonly failure: Error | null;
  readonly written: number; // bytes that stand in the file
  readonly truncated: boolean; // more came than the file may hold
  /** Everything that could be written is on disk. */
  close(): Promise<void>;
}

const mostBytes = 1024 ** 3;
const queueBytes = 1024 ** 2;

/** `from`: the file is there, and what follows its first so many bytes is put in their place. */
export function openOutputFile(path: string, {limit = mostBytes, from = 0}: {limit?: number; from?: number} = {}): OutputFile {
  let queue: Uint8Array[] = [];
  let queued = 0;
  let taken = from;
  let written = from;
  let truncated = false;
  let failure: Error | null = null;
  let file: FileHandle | null = null;
  let writing: Promise<void> | null = null;

  return {
    write(bytes) {
      const room = failure === null ? Math.min(bytes.length, limit - taken) : 0;
      if (room < bytes.length) truncated = true;
      if (room <= 0) return undefined;
      queue.push(bytes.subarray(0, room));
      queued += room;
      taken += room;
      writing ??= drain();
      return queued > queueBytes ? writing : undefined;
    },
    get written() {
      return written;
    },
    get truncated() {
      return truncated;
    },
    get failure() {
      return failure;
    },
    async close() {
      await writing;
      try {
        if (failure === null) await file?.datasync();
      } catch (error) {
        fail(error);
      } finally {
        await file?.close();
      }
    }
  };

  async function drain(): Promise<void> {
    try {
      if (file === null) {
        mkdirSync(dirname(path), {recursive: true});
        if (from > 0) await truncate(path, from);
        file = await open(path, from > 0 ? "a" : "wx");
      }
      while (queue.length > 0) {
        const group = queue;
        const bytes = queued;
        [queue, queued] = [[], 0];
        await writeAll(file, group, bytes);
        written += bytes;
      }
    } catch (error) {
      fail(error);
    }
    writing = null;
  }

  function fail(error: unknown): void {
    failure ??= error instanceof Error ? error : new Error(String(error));
    truncated = true;
    [queue, queued] = [[], 0];
  }
}

/** `writev` may write a part only, on a disk that is nearly full. */
async function writeAll(file: FileHandle, group: Uint8Array[], bytes: number): Promise<void> {
  const {bytesWritten} = await file.writev(group);
  if (bytesWritten < bytes) await file.appendFile(Buffer.concat(group).subarray(bytesWritten));
}

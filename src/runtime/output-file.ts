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
const syncBytes = 16 * 1024 ** 2; // so much goes to the disk by itself, beside the rest, so that the end need not wait for all of it

/** `from`: the file is there, and what follows its first so many bytes is put in their place. `onWritten`: more stands in it. */
export function openOutputFile(
  path: string,
  {limit = mostBytes, from = 0, onWritten}: {limit?: number; from?: number; onWritten(): void}
): OutputFile {
  let queue: Uint8Array[] = [];
  let queued = 0;
  let taken = from;
  let written = from;
  let truncated = false;
  let failure: Error | null = null;
  let file: FileHandle | null = null;
  let synced = from;
  let syncing: Promise<void> | null = null;
  let writing: Promise<void> | null = null; // what is on its way now

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
      while (writing !== null) await writing;
      await syncing;
      try {
        if (failure === null) await file?.datasync();
      } catch (error) {
        fail(error);
      } finally {
        await file?.close();
      }
    }
  };

  /** Writes what is queued; what comes meanwhile is written next, so that reading and writing go on side by side. */
  async function drain(): Promise<void> {
    const group = queue;
    const bytes = queued;
    [queue, queued] = [[], 0];
    try {
      file ??= await create();
      await writeAll(file, group, bytes);
      written += bytes;
      onWritten();
      if (syncing === null && written - synced > syncBytes) syncing = sync(file);
    } catch (error) {
      fail(error);
    }
    writing = queue.length > 0 ? drain() : null;
  }

  async function sync(file: FileHandle): Promise<void> {
    synced = written;
    await file.datasync().catch(fail);
    syncing = null;
  }

  async function create(): Promise<FileHandle> {
    mkdirSync(dirname(path), {recursive: true});
    if (from > 0) await truncate(path, from);
    return open(path, from > 0 ? "a" : "wx");
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

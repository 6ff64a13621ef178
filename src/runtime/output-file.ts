/** Where a stream goes once an attempt prints more than the journal keeps. */
import {mkdirSync} from "node:fs";
import type {FileHandle} from "node:fs/promises";
import {open} from "node:fs/promises";
import {dirname} from "node:path";

export interface OutputFile {
  /** Takes bytes; a promise asks the caller to wait, because the disk does not keep up. */
  write(bytes: Uint8Array): void | Promise<void>;
  readonly written: number; // bytes that stand in the file
  readonly truncated: boolean; // more came than the file may hold
  /** Everything is on disk. */
  close(): Promise<void>;
}

const mostBytes = 1024 ** 3;
const queueBytes = 1024 ** 2;

export function openOutputFile(path: string, {limit = mostBytes}: {limit?: number} = {}): OutputFile {
  mkdirSync(dirname(path), {recursive: true});
  const opening: Promise<FileHandle> = open(path, "wx");
  let queue: Uint8Array[] = [];
  let queued = 0;
  let taken = 0;
  let written = 0;
  let truncated = false;
  let writing: Promise<void> | null = null;
  opening.catch(() => {}); // whoever writes hears of it

  return {
    write(bytes) {
      const room = Math.min(bytes.length, limit - taken);
      if (room < bytes.length) truncated = true;
      if (room <= 0) return undefined;
      queue.push(bytes.subarray(0, room));
      queued += room;
      taken += room;
      writing ??= drain();
      writing.catch(() => {});
      return queued > queueBytes ? writing : undefined;
    },
    get written() {
      return written;
    },
    get truncated() {
      return truncated;
    },
    async close() {
      const file = await opening;
      try {
        await (writing ?? Promise.resolve());
        await file.datasync();
      } finally {
        await file.close();
      }
    }
  };

  async function drain(): Promise<void> {
    const file = await opening;
    while (queue.length > 0) {
      const group = queue;
      const bytes = queued;
      [queue, queued] = [[], 0];
      await writeAll(file, group, bytes);
      written += bytes;
    }
    writing = null;
  }
}

/** `writev` may write a part only, on a disk that is nearly full. */
async function writeAll(file: FileHandle, group: Uint8Array[], bytes: number): Promise<void> {
  const {bytesWritten} = await file.writev(group);
  if (bytesWritten < bytes) await file.appendFile(Buffer.concat(group).subarray(bytesWritten));
}

import {open, realpath} from "node:fs/promises";
import {dirname, resolve} from "node:path";
import {UsageError} from "../model/usage-error.ts";

export interface ReadDocument {
  readonly path: string; // as it was given
  readonly directory: string; // absolute; where its cells run
  readonly bytes: Uint8Array;
}

/** What the parser refuses anyway need not be read to its end. */
const mostBytes = 4 * 1024 ** 2 + 1;

/** Reads a runbook from disk; throws a `UsageError` that says what stands there instead. */
export async function readDocument(path: string): Promise<ReadDocument> {
  try {
    const file = await open(path, "r");
    try {
      const found = await file.stat();
      if (found.isDirectory()) throw new UsageError(`${path} is a directory; name a runbook in it`);
      if (found.isFile() === false) throw new UsageError(`${path} is no regular file`);
      const {buffer, bytesRead} = await file.read(Buffer.alloc(Math.min(found.size, mostBytes)), 0, Math.min(found.size, mostBytes), 0);
      return {path, directory: dirname(await realpath(resolve(path))), bytes: buffer.subarray(0, bytesRead)};
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(describe(path, error as NodeJS.ErrnoException));
  }
}

function describe(path: string, {code, message}: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `there is no file ${path}`;
    case "EACCES":
    case "EPERM":
      return `${path} may not be read by this user`;
    default:
      return `${path} cannot be read: ${message}`;
  }
}

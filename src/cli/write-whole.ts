import {renameSync, rmSync, statSync, writeFileSync} from "node:fs";

import {UsageError} from "../model/usage-error.ts";

/** Writes all of a file or nothing: what stood there before stands until the new text is whole. */
export function writeWhole(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.part`;
  try {
    if (isSpecial(path)) writeFileSync(path, text);
    else {
      writeFileSync(fresh, text);
      renameSync(fresh, path);
    }
  } catch (error) {
    rmSync(fresh, {force: true});
    throw new UsageError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A device or a pipe has no place that something could be put into. */
function isSpecial(path: string): boolean {
  const found = statSync(path, {throwIfNoEntry: false});
  return found !== undefined && !found.isFile();
}

/** Finds the end of a journal that another runner left. Recovery never guesses: only what a torn write left is cut. */
import {UsageError} from "../model/usage-error.ts";
import {readEvent} from "../model/wire.ts";
import type {ReadJournal} from "./read-journal.ts";
import {readJournal} from "./read-journal.ts";

export interface RecoveredJournal extends ReadJournal {
  readonly prev: string;
  readonly cut: {readonly cutBytes: number; readonly cutLines: number} | null; // what stands after it
}

/** Throws a `UsageError` when what is broken is no torn end. */
export function recoverJournal(bytes: Uint8Array): RecoveredJournal {
  const found = readJournal(bytes);
  if (found.damage === null) return {...found, cut: null};
  const tail = Buffer.from(bytes.subarray(found.bytes));
  const lines = tail.toString("latin1").split("\n");
  const whole = lines.slice(0, -1).findIndex((line) => isEvent(Buffer.from(line, "latin1").toString()));
  if (whole !== -1)
    throw new UsageError(
      `the journal is damaged and cannot be resumed: ${found.damage}, and line ${found.run.seq + 1 + whole} is whole: no runner that was killed leaves such a file`
    );
  return {...found, cut: {cutBytes: tail.length, cutLines: lines.at(-1) === "" ? lines.length - 1 : lines.length}};
}

function isEvent(line: string): boolean {
  try {
    readEvent(line);
    return true;
  } catch {
    return false;
  }
}

/** Reads a journal as far as it can be believed. Readers never write: what is torn stays torn, and is said. */
import {createHash} from "node:crypto";
import type {Event} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {apply, blank} from "../model/run.ts";
import {readEvent} from "../model/wire.ts";
import {firstPrev} from "./journal.ts";

export interface ReadJournal {
  readonly events: readonly Event[];
  readonly run: Run; // their fold
  readonly bytes: number; // how far the file was believed
  readonly damage: string | null; // why no further
}

/** Goes on from where an earlier reading ended. `writing`: somebody may be in the middle of the last line. */
export interface ReadFrom {
  readonly run?: Run;
  readonly prev?: string;
  readonly writing?: boolean;
}

export function readJournal(
  bytes: Uint8Array,
  {run = blank, prev = firstPrev, writing = false}: ReadFrom = {}
): ReadJournal & {readonly prev: string} {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: Event[] = [];
  let at = 0;
  let damage: string | null = null;
  while (at < text.length) {
    const end = text.indexOf(10, at);
    if (end === -1) {
      if (!writing) damage = `line ${run.seq + 1} is not whole: the last ${text.length - at} bytes were not ended by a newline`;
      break;
    }
    const line = text.subarray(at, end + 1);
    try {
      const value = parse(line);
      if (value.prev !== prev) throw new Error("it does not continue the line before it: its prev is another sha256");
      const event = readEvent(value);
      run = apply(run, event);
      events.push(event);
    } catch (error) {
      damage = `line ${run.seq + 1}: ${error instanceof Error ? error.message : String(error)}`;
      break;
    }
    prev = createHash("sha256").update(line).digest("hex");
    at = end + 1;
  }
  return {events, run, prev, bytes: at, damage};
}

function parse(line: Buffer): {readonly prev?: unknown} {
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    throw new Error("it is no JSON");
  }
  if (typeof value !== "object" || value === null) throw new Error("it is no object");
  return value;
}

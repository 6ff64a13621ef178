/** Events to and from lines of a journal. A journal is untrusted input: every field is read, none is believed. */
import type {Event, Fact, Stamp} from "./event.ts";
import {JournalError} from "./run.ts";
import {fact} from "./wire-facts.ts";
import type {Reader} from "./wire-fields.ts";
import {count, FieldError, instant, place, record} from "./wire-fields.ts";

/** Reads an event from a line of a journal, or from the value that was parsed of one; throws a `JournalError` that says what is wrong. */
export function readEvent(line: unknown): Event {
  const value = typeof line === "string" ? parse(line) : line;
  try {
    return {...stamp(value, ""), ...fact(value, "")};
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new JournalError(seqOf(value), error.message);
  }
}

/** The line of the journal for an event, with its newline. `prev` is the sha256 of the line before; views that need no chain leave it out. */
export function toLine(event: Event, prev: string): string {
  return `${JSON.stringify({...event, prev})}\n`;
}

/** An event with its number and time in front, as every line shows them. */
export const stampFact = (recorded: Fact, {seq, at, ms}: Stamp): Event => ({seq, at, ms, ...recorded});

const stamp: Reader<Stamp> = record({seq: place, at: instant, ms: count});

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new JournalError(0, `a line must be JSON, found ${JSON.stringify(line.slice(0, 60))}`);
  }
}

function seqOf(value: unknown): number {
  const seq = typeof value === "object" && value !== null && "seq" in value ? value.seq : 0;
  return typeof seq === "number" ? seq : 0;
}

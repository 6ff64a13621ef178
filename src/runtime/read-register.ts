/** Reads a register. It is untrusted input, and nobody who reads it writes it. */
import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import type {Reader} from "../model/wire-fields.ts";
import {exactly, instant, nullable, record, sha256, text, variant} from "../model/wire-fields.ts";
import {firstPrev} from "./journal.ts";
import type {RegisteredEnd, RegisteredStart, RegisterLine} from "./register.ts";

/** What the register knows of a run. */
export interface RegisteredRun {
  readonly run: string;
  readonly startedAt: string;
  readonly start: RegisteredStart;
  readonly endedAt: string | null;
  readonly end: RegisteredEnd | null; // null: it goes on, or was interrupted
}
export interface Register {
  readonly runs: readonly RegisteredRun[]; // in the order of their starts
  readonly damage: string | null; // what is wrong with it; what it says all the same is in `runs`
}

/** A register that is not there is an empty one. */
export async function readRegister(path: string): Promise<Register> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  const runs = new Map<string, RegisteredRun>();
  let damage: string | null = null;
  let prev = firstPrev;
  let number = 0;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(10, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    const whole = bytes.subarray(at, end);
    number++;
    at = end;
    try {
      if (newline === -1) throw new Error("it is not whole");
      const read = line(JSON.parse(whole.toString()), "");
      if (read.prev !== prev) damage ??= `line ${number} does not continue the line before it: a line was changed, added or taken out`;
      take(runs, read);
    } catch (error) {
      damage ??= `line ${number}: ${error instanceof Error ? error.message : String(error)}`;
    }
    prev = createHash("sha256").update(whole).digest("hex");
  }
  return {runs: [...runs.values()], damage};
}

function take(runs: Map<string, RegisteredRun>, {at, run, prev: _, ...line}: RegisterLine): void {
  const known = runs.get(run);
  if (line.type === "run-started") {
    if (known) throw new Error(`run ${run} started twice`);
    runs.set(run, {run, startedAt: at, start: line, endedAt: null, end: null});
    return;
  }
  if (!known) throw new Error(`run ${run} ended and never started`);
  if (known.end) throw new Error(`run ${run} ended twice`);
  runs.set(run, {...known, endedAt: at, end: line});
}

const common = {at: instant, run: text, prev: sha256};
const line: Reader<RegisterLine> = variant<RegisterLine>("type", {
  "run-started": record<Extract<RegisterLine, {type: "run-started"}>>({
    ...common,
    type: exactly("run-started"),
    folder: text,
    path: text,
    title: text,
    digest: sha256,
    section: nullable(text),
    mode: exactly("drill", "recovery"),
    operator: text
  }),
  "run-ended": record<Extract<RegisterLine, {type: "run-ended"}>>({
    ...common,
    type: exactly("run-ended"),
    outcome: exactly("passed", "failed", "missed", "stopped", "cancelled"),
    journal: sha256
  })
});

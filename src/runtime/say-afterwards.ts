import {readFile} from "node:fs/promises";
import {join} from "node:path";
import type {ClosingAnswered} from "../model/closing.ts";
import type {Event} from "../model/event.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Journal} from "./journal.ts";
import {continueJournal} from "./journal.ts";
import type {Lock} from "./lock.ts";
import {takeLock} from "./lock.ts";
import {readJournal} from "./read-journal.ts";

/** Adds what people know of a run to its journal, behind its end, which stays what it was. Throws a `UsageError` where there is none. */
export async function sayAfterwards(folder: string, said: ClosingAnswered): Promise<Event> {
  const journal = await openBehindEnd(folder, takeLock(folder), said);
  try {
    return await journal.append(said);
  } finally {
    await journal.close(); // which releases the lock
  }
}

async function openBehindEnd(folder: string, lock: Lock, {whys}: ClosingAnswered): Promise<Journal> {
  try {
    const {events, run, prev, bytes, damage} = readJournal(await readFile(join(folder, "journal.ndjson")));
    if (damage !== null) throw new UsageError(`nothing can be added to a journal that is damaged: ${damage}`);
    if (run.start === null || run.ended === null)
      throw new UsageError("the run is not over: what people know of it is said when it is finished, or afterwards");
    const deviations = new Set([...run.deviations].map(({seq}) => String(seq)));
    const unknown = Object.keys(whys).find((seq) => !deviations.has(seq));
    if (unknown !== undefined) throw new UsageError(`event ${unknown} is no deviation of this run`);
    const last = events.at(-1)!;
    const end = {seq: last.seq, prev, bytes, ms: last.ms + Math.max(0, Date.now() - Date.parse(last.at))};
    return await continueJournal(folder, lock, end, {accept() {}, hear() {}});
  } catch (error) {
    lock.release();
    throw error;
  }
}

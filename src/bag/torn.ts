import {UsageError} from "../model/usage-error.ts";
import {recoverJournal} from "../runtime/recover-journal.ts";

/** The journal is whole up to what was being written when its runner was killed: that is the end of it, and no event. */
export function isTorn(journal: Uint8Array): boolean {
  try {
    return recoverJournal(journal).cut !== null;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

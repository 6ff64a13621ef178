import type {Event} from "./event.ts";
import {JournalError} from "./journal-error.ts";

/** What an event does to the reminder that it is about. */
export function applyToReminder(
  was: ReminderRun | undefined,
  event: Extract<Event, {type: "reminder-due" | "reminder-late" | "reminder-done"}>
): ReminderRun {
  if (event.type === "reminder-due") return {time: event.time, at: event.at, done: null, late: was?.late ?? 0};
  if (!was) throw new JournalError(event.seq, `reminder "${event.reminder}" was never due`);
  if (was.time !== event.time) return was; // it came due again while somebody said so
  return event.type === "reminder-late" ? {...was, late: was.late + 1} : {...was, done: {by: event.by, at: event.at}};
}

/** How a reminder stands that has been due at least once. */
export interface ReminderRun {
  readonly time: number; // how often it has been due
  readonly at: string; // when it was last
  readonly done: {readonly by: string; readonly at: string} | null; // since then
  readonly late: number; // how often it was not done before it was due again
}

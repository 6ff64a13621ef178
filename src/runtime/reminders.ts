/** Asks again and again while the run is open; nothing ever waits for an answer. */
import type {Reminder} from "../model/runbook.ts";
import type {Selection} from "../model/selection.ts";
import {isTaken, selectSection} from "../model/selection.ts";
import type {Stage} from "./stage.ts";

export interface Reminding {
  /** No more comes. `late`: what is due and was not done is late now. */
  end(how: {readonly late: boolean}): void;
}

const longestTimerMs = 2 ** 31 - 1;

/** Each comes at every multiple of its time since the run began, as far as the run came to its section. */
export function startReminders(stage: Stage): Reminding {
  const {runbook, plan} = stage.request;
  const beganMs = performance.now() - stage.run.lastMs; // of a run that is taken up again, long ago
  const timers = new Map<string, NodeJS.Timeout>();
  let over = false;

  const sinceMs = (): number => performance.now() - beganMs;
  const after = (everyMs: number, ms: number): number => (Math.floor(ms / everyMs) + 1) * everyMs;
  const wait = (reminder: Reminder, selection: Selection, dueMs: number): void => {
    const heed = (): void => {
      if (over || stage.journal.failure.aborted) return;
      const isDue = sinceMs() >= dueMs; // timers are no longer than some weeks, and may be early
      if (isDue && isTaken(stage.run, selection)) remind(reminder);
      wait(reminder, selection, isDue ? after(reminder.everyMs, sinceMs()) : dueMs);
    };
    timers.set(reminder.id, setTimeout(heed, Math.min(Math.max(1, Math.ceil(dueMs - sinceMs())), longestTimerMs)));
  };
  const remind = ({id}: Reminder): void => {
    tellLate(id);
    stage.write({type: "reminder-due", reminder: id, time: (stage.run.reminders.get(id)?.time ?? 0) + 1});
  };
  const tellLate = (id: string): void => {
    const now = stage.run.reminders.get(id);
    if (now && now.done === null) stage.write({type: "reminder-late", reminder: id, time: now.time});
  };

  for (const reminder of runbook.reminders) {
    const selection = selectSection(runbook, plan, reminder.section);
    if (selection.selected) wait(reminder, selection, after(reminder.everyMs, sinceMs()));
  }
  return {
    end({late}) {
      if (over) return;
      over = true;
      for (const timer of timers.values()) clearTimeout(timer);
      if (late && !stage.journal.failure.aborted) for (const {id} of runbook.reminders) tellLate(id);
    }
  };
}

/** Everything anybody sees of a run is the fold of its journal: the CLI, the server, the page and the archive all call `apply`. */
import {AppendLog} from "./append-log.ts";
import type {ClosingAnswered} from "./closing.ts";
import type {
  Answer,
  Ending,
  Event,
  Execution,
  InputSet,
  KeptProcess,
  Measure,
  Outcome,
  Output,
  Question,
  RunOutcome,
  RunResumed,
  RunStarted,
  ServerIdentity,
  Via
} from "./event.ts";
import {JournalError} from "./journal-error.ts";
import {applyToReminder, type ReminderRun} from "./reminder-run.ts";
import type {StepId} from "./runbook.ts";
import {applyToStep, goesOn} from "./step-run.ts";
import {StepTable} from "./step-table.ts";
import type {Terminal} from "./terminal.ts";

export {JournalError} from "./journal-error.ts";
export {attemptsOf, goesOn} from "./step-run.ts";

/** Everything known about one performance of a runbook. */
export interface Run {
  readonly seq: number; // of the last event folded; also where a stream resumes
  readonly start: RunStarted | null;
  readonly startedAt: string | null;
  readonly ended: RunEnd | null; // null: still going, or interrupted
  readonly lastMs: number; // of the last event, since the start
  readonly steps: StepTable<StepRun>;
  readonly inputs: ReadonlyMap<string, InputRun>;
  readonly variables: ReadonlyMap<string, Variable>;
  readonly milestones: ReadonlyMap<string, Reached>;
  readonly measures: ReadonlyMap<string, Measure>;
  readonly connections: AppendLog<{readonly connection: string; readonly session: string; readonly server: ServerIdentity}>;
  readonly deviations: AppendLog<Extract<Event, {type: "deviation-recorded"}>>;
  readonly reminders: ReadonlyMap<string, ReminderRun>;
  readonly cancelled: {readonly by: string; readonly at: string} | null;
  readonly waits: AppendLog<Interval>; // for people
  readonly idle: AppendLog<Interval>; // without a runner
  readonly closing: AppendLog<ClosingAnswered & Event>; // what people have said of it, oldest first
}
export interface RunEnd {
  readonly at: string;
  readonly ms: number;
  readonly outcome: RunOutcome;
  readonly reason: string;
  readonly notes: readonly string[];
}
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}
export type InputRun =
  | {readonly status: "asked"; readonly at: string; readonly ms: number; readonly step: StepId | null}
  | {readonly status: "set"; readonly at: string; readonly value: string; readonly secret: boolean; readonly by: string; readonly via: Via};
/** An input or a capture: one namespace, the last one set wins. */
export interface Variable {
  readonly value: string;
  readonly secret: boolean;
  readonly step: StepId | null; // null: an input
}
export interface Reached {
  readonly first: Moment;
  readonly last: Moment;
}
export interface Moment {
  readonly at: string; // when it was reached, or the captured time
  readonly ms: number | null; // null: the time was captured, not observed
}

/** A state per variant, so that no view can ask for the end of a cell that has none. */
export type StepRun =
  | {readonly status: "pending"}
  | {
      readonly status: "asked";
      readonly at: string;
      readonly ms: number;
      readonly question: Question;
      readonly ticks: Ticks;
      readonly earlier: readonly EndedAttempt[];
    }
  | {
      readonly status: "answered";
      readonly at: string;
      readonly by: string;
      readonly question: Question;
      readonly answer: Answer;
      readonly note: string;
      readonly via: Via;
      readonly ticks: Ticks;
      readonly earlier: readonly EndedAttempt[];
    }
  | {readonly status: "offered"; readonly ticks: Ticks} // an advisory checklist that somebody has begun
  | {readonly status: "running"; readonly attempt: Attempt; readonly confirmed: Confirmed | null; readonly earlier: readonly EndedAttempt[]}
  | {
      readonly status: "background"; // ready: it has passed so far, and goes on while later cells run
      readonly readyMs: number;
      readonly process: KeptProcess | null; // that outlives its runner
      readonly attempt: Attempt;
      readonly confirmed: Confirmed | null;
      readonly earlier: readonly EndedAttempt[];
    }
  | {
      readonly status: "ended";
      readonly attempt: EndedAttempt;
      readonly confirmed: Confirmed | null;
      readonly earlier: readonly EndedAttempt[];
    }
  | {
      readonly status: "skipped";
      readonly at: string;
      readonly reason: string;
      readonly by: string | null;
      readonly earlier: readonly EndedAttempt[];
    };
export type Ticks = ReadonlyMap<number, Tick>;
export interface Tick {
  readonly checked: boolean;
  readonly by: string;
  readonly at: string;
}
export interface Confirmed {
  readonly question: Question;
  readonly by: string;
  readonly at: string;
  readonly note: string;
  readonly via: Via;
}
export interface Attempt {
  readonly number: number; // from 1
  readonly execution: Execution;
  readonly startedAt: string;
  readonly startedMs: number;
  readonly outputs: AppendLog<Output>;
  readonly checks: AppendLog<{readonly index: number; readonly met: boolean; readonly actual: string}>;
  readonly terminal: Terminal | null; // of a cell with `tty`
  readonly captures: AppendLog<{readonly name: string; readonly value: string; readonly secret: boolean}>;
}
export interface EndedAttempt extends Attempt {
  readonly endedAt: string;
  readonly outcome: Outcome;
  readonly ending: Ending;
}

export const blank: Run = {
  seq: 0,
  start: null,
  startedAt: null,
  ended: null,
  lastMs: 0,
  steps: StepTable.over([]),
  inputs: new Map(),
  variables: new Map(),
  milestones: new Map(),
  measures: new Map(),
  connections: AppendLog.of(),
  deviations: AppendLog.of(),
  reminders: new Map(),
  cancelled: null,
  waits: AppendLog.of(),
  idle: AppendLog.of(),
  closing: AppendLog.of()
};

const pending: StepRun = {status: "pending"};

export const stepRun = (run: Run, step: StepId): StepRun => run.steps.get(step) ?? pending;

/** Folds events into a run. Pure: what it changes is a copy of its own, made once for all of them, as a journal may have a million. */
export function fold(events: Iterable<Event>, run: Run = blank): Run {
  const draft: Draft = {run: {...run}, changed: new Map(), printing: null};
  for (const event of events) if (event.seq > draft.run.seq) change(draft, event); // a resumed stream repeats its tail
  if (draft.run.seq === run.seq) return run;
  settle(draft);
  return draft.run;
}

/** Folds one event into a run; its cost does not grow with what was folded before. */
export const apply = (run: Run, event: Event): Run => fold([event], run);

/** A run that a fold is at work on. */
interface Draft {
  readonly run: Changing<Run>;
  readonly changed: Map<StepId, StepRun>; // not in the run's table yet
  printing: {readonly step: StepId; readonly attempt: Changing<Attempt>} | null; // a copy, to which more outputs can be added
}
type Changing<T> = {-readonly [Name in keyof T]: T[Name]};

function settle({run, changed}: Draft): void {
  run.steps = run.steps.with(changed);
  changed.clear();
}

function change(draft: Draft, event: Event): undefined {
  const {run, changed} = draft;
  if (event.seq !== run.seq + 1) throw new JournalError(event.seq, `expected event ${run.seq + 1}`);
  if (run.start === null && event.type !== "run-started")
    throw new JournalError(event.seq, `expected "run-started", found "${event.type}"`);
  const closing = event.type === "closing-answered";
  if (run.ended !== null && !closing) throw new JournalError(event.seq, `"${event.type}" after the run had ended`);
  run.seq = event.seq;
  if (!closing) run.lastMs = event.ms; // when that was said is no time of the run
  switch (event.type) {
    case "run-started":
      if (run.start !== null) throw new JournalError(event.seq, "the run started twice");
      run.start = event;
      run.startedAt = event.at;
      run.steps = StepTable.over(event.plan.steps.map(({step}) => step));
      return;
    case "run-resumed":
      settle(draft);
      return resume(run, event);
    case "document-changed": {
      const {runbook, files, includes, plan} = event;
      settle(draft);
      const known = new Map(run.steps.entries());
      const ids = new Set([...run.start!.plan.steps, ...plan.steps].map(({step}) => step));
      run.steps = StepTable.over<StepRun>([...ids, ...known.keys()]).with(known);
      run.start = {...run.start!, runbook, files, includes, plan};
      return;
    }
    case "journal-recovered":
    case "target-checked":
      return;
    case "run-ended":
      run.ended = {at: event.at, ms: event.ms, outcome: event.outcome, reason: event.reason, notes: event.notes};
      return;
    case "cancel-requested":
      if (event.step === null) run.cancelled = {by: event.by, at: event.at};
      return;
    case "connection-opened":
      run.connections = run.connections.append({connection: event.connection, session: event.session, server: event.server});
      return;
    case "input-asked":
      run.inputs = new Map(run.inputs).set(event.name, {status: "asked", at: event.at, ms: event.ms, step: event.step});
      return;
    case "input-set":
      return setInput(run, event);
    case "milestone-reached": {
      const moment: Moment = {at: event.time ?? event.at, ms: event.time === null ? event.ms : null};
      const first = run.milestones.get(event.milestone)?.first ?? moment;
      run.milestones = new Map(run.milestones).set(event.milestone, {first, last: moment});
      return;
    }
    case "objective-measured":
      run.measures = new Map(run.measures).set(event.objective, event.measure);
      return;
    case "reminder-due":
    case "reminder-late":
    case "reminder-done":
      run.reminders = new Map(run.reminders).set(event.reminder, applyToReminder(run.reminders.get(event.reminder), event));
      return;
    case "closing-answered":
      run.closing = run.closing.append(event);
      return;
    case "deviation-recorded":
      run.deviations = run.deviations.append(event);
      return;
    default: {
      const {printing} = draft;
      if (event.type === "output-written" && printing?.step === event.step && printing.attempt.number === event.attempt) {
        printing.attempt.outputs = printing.attempt.outputs.append(event.output);
        return;
      }
      if (!run.steps.has(event.step)) throw new JournalError(event.seq, `step "${event.step}" is not in the plan`);
      const was = changed.get(event.step) ?? stepRun(run, event.step);
      const now = applyToStep(was, event);
      changed.set(event.step, now);
      draft.printing = event.type === "output-written" && goesOn(now) ? {step: event.step, attempt: now.attempt} : null;
      if (event.type === "question-answered" && was.status === "asked") run.waits = run.waits.append({fromMs: was.ms, toMs: event.ms});
      if (event.type === "variable-captured")
        run.variables = new Map(run.variables).set(event.name, {value: event.value, secret: event.secret, step: event.step});
    }
  }
}

/** Questions that were open wait no longer: whoever goes on asks them again. */
function resume(run: Changing<Run>, {ms, idleMs}: RunResumed & Event): undefined {
  const leftMs = Math.max(0, ms - idleMs);
  for (const asked of [...[...run.steps.entries()].map(([, step]) => step), ...run.inputs.values()])
    if (asked.status === "asked" && asked.ms < leftMs) run.waits = run.waits.append({fromMs: asked.ms, toMs: leftMs});
  run.idle = run.idle.append({fromMs: leftMs, toMs: ms});
}

function setInput(run: Changing<Run>, event: InputSet & Event): undefined {
  const {name, at, value, secret, by, via} = event;
  const was = run.inputs.get(name);
  run.inputs = new Map(run.inputs).set(name, {status: "set", at, value, secret, by, via});
  run.variables = new Map(run.variables).set(name, {value, secret, step: null});
  if (was?.status === "asked") run.waits = run.waits.append({fromMs: was.ms, toMs: event.ms});
}

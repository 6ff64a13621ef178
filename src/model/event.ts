/**
 * The vocabulary of the journal. A fact is something that has happened, in the past tense; an event is a fact with its number
 * and time, as one line of the journal holds it. Facts are for ever: fields may be added, never renamed.
 */
import type {ClosingAnswered} from "./closing.ts";
import type {Plan} from "./plan.ts";
import type {Answer, Question} from "./question.ts";
import type {RunId, StepId} from "./runbook.ts";
import type {TerminalFact} from "./terminal.ts";

export type {Answer, Confirmation, Exactly, Question, Release} from "./question.ts";

export type Event = Fact & Stamp;
/** What the journal adds to a fact. */
export interface Stamp {
  readonly seq: number; // from 1, no gaps
  readonly at: string; // ISO 8601, UTC, milliseconds: the wall clock
  readonly ms: number; // milliseconds since the run started, by a clock that never steps
}

export type Mode = "drill" | "recovery";
export type Stream = "stdout" | "stderr";

export type Fact =
  | RunStarted
  | RunResumed
  | DocumentChanged
  | {readonly type: "journal-recovered"; readonly cutBytes: number; readonly cutLines: number}
  | {readonly type: "connection-opened"; readonly connection: string; readonly session: string; readonly server: ServerIdentity}
  | TargetChecked
  | {readonly type: "input-asked"; readonly name: string; readonly step: StepId | null}
  | InputSet
  | {
      readonly type: "cell-started";
      readonly step: StepId;
      readonly attempt: number;
      readonly by: string | null; // who let it run; null: nobody in person
      readonly execution: Execution;
    }
  | {readonly type: "output-written"; readonly step: StepId; readonly attempt: number; readonly output: Output}
  | {
      readonly type: "expectation-checked";
      readonly step: StepId;
      readonly attempt: number;
      readonly index: number;
      readonly met: boolean;
      readonly actual: string;
    }
  | {
      readonly type: "variable-captured";
      readonly step: StepId;
      readonly attempt: number;
      readonly name: string;
      readonly value: string;
      readonly secret: boolean;
      readonly exact: boolean; // the value can be had from this one by putting secrets in place of their marks
    }
  | {
      readonly type: "cell-ready"; // what a background cell follows has come: it has passed so far, and goes on until its cell-ended
      readonly step: StepId;
      readonly attempt: number;
      readonly process: KeptProcess | null; // what outlives its runner, and the run; null: nothing of it does
    }
  | TerminalFact
  | {readonly type: "cell-ended"; readonly step: StepId; readonly attempt: number; readonly outcome: Outcome; readonly ending: Ending}
  | {readonly type: "question-asked"; readonly step: StepId; readonly question: Question}
  | {readonly type: "item-checked"; readonly step: StepId; readonly item: number; readonly checked: boolean; readonly by: string}
  | {
      readonly type: "question-answered";
      readonly step: StepId;
      readonly answer: Answer;
      readonly by: string;
      readonly note: string;
      readonly via: Via;
    }
  | {readonly type: "step-skipped"; readonly step: StepId; readonly reason: string; readonly by: string | null}
  | {readonly type: "milestone-reached"; readonly milestone: string; readonly time: string | null} // null: the event's own time
  | {readonly type: "objective-measured"; readonly objective: string; readonly measure: Measure}
  | {readonly type: "reminder-due"; readonly reminder: string; readonly time: number} // how often it has been, from 1
  | {readonly type: "reminder-late"; readonly reminder: string; readonly time: number} // it was not done when it was due again, or when the run ended
  | {readonly type: "reminder-done"; readonly reminder: string; readonly time: number; readonly by: string}
  | {
      readonly type: "deviation-recorded";
      readonly deviation: "out-of-order" | "repeated" | "skipped" | "changed" | "rolled-back" | "edited" | "not-as-confirmed";
      readonly step: StepId | null; // null: the document
      readonly by: string;
      readonly why: string;
    }
  | {readonly type: "cancel-requested"; readonly by: string; readonly step: StepId | null} // null: the whole run
  | ClosingAnswered
  | {
      readonly type: "run-ended";
      readonly outcome: RunOutcome;
      readonly reason: string;
      readonly notes: readonly string[];
      readonly by: string | null; // who finished it; null: nobody in person
    };

export interface RunStarted {
  readonly type: "run-started";
  readonly v: 1; // version of the journal's format
  readonly run: RunId;
  readonly runbook: {
    readonly path: string;
    readonly title: string;
    readonly revision: string | null;
    readonly digest: string;
    readonly git: GitState | null; // null: it stands in no repository, git did not say, or the journal is older
  };
  readonly files: Readonly<Record<string, string>>; // copied into the run folder: path from the runbook's folder → sha256
  readonly includes: Readonly<Record<string, string>>; // files whose text ran too: path from the runbook's folder → sha256; their bytes are in the run folder's `includes`
  readonly directory: string; // absolute, the runbook's folder: where cells run; empty in older journals
  readonly mode: Mode;
  readonly operator: string;
  readonly by: RunnerIdentity;
  readonly plan: Plan;
}
/** Another runner goes on with a run that was interrupted. */
export interface RunResumed {
  readonly type: "run-resumed";
  readonly operator: string;
  readonly by: RunnerIdentity;
  readonly idleMs: number; // that there was no runner, by the wall clock; 0 where that was set back meanwhile
  readonly supplied: readonly string[]; // names of secrets that were given again
  readonly adopted: readonly StepId[]; // cells in the background that were found to go on
}
/** The run goes on with other bytes than it began with; those are in the run folder too, in `folder`. */
export interface DocumentChanged {
  readonly type: "document-changed";
  readonly folder: string; // within the run folder; holds runbook.md, and files that differ
  readonly runbook: RunStarted["runbook"];
  readonly files: RunStarted["files"];
  readonly includes: RunStarted["includes"];
  readonly plan: Plan;
}
export interface GitState {
  readonly commit: string;
  readonly dirty: boolean; // the document, or a file that ran with it, is not as the commit has it
}
export interface RunnerIdentity {
  readonly host: string;
  readonly user: string;
  readonly pid: number;
  readonly tools: Readonly<Record<string, string>>; // versions: runbook, node, bash
}
/** A process as the system tells it from every other, also when its number is used again. */
export interface ProcessName {
  readonly pid: number;
  readonly startedAt: string | null; // as the system counts it; null where it does not say
  readonly boot: string | null;
}
/** A process that outlives its runner. */
export interface KeptProcess extends ProcessName {
  readonly mark: string; // by which its kind knows what belongs to it
}
export interface ServerIdentity {
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly systemIdentifier: string | null; // null: the role may not read it
  readonly recovering: boolean | null;
  readonly timeline: number | null; // null: the role may not ask, or the journal is older
  readonly embedded: boolean;
  readonly demo: boolean; // PGlite: never drill evidence
}
/** What a connection pins was held against its server, before a cell that destroys, or might. */
export interface TargetChecked {
  readonly type: "target-checked";
  readonly step: StepId;
  readonly connection: string;
  readonly pins: Readonly<Record<string, string>>; // "system_identifier", "role", "database" → what the document expects
  readonly server: ServerIdentity | null; // null: it was not reached
  readonly problem: string | null; // why the cell was not started; null: it is the right one, and nobody else acts on it
}
export interface InputSet {
  readonly type: "input-set";
  readonly name: string;
  readonly value: string; // a mark in place of a secret
  readonly secret: boolean;
  readonly by: string;
  readonly via: Via;
}
/** How an answer or a value came in. */
export type Via =
  | "page"
  | "terminal" // of `runbook exec`
  | "--set"
  | "--env-file"
  | "--answers"
  | "--confirm"
  | "--confirm-file"
  | "--confirm-destructive"
  | "--lost"
  | "--accept-proposals"
  | "--drill"
  | "include" // its `set`
  | "environment"
  | "default"
  | "not-given"; // an optional input that nobody gave: its value is empty

/** What exactly was started, where and as whom. */
export interface Execution {
  readonly text: string; // after redaction
  readonly sha256: string; // of the exact bytes before redaction
  readonly edited: boolean; // a person had changed the text for this one time; false in older journals
  readonly session: string;
  readonly target: string; // "local", a host or a connection
  readonly host: string;
  readonly user: string;
  readonly detail: Readonly<Record<string, string>>; // the kind's own: shell, cwd, transaction
}

/** One thing a cell produced. Views render outputs, never kinds. */
export type Output =
  | {readonly type: "text"; readonly stream: Stream; readonly text: string}
  | {readonly type: "base64"; readonly stream: Stream; readonly base64: string} // bytes that are no UTF-8
  | {readonly type: "overflowed"; readonly stream: Stream; readonly file: string; readonly bytes: number} // the whole stream, also what the journal holds of it, stands in outputs/`file` up to `bytes`
  | Table
  | {readonly type: "command"; readonly statement: number; readonly line: number; readonly tag: string; readonly ms: number} // a statement that ended well
  | Notice;
export interface Table {
  readonly type: "table";
  readonly statement: number; // from 1, within the cell
  readonly line: number; // within the cell
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[]; // exact server text
  readonly total: number; // exact, also where fewer rows were kept
}
export interface Column {
  readonly name: string;
  readonly type: string; // as PostgreSQL names it: "int8", "timestamptz", "_text"
}
export interface Notice {
  readonly type: "notice";
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
}

/** How an attempt ended. `lost`: nobody saw how. */
export type Outcome =
  | {readonly type: "passed"}
  | {readonly type: "failed"; readonly message: string; readonly place: Place | null}
  | {readonly type: "timed-out"; readonly afterMs: number}
  | {readonly type: "cancelled"}
  | {readonly type: "lost"; readonly message: string};
/** A place within a cell's source, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number | null;
}
/** What was measured of an attempt, whatever its outcome. */
export interface Ending {
  readonly durationMs: number;
  readonly exit: number | null;
  readonly signal: string | null;
  readonly sqlstate: string | null;
  readonly rowCount: number | null;
  readonly streams: Readonly<Record<Stream, StreamTotal>>;
  readonly state: "taken" | "not taken" | null; // the session snapshot; null: the kind has none
  readonly transaction: "idle" | "open" | "failed" | null; // null: the kind has none
  readonly leftovers: readonly string[]; // processes it left behind, ended by us unless `kept`
  readonly kept: readonly string[];
  readonly redactions: number;
  readonly detail: string | null; // what else a person should know: DETAIL and HINT of an error, "141: SIGPIPE"
}
export interface StreamTotal {
  readonly bytes: number; // after redaction
  readonly sha256: string;
  readonly truncated: boolean; // more came than was kept
}

export interface Measure {
  readonly result: "met" | "missed" | "failed" | "not-measured";
  readonly actualMs: number | null;
  readonly waitingMs: number; // for people, inside it
  readonly idleMs: number; // without a runner, inside it
  readonly reason: string | null;
}
export type RunOutcome = "passed" | "failed" | "missed" | "stopped" | "cancelled";

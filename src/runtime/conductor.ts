/**
 * Who decides. A run asks its conductor what comes next and puts its questions to it: headless, the answers came with the
 * command line; served, they come from the people at the page. The run itself never answers anything.
 */

import type {ClosingAnswered} from "../model/closing.ts";
import type {Edit} from "../model/edit.ts";
import type {Answer, Event, Fact, Mode, Question, Via} from "../model/event.ts";
import type {AnyKind, TerminalSize} from "../model/kind.ts";
import type {Plan} from "../model/plan.ts";
import type {Run} from "../model/run.ts";
import type {Input, Runbook, RunId, Step, StepId} from "../model/runbook.ts";

export interface Conductor {
  /** What comes next. `end` closes the run; what was not reached stays pending, or was skipped before by a `skip`. */
  choose(run: Run): Promise<Move>;
  /** Puts a question. Ticks of a checklist go through `tick` as they come. Null: nobody answered, and the run stops there. */
  ask(
    step: Step,
    question: Question,
    tick: (item: number, checked: boolean, by: string) => Promise<void>,
    signal: AbortSignal
  ): Promise<Answered | null>;
  /** A value for an input that was not given; null: nobody gave one. */
  value(input: Input, step: StepId | null, signal: AbortSignal): Promise<GivenValue | null>;
}
export type Move =
  | {readonly type: "pass"; readonly step: StepId; readonly by: string | null; readonly edit?: Edit} // execute the cell, or ask the question
  | {readonly type: "skip"; readonly step: StepId; readonly reason: string; readonly by: string | null}
  | {readonly type: "end"; readonly by?: string}; // who finished it
export interface Answered {
  readonly answer: Answer;
  readonly by: string;
  readonly note: string;
  readonly via: Via;
}
export interface GivenValue {
  readonly name: string;
  readonly value: string;
  readonly by: string;
  readonly via: Via;
}

/** All that a run needs to be told. */
export interface RunRequest {
  readonly runbook: Runbook;
  readonly bytes: Uint8Array; // the exact document
  readonly included?: ReadonlyMap<string, Uint8Array>; // the exact bytes of `runbook.included`, by `file`
  readonly directory: string; // absolute; the runbook's folder
  readonly runsDirectory: string; // absolute; made if missing
  readonly plan: Plan;
  readonly mode: Mode;
  readonly operator: string;
  readonly kinds: readonly AnyKind[];
  readonly environment: Readonly<Record<string, string>>; // of the process
  readonly values: readonly GivenValue[]; // --set, --env-file, --answers: inputs and template names
  readonly closing?: ClosingAnswered | null; // what people said of the run before it began
  readonly conductor: Conductor;
  readonly screen?: (() => TerminalSize) | null; // of who can type into a cell with `tty`; null: nobody can
  /** Hears events once they are written: in order, each once, durable ones after their sync. */
  onEvents(events: readonly Event[]): void;
}

/** A run that is being performed. */
export interface Performance {
  readonly id: RunId;
  readonly folder: string; // absolute
  readonly run: Run; // the fold so far
  readonly syncs: number; // how often its journal has waited for the disk
  readonly done: Promise<Run>; // after run-ended was written, or the run was left, and everything it started was ended
  /** Records what a person did outside a question: ticks of an advisory checklist, an input set early, a deviation, what a reminder asks for. */
  record(
    fact: Extract<Fact, {type: "item-checked" | "input-set" | "deviation-recorded" | "step-skipped" | "reminder-done" | "closing-answered"}>
  ): Promise<void>;
  /** Types into the terminal of a running cell. Null when it was taken, else the reason why not. */
  type(step: StepId, text: string, by: string, via: Via): string | null;
  /** Makes that terminal of another size, if there is one. */
  resize(step: StepId, size: TerminalSize): void;
  /** Ends the running cell or withdraws the open question; the conductor is asked next. */
  cancelStep(by: string): Promise<void>;
  /** Ends the whole run: the running cell is cancelled, `run=always` sections follow, the outcome is `cancelled`. */
  cancel(by: string): Promise<void>;
  /** Kills everything at once; the journal stays whole, and says that the run was cancelled. */
  kill(): Promise<void>;
  /** Ends what the run started and puts its journal away without an end: the run is interrupted, and can be resumed. */
  leave(): Promise<void>;
}

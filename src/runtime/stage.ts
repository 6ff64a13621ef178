/** What the parts of a performance share: the request, the journal, and what is known only to this process. */
import type {AttemptFacts} from "../expression/index.ts";
import type {Event, Fact} from "../model/event.ts";
import type {AnyKind} from "../model/kind.ts";
import type {Run} from "../model/run.ts";
import type {Cell, RunId, Step, StepId} from "../model/runbook.ts";
import type {Backgrounds} from "./backgrounds.ts";
import type {RunRequest} from "./conductor.ts";
import type {Journal} from "./journal.ts";
import type {Milestones} from "./milestones.ts";
import type {Reads} from "./reads.ts";
import type {Redactor} from "./redact.ts";
import type {Sessions} from "./sessions.ts";
import type {LazyTargets} from "./targets.ts";
import type {OpenTerminal} from "./terminal.ts";
import type {Variables} from "./variables.ts";

export interface Stage {
  readonly request: RunRequest;
  readonly id: RunId;
  readonly folder: string;
  readonly journal: Journal;
  readonly redactor: Redactor;
  readonly lookup: (name: string) => string | undefined; // the value of a `${NAME}` of the frontmatter
  readonly variables: Variables;
  readonly sessions: Sessions;
  readonly targets: LazyTargets;
  readonly backgrounds: Backgrounds;
  readonly reads: Reads;
  readonly milestones: Milestones;
  readonly facts: Map<StepId, AttemptFacts>; // of the last attempt of steps that later expressions read
  readonly shells: Map<string, (name: string) => string | undefined>; // by session: the values a shell had at the end of its last cell
  readonly terminals: Map<StepId, OpenTerminal>; // of cells that run now
  readonly checked: Set<string>; // servers, by host:port, that were found to be what their connection pins
  readonly inside: Set<string>; // ids of the includes that the run is in
  readonly run: Run; // the fold of what was heard
  readonly cutShort: ReadonlySet<StepId>; // cells that were cancelled when an earlier runner stopped: a person decides about them as about lost ones
  readonly steps: ReadonlyMap<StepId, Step>;
  readonly stepIds: readonly StepId[];
  kindOf(cell: Cell): AnyKind;
  /** Durable: resolves once it is on disk and was heard. */
  record(fact: Fact): Promise<Event>;
  /** Grouped: on its way. */
  write(fact: Fact): Event;
  /** Begins something that a person may interrupt; the first reason to do so wins. */
  interruptible(step: StepId): Interruptible;
  /** From here on, what is cancelled is what comes now. */
  beginPass(by: string | null): void;
  /** Who lets what is being passed run; null: nobody in person. */
  readonly passedBy: string | null;
  /** What is being passed was cancelled; nothing of it is to be started. */
  readonly withdrawn: boolean;
  /** The step at a question of which nobody answered; the run stops there. */
  stoppedAt: StepId | null;
  readonly notes: string[]; // what a person should know at the end
}

export interface Interruptible {
  readonly signal: AbortSignal; // its reason is an `Interruption`
  interrupt(reason: Interruption): void;
  end(): void;
}
export type Interruption = {readonly type: "timed-out"; readonly afterMs: number} | {readonly type: "cancelled"};

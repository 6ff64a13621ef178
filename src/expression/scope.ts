import type {Notice, Table} from "../model/event.ts";
import type {Standing} from "../model/standing.ts";

/** What an expression may read. `attempt` is null where no cell has just ended. */
export interface Scope {
  readonly attempt: AttemptFacts | null;
  readonly vars: ReadonlyMap<string, string>;
  readonly shell: ((name: string) => string | undefined) | null;
  readonly now: Date;
  steps(id: string): StepFacts | undefined;
  readonly stepIds: readonly string[];
}

/** What is known of an attempt that has ended. */
export interface AttemptFacts {
  readonly exit: number | null;
  readonly sqlstate: string | null;
  readonly stdout: Held<string>;
  readonly stderr: Held<string>;
  readonly tables: readonly Table[];
  readonly notices: readonly Notice[];
  readonly rowCount: number | null;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Something of which all is in memory, or of which not all is and why. */
export type Held<T> = {readonly type: "whole"; readonly value: T} | {readonly type: "cut"; readonly message: string};

export interface StepFacts {
  readonly outcome: Standing;
  readonly answer: string | null;
  readonly attempt: AttemptFacts | null;
}

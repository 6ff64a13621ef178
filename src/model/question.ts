import type {StepId} from "./runbook.ts";

/** What a run asks of people, and what they may answer. */
export type Question =
  | {readonly type: "gate"; readonly role: string | null; readonly releases: readonly Release[]}
  | {readonly type: "checklist"}
  | {readonly type: "decision"; readonly proposed: number | null; readonly why: string | null}
  | {readonly type: "lost"; readonly attempt: number} // nobody saw how it ended: only a person can say what is to become of the step
  | Confirmation;
/** Exactly what would run, if it ran now. */
export interface Exactly {
  readonly reasons: readonly string[]; // why it would have to be confirmed
  readonly unknown: readonly string[]; // what nobody can know yet
  readonly values: Readonly<Record<string, string>>; // present values of the variables the text names, after redaction
  readonly text: string;
  readonly sha256: string; // over text, flags, host, user, connection identity and values
}
/** A cell that a gate leads to, as it was when the gate was asked. */
export interface Release extends Exactly {
  readonly step: StepId;
  readonly target: string; // where it acts, in words
}
/** Asked before a cell that is destructive, might be, or says `confirm`. */
export interface Confirmation extends Exactly {
  readonly type: "confirmation";
  readonly phrase: string | null;
}
export type Answer =
  | {readonly type: "confirmed"}
  | {readonly type: "refused"}
  | {readonly type: "completed"} // every item of a checklist was ticked
  | {readonly type: "repeated"} // a lost step is to be executed again
  | {readonly type: "done"} // a lost step did what it should, as a person has seen
  | {readonly type: "skipped"} // a lost step is left as it is
  | {readonly type: "chosen"; readonly choice: number; readonly proposed: boolean};

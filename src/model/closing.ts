/** What only people know of a run: asked for when it is over, or given with the call. Nothing of it is ever made up. */
import type {Via} from "./event.ts";

/** What only people know of a run, and may say at any time, also after its end: the one fact that may follow `run-ended`. A later answer replaces an earlier one. */
export interface ClosingAnswered {
  readonly type: "closing-answered";
  readonly by: string;
  readonly via: Via;
  readonly scenario: string | null; // null, here and below: not said this time
  readonly assumptions: string | null;
  readonly independence: string | null; // of those who tested from those who run the system
  readonly findings: readonly Finding[] | null;
  readonly reportedTo: string | null;
  readonly signOff: {readonly name: string; readonly role: string} | null; // one is added to the earlier ones
  readonly whys: Readonly<Record<string, string>>; // of deviations, by the number of their events
}
export interface Finding {
  readonly finding: string;
  readonly severity: string | null;
  readonly owner: string | null;
  readonly due: string | null;
  readonly ticket: string | null;
}

/** What the form asks for in words; findings, sign-off and whys have forms of their own. */
export const closingTexts = ["scenario", "assumptions", "independence", "reportedTo"] as const;

/** What somebody says of it now. */
export type Said = Omit<ClosingAnswered, "type" | "by" | "via">;
export const nothingSaid: Said = {
  scenario: null,
  assumptions: null,
  independence: null,
  findings: null,
  reportedTo: null,
  signOff: null,
  whys: {}
};

/** Whys that were given after a deviation was recorded, by the number of its event. */
export const laterWhys = (closing: Iterable<ClosingAnswered>): ReadonlyMap<number, string> =>
  new Map([...closing].flatMap(({whys}) => Object.entries(whys).map(([seq, why]) => [Number(seq), why] as const)));

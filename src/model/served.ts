/** What the server tells a page beside the events of its run. All of it is JSON. */
import type {Comparison, Pair} from "./compare-runs.ts";
import type {Event, Mode} from "./event.ts";
import type {MeasuredPromise} from "./measured-run.ts";
import type {DrillMetrics} from "./metrics.ts";
import type {Objective, Runbook, RunId, StepId} from "./runbook.ts";
import type {runStanding} from "./standing.ts";
import type {Whereabouts} from "./whereabouts.ts";

/** A piece of code and what it is: "keyword", "string", "comment"; null where it is nothing in particular. */
export type Token = readonly [scope: string | null, text: string];
/** Highlighting is made once, where the document is parsed. */
export interface Highlights {
  readonly cells: Readonly<Record<StepId, readonly Token[]>>;
  readonly fences: Readonly<Record<string, readonly Token[]>>; // by `fenceKey`
}
/** Names a fence that is prose: the same text in the same language looks the same everywhere. */
export const fenceKey = (language: string, text: string): string => `${language}\n${text}`;

/** A document as a page gets it. */
export interface ServedDocument {
  readonly name: string; // its path within the folder that is served
  readonly runbook: Runbook;
  readonly highlights: Highlights;
  readonly you: string; // the reader's name, as the run records it
  readonly lastMs?: Readonly<Record<StepId, number>>; // how long cells took in the run before
}
/** Where a text stands in an output that is too long for a page. */
export interface FoundInOutput {
  readonly total: number; // lines that hold it
  readonly lines: readonly {readonly line: number; readonly from: number; readonly text: string}[]; // the first of them; `from`: in bytes
}
/** What everybody at a runbook shares, besides the run. */
export interface DeskState {
  readonly name: string; // the runbook's
  readonly run: RunId | null;
  readonly digest: string; // `editionOf` the document as the server knows it now
  readonly mode: Mode; // of the run, or of the one that would start
  readonly following: Following | null;
  readonly asking: StepId | null; // the step whose question is answered as it was shown; an older one is asked again first
  readonly present: readonly string[];
  readonly values: Readonly<Record<string, string | null>>; // inputs set before the start; null for a secret
  readonly trouble: string | null; // the run could not go on, in words
  readonly interrupted: Interrupted | null; // the last run of this runbook, which can be gone on with instead of starting another
  readonly now: string; // the server's clock
}
export interface Interrupted {
  readonly run: RunId;
  readonly startedAt: string;
  readonly operator: string;
  readonly undecided: number; // steps that nobody saw end
  readonly changed: readonly string[]; // what is no longer as it was, and a person must accept
  readonly refused: string | null; // why it cannot be gone on with
}
/** The course that is being run by itself: up to a step, of a section, or all. */
export interface Following {
  readonly by: string;
  readonly to: StepId | null;
  readonly section: string | null;
}

export interface ServedHome {
  readonly only: string | null; // the one runbook that is served, where it is no folder
  readonly folder: string;
  readonly you: string;
  readonly runbooks: readonly ServedRunbook[];
  readonly unread: readonly string[]; // names of runbooks that have not been read yet; whoever asks again finds fewer
  readonly runs: readonly ServedRun[]; // newest first
  readonly damage: string | null; // what is wrong with the register of runs
}
export interface ServedRunbook {
  readonly name: string;
  readonly title: string;
  readonly owner: string | null;
  readonly steps: number;
  readonly errors: number;
  readonly objectives: readonly ServedObjective[];
  readonly going: ServedGoing | null; // the run that goes on here, now
  readonly lastDrill: ServedRun | null;
  readonly drill: DrillMetrics;
  readonly successRate: number | null; // null: no run is over
}
/** Where a run is that goes on: as `whereabouts` tells it. */
export interface ServedGoing {
  readonly run: RunId;
  readonly state: Whereabouts["state"];
  readonly words: string; // up to the name of the place
  readonly place: string; // of the step, or of the input; empty where it is idle
}
/** A promise of a runbook, and what its runs made of it. */
export interface ServedObjective extends Pick<Objective, "id" | "metric" | "title" | "maxMs"> {
  readonly points: readonly TrendPoint[]; // in the order of the runs
}
export interface TrendPoint extends Pick<MeasuredPromise, "actualMs" | "targetMs" | "result"> {
  readonly run: string;
  readonly at: string;
  readonly mode: Mode | null;
}
export interface ServedRun {
  readonly id: RunId;
  readonly title: string;
  readonly path: string; // of the runbook, as the run recorded it
  readonly runbook: string | null; // its name here; null: it is not among those that are served
  readonly mode: Mode | null; // null: nothing of its journal can be read
  readonly operator: string;
  readonly startedAt: string | null;
  readonly durationMs: number | null; // up to its last event
  readonly standing: ReturnType<typeof runStanding>;
  readonly reason: string; // of its end
  readonly isGone: boolean; // only the register knows it
}
/** Two runs beside each other, the earlier first. */
export interface ServedComparison {
  readonly runs: Pair<ServedRun>;
  readonly comparison: Comparison;
  readonly objectives: readonly {readonly id: string; readonly title: string; readonly measures: Pair<MeasuredPromise | null>}[];
}
/** A run that is opened to be read. */
export interface ServedRecord extends ServedDocument {
  readonly id: RunId;
  readonly live: boolean; // somebody is still performing it
  readonly here: boolean; // and that somebody is this server
  readonly damage: string | null; // what is wrong with its journal
}
/** A run that stands in the page itself. */
export interface ArchivedRun {
  readonly document: ServedRecord;
  readonly events: readonly Event[];
  readonly outputs: Readonly<Record<string, ArchivedOutput>>; // what the journal could not hold, by file
}
/** The beginning of an output, or all of it. */
export type ArchivedOutput = {readonly bytes: number} & ({readonly text: string} | {readonly base64: string});

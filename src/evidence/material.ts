/** What evidence is made of: the contents of a run folder, read and parsed. Every view is a pure function of it. */
import type {Event} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import type {Runbook} from "../model/runbook.ts";
import type {Highlights} from "../model/served.ts";

export interface Material {
  readonly runbook: Runbook; // parsed from the bytes that ran
  readonly begun: Runbook; // from the bytes that the run began with: another one only if the document was changed meanwhile
  readonly bytes: Uint8Array; // of the runbook that ran
  readonly included: ReadonlyMap<string, Uint8Array>; // of the files that ran with it, by their paths from its folder
  readonly events: readonly Event[];
  readonly run: Run; // their fold
  readonly live: boolean; // somebody is still performing it
  readonly journal: JournalState;
  readonly outputs: ReadonlyMap<string, KeptOutput>; // what the journal could not hold, by the names of the files in `outputs`
  readonly page: Page;
}
export interface JournalState {
  readonly sha256: string; // of the last line that could be read; zeros where there is none
  readonly damage: string | null; // why the journal could not be read to its end
}
/** The beginning of a long output, up to a bound. */
export interface KeptOutput {
  readonly head: Uint8Array;
  readonly bytes: number; // of the whole file
}
/** The built viewer, and the document's code in colours: only `toHtml` needs them. */
export interface Page {
  readonly script: string;
  readonly style: string;
  readonly highlights: Highlights;
}

/** A file for other people, made from a run. */
export type View = (material: Material) => string;

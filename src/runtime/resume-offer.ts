/** Whether an interrupted run could go on with the document as it is now, found without touching it. */
import {basename, dirname, join, resolve} from "node:path";
import type {AnyKind} from "../model/kind.ts";
import type {Runbook} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {findChangedSteps, findChanges} from "./changes.ts";
import {findRolledBack, findUndecided, refuseEmbedded} from "./resumable.ts";
import type {WholeDocument} from "./run-folder.ts";
import type {Recording} from "./runs.ts";
import {listRuns, readRun} from "./runs.ts";

export interface ResumeOffer {
  readonly refused: string | null; // why it cannot go on at all
  readonly changed: readonly string[]; // what a person must accept first
  readonly undecided: number; // steps that nobody saw end
}

/** The last run of a runbook, if that was interrupted. */
export async function findInterrupted(runsDirectory: string, directory: string, path: string): Promise<Recording | null> {
  const file = join(directory, basename(path));
  for (const {folder, standing} of await listRuns(runsDirectory)) {
    const recording = standing === "not started" ? null : await readRun(folder).catch(() => null);
    const start = recording?.run.start;
    if (!recording || !start) continue;
    if (join(start.directory === "" ? dirname(resolve(start.runbook.path)) : start.directory, basename(start.runbook.path)) !== file)
      continue;
    return recording.run.ended === null && !recording.live ? recording : null;
  }
  return null;
}

export async function offerToResume({run, events}: Recording, document: WholeDocument, kinds: readonly AnyKind[]): Promise<ResumeOffer> {
  const {runbook} = document;
  const refused = refuseEmbedded(runbook, events, kinds);
  const changes = await findChanges(run.start!, document);
  return {
    refused: refused ?? (changes.length > 0 ? refuseSteps(runbook, run) : null),
    changed: [...changes.map((change) => `${change} has changed`), ...findRolledBack(runbook, events).map(({words}) => words)],
    undecided: findUndecided(runbook, run).length
  };
}

function refuseSteps(runbook: Runbook, run: Recording["run"]): string | null {
  try {
    findChangedSteps(runbook, run);
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

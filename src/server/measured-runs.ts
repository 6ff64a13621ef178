import type {AnyKind} from "../model/kind.ts";
import type {MeasuredRun} from "../model/measured-run.ts";
import {measureRun, unmeasuredRun} from "../model/measured-run.ts";
import {openRunbook} from "../parser/index.ts";
import type {KnownRun} from "../runtime/registered-runs.ts";
import {listKnownRuns} from "../runtime/registered-runs.ts";
import {readRun} from "../runtime/runs.ts";

export interface MeasuredRuns {
  readonly runs: readonly MeasuredRun[]; // in the order of their starts
  readonly listed: readonly KnownRun[]; // the same, newest first, as lists show them
  readonly damage: string | null; // what is wrong with the register
}

/** Every run of the folder and of its register, measured as far as it can be read. */
export async function measureRuns(
  runsDirectory: string,
  kinds: readonly AnyKind[],
  known = new Map<string, MeasuredRun>() // of runs that are over, by id: those are not read again
): Promise<MeasuredRuns> {
  const {runs, damage} = await listKnownRuns(runsDirectory);
  const measured: MeasuredRun[] = [];
  for (const run of runs.toReversed()) {
    const found = known.get(run.id) ?? (await measure(run, kinds));
    if (found.complete && run.endedAt !== null) known.set(run.id, found);
    measured.push(found);
  }
  return {runs: measured, listed: runs, damage};
}

async function measure(head: KnownRun, kinds: readonly AnyKind[]): Promise<MeasuredRun> {
  if (head.registration === "gone") return unmeasuredRun(head);
  try {
    const {bytes, included, path, events} = await readRun(head.folder);
    const {runbook} = openRunbook(bytes, {path, kinds, readFile: (file) => included.get(file) ?? null});
    return measureRun(head, runbook, events);
  } catch {
    return unmeasuredRun(head); // what it holds cannot be read; that it was started is known
  }
}

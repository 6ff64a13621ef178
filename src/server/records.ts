/** Runs that are opened to be read: as rows of a list, as a document, and as the events of their journal. */
import {stat} from "node:fs/promises";
import {basename, join} from "node:path";

import type {ClosingAnswered} from "../model/closing.ts";
import type {Event} from "../model/event.ts";
import type {AnyKind} from "../model/kind.ts";
import type {MeasuredRun} from "../model/measured-run.ts";
import type {RunId, StepId} from "../model/runbook.ts";
import type {ServedComparison, ServedRecord} from "../model/served.ts";
import {listKnownRuns} from "../runtime/registered-runs.ts";
import {findRun, followRun, readRun} from "../runtime/runs.ts";
import {sayAfterwards} from "../runtime/say-afterwards.ts";
import {compare} from "./compare.ts";
import {findLastDurations} from "./last-durations.ts";
import {readRunbook} from "./library.ts";
import type {MeasuredRuns} from "./measured-runs.ts";
import {measureRuns} from "./measured-runs.ts";

export interface Records {
  /** Every run, and what is measured of it. */
  all(): Promise<MeasuredRuns>;
  /** Null when one of them is not here. */
  compare(first: string, second: string): Promise<ServedComparison | null>;
  open(id: string, reader: {readonly name: string; here(id: RunId): boolean}): Promise<ServedRecord | null>;
  /** What has happened in it so far. */
  past(id: string): Promise<readonly Event[] | null>;
  /** The events after a number, and what comes while somebody is at work on the run. */
  follow(id: string, options: {readonly after: number; readonly signal: AbortSignal}): Promise<AsyncGenerator<readonly Event[]> | null>;
  /** Adds to its journal what somebody knows of a run that is over; null for an unknown run. */
  say(id: string, said: ClosingAnswered): Promise<Event | null>;
  /** Where a cell's whole output lies; null for anything else. */
  output(id: string, file: string): Promise<{readonly path: string; readonly bytes: number} | null>;
  /** How long the cells of a runbook took in its last run but this one. */
  lastDurations(
    document: {readonly name: string; readonly directory: string},
    but: RunId | null
  ): Promise<Readonly<Record<StepId, number>>>;
}

export function openRecords({runsDirectory, kinds}: {runsDirectory: string; kinds: readonly AnyKind[]}): Records {
  const find = async (id: string): Promise<string | null> => {
    if (!/^[0-9a-f-]{36}$/.test(id)) return null; // nothing but an id: `findRun` would take a folder as well
    const folder = await findRun(runsDirectory, id).catch(() => null);
    return folder !== null && basename(folder) === id ? folder : null;
  };
  const measured = new Map<string, MeasuredRun>();
  return {
    all: () => measureRuns(runsDirectory, kinds, measured),
    async compare(first, second) {
      const folders = [await find(first), await find(second)] as const;
      if (folders[0] === null || folders[1] === null) return null;
      const {runs} = await listKnownRuns(runsDirectory);
      const heads = [runs.find(({id}) => id === first), runs.find(({id}) => id === second)] as const;
      if (!heads[0] || !heads[1]) return null;
      return compare([heads[0], heads[1]], [await readRun(folders[0]), await readRun(folders[1])], kinds);
    },
    async open(id, {name, here}) {
      const folder = await find(id);
      if (folder === null) return null;
      const {bytes, included, path, run, live, damage} = await readRun(folder);
      const {runbook, highlights} = await readRunbook(bytes, {path, kinds, readFile: (file) => included.get(file) ?? null});
      const known = (run.start?.run ?? id) as RunId;
      return {id: known, name: path, runbook, highlights, you: name, live, here: here(known), damage};
    },
    async past(id) {
      const folder = await find(id);
      return folder === null ? null : (await readRun(folder)).events;
    },
    async follow(id, options) {
      const folder = await find(id);
      return folder === null ? null : followRun(folder, options);
    },
    async say(id, said) {
      const folder = await find(id);
      return folder === null ? null : sayAfterwards(folder, said);
    },
    async output(id, file) {
      const folder = await find(id);
      if (folder === null || basename(file) !== file || file.startsWith(".")) return null;
      const path = join(folder, "outputs", file);
      const found = await stat(path).catch(() => null);
      return found?.isFile() ? {path, bytes: found.size} : null;
    },
    lastDurations: (document, but) => findLastDurations(runsDirectory, document, but)
  };
}

import type {Compared, Pair} from "../model/compare-runs.ts";
import {compareRuns} from "../model/compare-runs.ts";
import type {AnyKind} from "../model/kind.ts";
import type {MeasuredPromise} from "../model/measured-run.ts";
import {measureRun} from "../model/measured-run.ts";
import type {ServedComparison} from "../model/served.ts";
import {openRunbook} from "../parser/index.ts";
import type {KnownRun} from "../runtime/registered-runs.ts";
import type {Recording} from "../runtime/runs.ts";
import {toRow} from "./run-row.ts";

/** Two runs beside each other: how they ended, what they promised, and step by step. */
export function compare(heads: Pair<KnownRun>, recordings: Pair<Recording>, kinds: readonly AnyKind[]): ServedComparison {
  const [first, second] = recordings.map((recording) => toCompared(recording, kinds)) as [Compared, Compared];
  const measured = recordings.map(({events}, place) => measureRun(heads[place]!, place === 0 ? first.runbook : second.runbook, events));
  const promises = measured.map(({objectives}) => new Map(objectives.map((promise) => [promise.id, promise])));
  const ids = [...new Set(promises.flatMap((all) => [...all.keys()]))];
  return {
    runs: [toRow(heads[0], null), toRow(heads[1], null)],
    comparison: compareRuns(first, second),
    objectives: ids.map((id) => {
      const measures: Pair<MeasuredPromise | null> = [promises[0]!.get(id) ?? null, promises[1]!.get(id) ?? null];
      const {title, metric} = (measures[1] ?? measures[0])!;
      return {id, title: title ?? metric.toUpperCase(), measures};
    })
  };
}

const toCompared = ({bytes, included, path, run}: Recording, kinds: readonly AnyKind[]): Compared => ({
  run,
  runbook: openRunbook(bytes, {path, kinds, readFile: (file) => included.get(file) ?? null}).runbook
});

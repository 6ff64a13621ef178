/** What many runs of a runbook say together. */
import type {RunOutcome} from "./event.ts";
import type {MeasuredPromise, MeasuredRun} from "./measured-run.ts";
import type {Metric} from "./runbook.ts";

export interface RunbookMetrics {
  readonly path: string;
  readonly title: string;
  readonly runs: number; // that are over, or were interrupted
  readonly drills: number; // of them
  readonly outcomes: Readonly<Partial<Record<RunOutcome | "interrupted" | "not started", number>>>;
  readonly successRate: number | null; // passed, of `runs`; null: there are none
  readonly unread: number; // runs of which only the register is left: nothing but their outcome is counted
  readonly durationMs: Spread | null; // of those that passed
  readonly errors: {readonly last: number; readonly total: number};
  readonly objectives: readonly ObjectiveMetrics[];
  readonly estimates: readonly EstimateMetrics[];
  readonly drill: DrillMetrics;
}
/** `worst` is the longest. */
export interface Spread {
  readonly last: number;
  readonly median: number;
  readonly worst: number;
  readonly of: number; // so many runs
}
export interface ObjectiveMetrics {
  readonly id: string;
  readonly metric: Metric;
  readonly title: string | null;
  readonly targetMs: number; // as it stood in the last run that had it
  readonly actualMs: Spread | null; // null: never measured
  readonly met: number;
  readonly judged: number; // runs in which it was met, missed or failed
}
export interface EstimateMetrics {
  readonly section: string;
  readonly title: string;
  readonly estimate: {readonly minMs: number; readonly maxMs: number};
  readonly measuredMs: Spread;
  readonly proposed: {readonly minMs: number; readonly maxMs: number};
  readonly holds: boolean; // every measured run lies within the estimate
}
export interface DrillMetrics {
  readonly everyMs: number | null; // null: the runbook promises none
  readonly lastGood: {readonly run: string; readonly at: string} | null; // a drill of the whole runbook that passed
  readonly sinceMs: number | null;
  readonly due: "overdue" | "in time" | null;
}
/** A runbook as it is now, whether it was ever run or not. */
export interface KnownRunbook {
  readonly path: string;
  readonly title: string;
  readonly drillEveryMs: number | null;
}

/** By runbook, in the order of their paths. `runs` in the order of their starts; `now` in milliseconds since 1970. */
export function computeMetrics(
  runs: readonly MeasuredRun[],
  {now, runbooks = []}: {readonly now: number; readonly runbooks?: readonly KnownRunbook[]}
): readonly RunbookMetrics[] {
  const byPath = new Map<string, MeasuredRun[]>(runbooks.map(({path}) => [tidyPath(path), []]));
  for (const run of runs) {
    const path = tidyPath(run.path);
    const known = byPath.get(path);
    if (known) known.push(run);
    else byPath.set(path, [run]);
  }
  const written = new Map(runbooks.map((runbook) => [tidyPath(runbook.path), runbook]));
  return [...byPath].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, of]) => measureRunbook(path, of, written.get(path) ?? null, now));
}

/** The same file, however it was named from the same folder. */
const tidyPath = (path: string): string => path.replaceAll(/(?<=^|\/)\.\//g, "").replaceAll(/\/{2,}/g, "/");

function measureRunbook(path: string, all: readonly MeasuredRun[], written: KnownRunbook | null, now: number): RunbookMetrics {
  const runs = all.filter(({standing}) => standing !== "running");
  const outcomes: Partial<Record<RunOutcome | "interrupted" | "not started", number>> = {};
  for (const {standing} of runs) if (standing !== "running") outcomes[standing] = (outcomes[standing] ?? 0) + 1;
  const read = runs.filter(({complete}) => complete);
  const everyMs = written ? written.drillEveryMs : (read.at(-1)?.drillEveryMs ?? null);
  return {
    path,
    title: written?.title ?? all.at(-1)?.title ?? path,
    runs: runs.length,
    drills: runs.filter(({mode}) => mode === "drill").length,
    outcomes,
    successRate: runs.length === 0 ? null : (outcomes.passed ?? 0) / runs.length,
    unread: runs.length - read.length,
    durationMs: spread(runs.flatMap(({standing, durationMs}) => (standing === "passed" && durationMs !== null ? [durationMs] : []))),
    errors: {last: read.at(-1)?.errors ?? 0, total: read.reduce((sum, {errors}) => sum + errors, 0)},
    objectives: measureObjectives(read),
    estimates: measureEstimates(read),
    drill: measureDrills(runs, everyMs, now)
  };
}

function measureObjectives(runs: readonly MeasuredRun[]): readonly ObjectiveMetrics[] {
  const byId = new Map<string, MeasuredPromise[]>();
  for (const {objectives} of runs) for (const measured of objectives) byId.set(measured.id, [...(byId.get(measured.id) ?? []), measured]);
  return [...byId].map(([id, all]) => {
    const {metric, title, targetMs} = all.at(-1)!;
    const judged = all.filter(({result}) => result !== "not-measured");
    return {
      id,
      metric,
      title,
      targetMs,
      actualMs: spread(all.flatMap(({actualMs}) => actualMs ?? [])),
      met: judged.filter(({result}) => result === "met").length,
      judged: judged.length
    };
  });
}

function measureEstimates(runs: readonly MeasuredRun[]): readonly EstimateMetrics[] {
  const byId = new Map<string, MeasuredRun["sections"][number][]>();
  for (const {sections} of runs) for (const section of sections) byId.set(section.id, [...(byId.get(section.id) ?? []), section]);
  return [...byId].map(([id, all]) => {
    const {title, estimate} = all.at(-1)!;
    const times = all.map(({measuredMs}) => measuredMs);
    const [least, most] = [Math.min(...times), Math.max(...times)];
    return {
      section: id,
      title,
      estimate,
      measuredMs: spread(times)!,
      proposed: {minMs: round(least, Math.floor), maxMs: round(most, Math.ceil)},
      holds: least >= estimate.minMs && most <= estimate.maxMs
    };
  });
}

/** An estimate is a round number: to the second, to five, to the half minute, to the minute, to five minutes. */
function round(ms: number, by: (value: number) => number): number {
  const step = ms < 30_000 ? 1000 : ms < 120_000 ? 5000 : ms < 600_000 ? 30_000 : ms < 3_600_000 ? 60_000 : 300_000;
  return by(ms / step) * step;
}

function measureDrills(runs: readonly MeasuredRun[], everyMs: number | null, now: number): DrillMetrics {
  const good = runs.filter(({mode, standing, section}) => mode === "drill" && standing === "passed" && section === null);
  const last = good.at(-1);
  const at = last?.endedAt ?? null;
  const sinceMs = at === null ? null : Math.max(0, now - Date.parse(at));
  const due = everyMs === null ? null : sinceMs === null || sinceMs > everyMs ? "overdue" : "in time";
  return {everyMs, lastGood: last && at !== null ? {run: last.id, at} : null, sinceMs, due};
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {last: values.at(-1)!, median, worst: sorted.at(-1)!, of: values.length};
}

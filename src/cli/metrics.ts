import {statSync} from "node:fs";
import {resolve} from "node:path";

import {formatDuration as exactDuration} from "../expression/duration.ts";
import {formatDuration} from "../model/duration.ts";
import type {EstimateMetrics, KnownRunbook, ObjectiveMetrics, RunbookMetrics, Spread} from "../model/metrics.ts";
import {computeMetrics} from "../model/metrics.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {measureRuns} from "../server/measured-runs.ts";
import {findDocuments} from "./check.ts";
import {openDocument} from "./document.ts";
import {openMetrics} from "./open-metrics.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

export interface MetricsOptions {
  readonly runsDir: string;
  readonly due?: boolean;
  readonly openmetrics?: boolean;
  readonly json?: boolean;
}

/** `runbook metrics`: what the runs of each runbook say together. With `--due`, 1 when a drill is overdue. */
export async function metrics(
  paths: readonly string[],
  {runsDir, due = false, openmetrics = false, json = false}: MetricsOptions
): Promise<number> {
  const {runs, damage} = await measureRuns(resolve(runsDir), kinds);
  const found = computeMetrics(runs, {now: Date.now(), runbooks: await findRunbooks(paths)});
  const shown = due ? found.filter(({drill}) => drill.everyMs !== null) : found;
  const paint = paintFor(process.stdout);
  process.stdout.write(
    json
      ? `${JSON.stringify(shown, null, 2)}\n`
      : openmetrics
        ? openMetrics(shown)
        : `${(due ? dueLines(shown, paint) : metricLines(shown, paint)).join("\n")}\n`
  );
  if (damage !== null) process.stderr.write(`${paintFor(process.stderr).red(`! the register is damaged: ${damage}`)}\n`);
  return due && shown.some(({drill}) => drill.due === "overdue") ? 1 : 0;
}

/** Runbooks as they are now: of a folder, those that promise drills. */
async function findRunbooks(paths: readonly string[]): Promise<readonly KnownRunbook[]> {
  const found: KnownRunbook[] = [];
  for (const path of paths) {
    const folder = statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
    for (const file of await findDocuments(path)) {
      const {runbook} = await openDocument(file);
      const {title, settings} = runbook;
      if (!folder || settings.drillEveryMs !== null) found.push({path: file, title, drillEveryMs: settings.drillEveryMs});
    }
  }
  return found;
}

function metricLines(found: readonly RunbookMetrics[], paint: Paint): readonly string[] {
  if (found.length === 0) return ["no runs"];
  return found.flatMap((runbook, place) => [...(place === 0 ? [] : [""]), ...runbookLines(runbook, paint)]);
}

function runbookLines(runbook: RunbookMetrics, paint: Paint): readonly string[] {
  const {path, title, runs, drills, outcomes, successRate, unread, durationMs, errors, objectives, estimates} = runbook;
  const counts = Object.entries(outcomes).map(([word, count]) => `${count} ${word}`);
  return [
    paint.bold(`${quiet(title)} (${quiet(path)})`),
    runs === 0
      ? "  never run"
      : `  ${runs} ${runs === 1 ? "run" : "runs"}, ${drills} of them ${drills === 1 ? "a drill" : "drills"}: ${counts.join(", ")}; success rate ${percent(successRate!)}`,
    ...(unread > 0 ? [paint.yellow(`  ${unread} of them known by the register alone`)] : []),
    ...(durationMs ? [`  took ${spreadWords(durationMs)}`] : []),
    ...(runs > 0 ? [`  errors: ${errors.last} in the last run, ${errors.total} in all`] : []),
    ...objectives.map(objectiveWords),
    ...estimates.map(estimateWords),
    ...drillWords(runbook, paint)
  ];
}

function dueLines(found: readonly RunbookMetrics[], paint: Paint): readonly string[] {
  if (found.length === 0) return ["no runbook promises drills (drill: { every: … })"];
  return found.flatMap((runbook) => drillWords(runbook, paint).map((words) => `${quiet(runbook.path)}: ${words.trim()}`));
}

function drillWords({drill: {everyMs, lastGood, sinceMs, due}}: RunbookMetrics, paint: Paint): readonly string[] {
  const last = lastGood === null ? "no good drill yet" : `last good drill ${formatDuration(sinceMs!)} ago (${lastGood.run})`;
  if (everyMs === null) return lastGood === null ? [] : [`  ${last}`];
  const words = `${last}, one is due every ${formatDuration(everyMs)}`;
  return [due === "overdue" ? paint.red(`  ${words}: overdue`) : `  ${words}: in time`];
}

function objectiveWords({metric, title, targetMs, actualMs, met, judged}: ObjectiveMetrics): string {
  const name = `${metric.toUpperCase()}${title === null ? "" : ` "${quiet(title)}"`}`;
  const actual = actualMs === null ? "never measured" : spreadWords(actualMs);
  return `  ${name} of at most ${formatDuration(targetMs)}: ${actual}; met in ${met} of ${judged}`;
}

function estimateWords({title, estimate, measuredMs, proposed, holds}: EstimateMetrics): string {
  const words = `  "${quiet(title)}", estimated ${range(estimate)}: ${spreadWords(measuredMs)}`;
  return holds ? words : `${words}; proposed: estimate="${range(proposed)}"`;
}

const range = ({minMs, maxMs}: {readonly minMs: number; readonly maxMs: number}): string =>
  minMs === maxMs ? exactDuration(minMs) : `${exactDuration(minMs)}..${exactDuration(maxMs)}`;

const spreadWords = ({last, median, worst, of}: Spread): string =>
  of === 1
    ? formatDuration(last)
    : `last ${formatDuration(last)}, median ${formatDuration(median)}, longest ${formatDuration(worst)} (${of} runs)`;

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

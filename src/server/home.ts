import {basename, join, relative, sep} from "node:path";
import type {MeasuredRun} from "../model/measured-run.ts";
import {computeMetrics} from "../model/metrics.ts";
import type {Run} from "../model/run.ts";
import type {Runbook} from "../model/runbook.ts";
import type {ServedGoing, ServedHome, ServedObjective, ServedRunbook} from "../model/served.ts";
import {stepLabel} from "../model/step-label.ts";
import {whereabouts, whereaboutsWords} from "../model/whereabouts.ts";
import type {KnownRun} from "../runtime/registered-runs.ts";
import type {Desks} from "./desks.ts";
import type {Library} from "./library.ts";
import type {Records} from "./records.ts";
import {toRow} from "./run-row.ts";

const patienceMs = 150;

/** All that is here: the runbooks with what their runs say together, and the runs. Many that were never read are not read at once. */
export async function readHome({
  library,
  desks,
  records,
  you
}: {
  library: Library;
  desks: Desks;
  records: Records;
  you: string;
}): Promise<ServedHome> {
  const names = await library.list();
  const known = new Set(names);
  const {listed, runs: measured, damage} = await records.all();
  const runs = listed.map((run) => toRow(run, findName(library, known, run)));
  const ofRunbook = new Map(runs.flatMap(({id, runbook}) => (runbook === null ? [] : [[id as string, runbook] as const])));
  const runbooks: ServedRunbook[] = [];
  const unread: string[] = [];
  const began = performance.now();
  let readNow = 0;
  for (const name of names) {
    const isRead = library.isRead(name);
    // One at least is read each time: nobody asks in vain.
    if (!isRead && readNow > 0 && performance.now() - began > patienceMs) {
      unread.push(name);
      continue;
    }
    const desk = desks.peek(name);
    const document = desk ? await desk.refresh() : await library.open(name).catch(() => null);
    if (!document) continue;
    if (!isRead) readNow++;
    const own = measured.filter(({id}) => ofRunbook.get(id) === name).map((run): MeasuredRun => ({...run, path: name}));
    const lastDrill = runs.find((run) => run.runbook === name && run.mode === "drill" && run.standing !== "running") ?? null;
    runbooks.push({...describe(name, document.runbook, own), going: desk ? goingOn(desk.run, document.runbook) : null, lastDrill});
  }
  return {folder: library.root, you, only: library.only, runbooks, unread, runs, damage};
}

function goingOn(run: Run, {steps}: Runbook): ServedGoing | null {
  if (run.start === null || run.ended !== null) return null;
  const at = whereabouts(run, steps);
  const place = "step" in at ? stepLabel(at.step) : "input" in at ? at.input : "";
  return {run: run.start.run, state: at.state, words: whereaboutsWords(at), place};
}

function describe(name: string, runbook: Runbook, runs: readonly MeasuredRun[]): Omit<ServedRunbook, "going" | "lastDrill"> {
  const {title, owner, steps, problems, settings} = runbook;
  const written = [{path: name, title, drillEveryMs: settings.drillEveryMs}];
  const {drill, successRate} = computeMetrics(runs, {now: Date.now(), runbooks: written})[0]!;
  return {
    name,
    title,
    owner,
    steps: steps.length,
    errors: problems.filter(({severity}) => severity === "error").length,
    objectives: runbook.objectives.map(({id, metric, title: called, maxMs}) => ({
      id,
      metric,
      title: called,
      maxMs,
      points: pointsOf(runs, id)
    })),
    drill,
    successRate
  };
}

const pointsOf = (runs: readonly MeasuredRun[], objective: string): ServedObjective["points"] =>
  runs.flatMap(({id: run, startedAt, mode, objectives}) => {
    const found = objectives.find(({id, result}) => id === objective && result !== "not-measured");
    return found && startedAt !== null
      ? [{run, at: startedAt, mode, actualMs: found.actualMs, targetMs: found.targetMs, result: found.result}]
      : [];
  });

/** The runbook of a run, however it was named when it ran: by where it stood, else by its path. */
function findName({root}: Library, known: ReadonlySet<string>, {directory, path}: KnownRun): string | null {
  const name =
    directory === ""
      ? path
      : relative(root, join(directory, basename(path)))
          .split(sep)
          .join("/");
  return known.has(name) ? name : null;
}

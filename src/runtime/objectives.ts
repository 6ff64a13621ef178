/** Measures the promises of a run about time, once, when nothing of it is left to do. */
import type {Scope} from "../expression/index.ts";
import {evaluate, toDurationMs} from "../expression/index.ts";
import type {Measure} from "../model/event.ts";
import type {Interval, Moment, Run} from "../model/run.ts";
import type {Objective} from "../model/runbook.ts";
import {isTaken, selectSection} from "../model/selection.ts";
import {describeFailure, scopeOf} from "./scope.ts";
import type {Stage} from "./stage.ts";

export function measureObjectives(stage: Stage): void {
  for (const objective of stage.request.runbook.objectives)
    stage.write({type: "objective-measured", objective: objective.id, measure: measure(stage, objective)});
}

function measure(stage: Stage, objective: Objective): Measure {
  return objective.value === null ? measureBetween(stage, objective) : measureValue(stage, objective, objective.value.source);
}

/** From the first time that `from` was reached to the last time that `to` was. */
function measureBetween(stage: Stage, {from, to, maxMs}: Objective): Measure {
  const {run, request} = stage;
  const names = [from, to].flatMap((name) => name ?? []);
  for (const name of names) {
    const milestone = request.runbook.milestones.find(({id}) => id === name);
    if (!milestone || !isTaken(run, selectSection(request.runbook, request.plan, milestone.section)))
      return without("not-measured", `milestone "${name}" is not in the part that was run`);
  }
  for (const name of names) {
    if (run.milestones.has(name)) continue;
    const why = stage.milestones.unreadable.get(name);
    return without("missed", why === undefined ? `milestone "${name}" was not reached` : `milestone "${name}" has no time: ${why}`);
  }
  const begin = from === null ? null : run.milestones.get(from)!.first;
  const end = to === null ? null : run.milestones.get(to)!.last;
  if (begin === null || end === null) return without("not-measured", "it names no milestones");
  const actualMs = begin.ms !== null && end.ms !== null ? end.ms - begin.ms : Date.parse(end.at) - Date.parse(begin.at);
  const window = {fromMs: sinceStart(run, begin), toMs: sinceStart(run, end)};
  return {...judge(actualMs, maxMs), waitingMs: covered(window, [...run.waits]), idleMs: covered(window, [...run.idle])};
}

function measureValue(stage: Stage, {section, maxMs}: Objective, source: string): Measure {
  const {run, request} = stage;
  if (!isTaken(run, selectSection(request.runbook, request.plan, section))) return without("not-measured", "its section was not run");
  const scope = scopeOf(stage);
  const read = (scope: Scope): number => toDurationMs(evaluate(source, scope));
  try {
    return judge(read(scope), maxMs);
  } catch (error) {
    return without("missed", `${source}: ${describeFailure(stage.redactor, read, scope, error)}`);
  }
}

function judge(actualMs: number, maxMs: number): Measure {
  const result = actualMs < 0 ? "failed" : actualMs > maxMs ? "missed" : "met";
  return {
    result,
    actualMs,
    waitingMs: 0,
    idleMs: 0,
    reason: result === "failed" ? "it is negative: its end came before its beginning" : null
  };
}

const without = (result: "missed" | "not-measured", reason: string): Measure => ({result, actualMs: null, waitingMs: 0, idleMs: 0, reason});

const sinceStart = ({startedAt}: Run, {at, ms}: Moment): number => ms ?? Date.parse(at) - Date.parse(startedAt!);

/** How much of the window the intervals cover; where they overlap, it counts once. */
function covered({fromMs, toMs}: Interval, intervals: readonly Interval[]): number {
  let sum = 0;
  let done = fromMs;
  for (const interval of [...intervals].sort((a, b) => a.fromMs - b.fromMs)) {
    const begin = Math.max(interval.fromMs, done);
    const end = Math.min(interval.toMs, toMs);
    if (end > begin) {
      sum += end - begin;
      done = end;
    }
  }
  return sum;
}

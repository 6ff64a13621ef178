import {formatDuration} from "../model/duration.ts";
import type {Run} from "../model/run.ts";
import type {Objective, Runbook} from "../model/runbook.ts";
import type {DrillRecord} from "./record-schema.ts";

type Measured = DrillRecord["objectives"][number];

/** The promises about time: target, actual value, and how it came about. */
export const measuresOf = ({objectives}: Runbook, run: Run): Measured[] => objectives.map((objective) => measureOf(objective, run));

function measureOf(objective: Objective, run: Run): Measured {
  const {id, metric, title, maxMs, from, to, value} = objective;
  const measure = run.measures.get(id) ?? null;
  return {
    id,
    metric,
    title,
    targetMs: maxMs,
    result: measure?.result ?? null,
    actualMs: measure?.actualMs ?? null,
    waitingMs: measure?.waitingMs ?? null,
    idleMs: measure?.idleMs ?? null,
    reason: measure?.reason ?? null,
    from: from === null ? null : {milestone: from, first: run.milestones.get(from)?.first ?? null},
    to: to === null ? null : {milestone: to, last: run.milestones.get(to)?.last ?? null},
    value: value?.source ?? null,
    arithmetic: arithmeticOf(objective, run)
  };
}

/** "declared first at 10:00:00.000Z (1000 ms), restored last at … (9000 ms): 8s". */
function arithmeticOf({id, from, to, value}: Objective, run: Run): string | null {
  const actualMs = run.measures.get(id)?.actualMs;
  if (actualMs === undefined || actualMs === null) return null;
  const took = `${formatDuration(actualMs)} (${actualMs} ms)`;
  if (value !== null) return `${value.source} = ${took}`;
  const first = from === null ? undefined : run.milestones.get(from)?.first;
  const last = to === null ? undefined : run.milestones.get(to)?.last;
  if (!first || !last) return null;
  return first.ms !== null && last.ms !== null
    ? `"${to}" last reached ${last.ms} ms after the start - "${from}" first reached ${first.ms} ms after the start = ${took}`
    : `"${to}" last at ${last.at} - "${from}" first at ${first.at} = ${took}`;
}

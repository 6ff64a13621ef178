import type {Measure} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import type {Objective, Runbook} from "../model/runbook.ts";

/** An objective as it stands at a moment: its clock runs from one milestone to the other. */
export interface Standing {
  readonly objective: Objective;
  readonly measure: Measure | null;
  readonly sinceMs: number | null; // how long it runs, or ran; null before its first milestone
  readonly isRunning: boolean;
}

export function standingOf(objective: Objective, run: Run, now: number): Standing {
  const measure = run.measures.get(objective.id) ?? null;
  const from = objective.from === null ? undefined : run.milestones.get(objective.from)?.first;
  const to = objective.to === null ? undefined : run.milestones.get(objective.to)?.last;
  if (measure?.actualMs != null) return {objective, measure, sinceMs: measure.actualMs, isRunning: false};
  if (!from) return {objective, measure, sinceMs: null, isRunning: false};
  const end = to?.at ?? run.ended?.at;
  return {objective, measure, sinceMs: (end === undefined ? now : Date.parse(end)) - Date.parse(from.at), isRunning: end === undefined};
}

/** The objective that the header's clock shows: how long until service is back. */
export const findClock = ({objectives}: Runbook): Objective | null =>
  objectives.find(({metric, from}) => metric === "rto" && from !== null) ??
  objectives.find(({metric, from}) => metric === "ttr" && from !== null) ??
  null;

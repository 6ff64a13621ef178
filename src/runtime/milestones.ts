/** The named moments of a run: reached when the run passes their places in the document. */
import {evaluate, toTimestamp} from "../expression/index.ts";
import {notChosen} from "../model/course.ts";
import type {Event} from "../model/event.ts";
import type {PlannedStep} from "../model/plan.ts";
import {stepRun} from "../model/run.ts";
import type {Milestone, Step} from "../model/runbook.ts";
import type {Selection} from "../model/selection.ts";
import {isTaken, selectSection} from "../model/selection.ts";
import {settled} from "../model/standing.ts";
import type {RunRequest} from "./conductor.ts";
import {scopeOf} from "./scope.ts";
import type {Stage} from "./stage.ts";

export interface Milestones {
  /** The run is at this step: milestones between it and the steps before it are reached, if they were not yet. */
  reachBefore(stage: Stage, step: Step): void;
  /** The run has got past this step: milestones between it and the steps after it are reached, once more if they were already. */
  reachAfter(stage: Stage, step: Step): void;
  /** Goes on where an earlier runner stopped: what it had no time to say any more is said now, with the time it happened. */
  recall(stage: Stage, events: readonly Event[]): void;
  /** Why a milestone has no time although the run passed its place. */
  readonly unreadable: ReadonlyMap<string, string>;
}
interface Placed {
  readonly milestone: Milestone;
  readonly selection: Selection;
}

export function createMilestones({runbook, plan}: Pick<RunRequest, "runbook" | "plan">): Milestones {
  const places = new Map(runbook.steps.map(({id}, place) => [id, place]));
  const placed: readonly Placed[] = runbook.milestones.map((milestone) => ({
    milestone,
    selection: selectSection(runbook, plan, milestone.section)
  }));
  const unreadable = new Map<string, string>();
  const reached = new Set<string>();

  return {
    reachBefore(stage, step) {
      const place = places.get(step.id)!;
      for (const one of placed) {
        if (one.milestone.before > place || reached.has(one.milestone.id) || !shares(stage, one, place)) continue;
        if (between(one, one.milestone.before, place).every((planned) => notChosen(stage.run, planned) !== null))
          reach(stage, one.milestone, null);
      }
    },
    recall(stage, events) {
      for (const id of stage.run.milestones.keys()) reached.add(id);
      const last = events.findLast((event) => event.type === "milestone-reached" || isPast(event));
      if (last && last.type !== "milestone-reached" && isPast(last)) reachAfter(stage, stage.steps.get(last.step)!, last.at);
    },
    reachAfter,
    unreadable
  };

  function reachAfter(stage: Stage, step: Step | undefined, at: string | null = null): void {
    if (!step) return;
    const place = places.get(step.id)!;
    for (const {milestone} of placed) if (unreadable.has(milestone.id)) reach(stage, milestone, at); // its value may have been captured now
    for (const one of placed) {
      if (at !== null && reached.has(one.milestone.id)) continue;
      if (one.milestone.before <= place || !shares(stage, one, place)) continue;
      const after = between(one, place + 1, one.milestone.before);
      const last = after.findLast((planned) => planned.action !== "skip" && planned.group === one.selection.group);
      // Only steps of another section's choosing may stand between: what the milestone's own part still has to do comes first.
      if (!last && after.every((planned) => notChosen(stage.run, planned) !== null || settled(stepRun(stage.run, planned.step))))
        reach(stage, one.milestone, at);
    }
  }

  function shares(stage: Stage, {selection}: Placed, place: number): boolean {
    const planned = plan.steps[place]!;
    return (
      planned.action !== "skip" &&
      planned.phase === selection.phase &&
      (selection.phase === "in-order" || planned.group === selection.group) &&
      isTaken(stage.run, selection)
    );
  }

  /** The steps of the milestone's phase that stand between two places. */
  function between({selection}: Placed, from: number, to: number): readonly PlannedStep[] {
    return plan.steps
      .slice(from, to)
      .filter((planned) => planned.action !== "skip" && planned.action !== "offer" && planned.phase === selection.phase);
  }

  function reach(stage: Stage, {id, at}: Milestone, when: string | null): void {
    let time = when;
    try {
      if (at !== null) time = toTimestamp(evaluate(at.source, scopeOf(stage, {at: id})));
    } catch (error) {
      unreadable.set(id, `${at!.source}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    unreadable.delete(id);
    reached.add(id);
    stage.write({type: "milestone-reached", milestone: id, time});
  }
}

type Past = Extract<Event, {type: "cell-ended" | "question-answered" | "step-skipped"}>;

/** The run got past a step by this event. */
function isPast(event: Event): event is Past {
  if (event.type === "cell-ended") return event.outcome.type === "passed";
  if (event.type === "question-answered") return event.answer.type !== "refused" && event.answer.type !== "repeated";
  return event.type === "step-skipped";
}

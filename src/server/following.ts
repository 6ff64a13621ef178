import {comesNext, notChosen} from "../model/course.ts";
import type {PlannedStep} from "../model/plan.ts";
import {planRun} from "../model/plan.ts";
import type {Run, StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Runbook, SectionId, StepId} from "../model/runbook.ts";
import {broke, settled, standing} from "../model/standing.ts";
import type {Move} from "../runtime/conductor.ts";

/** The course that a person let go by itself: all of it, up to a step, or of a section. */
export interface Course {
  readonly by: string;
  readonly to: StepId | null;
  readonly section: SectionId | null;
  readonly mended: ReadonlyMap<StepId, StepRun>; // what had failed when it was let go, and is to be tried again
}

/** What is lost is never repeated by itself; anything else that failed is tried again when the course is let go once more. */
export function beginCourse(runbook: Runbook, run: Run, {by, to, section}: Omit<Course, "mended">): Course {
  const failed = runbook.steps
    .map(({id}) => [id, stepRun(run, id)] as const)
    .filter(([, step]) => broke(step) && standing(step) !== "lost");
  return {by, to, section, mended: new Map(failed)};
}

/** The next move of the course; null when it is through, has reached its end, or something failed. */
export function followCourse(runbook: Runbook, run: Run, course: Course): Move | null {
  if (run.start === null) return null;
  const plan = course.section === null ? run.start.plan : planRun(runbook, {section: course.section});
  const mended = [...course.mended].filter(([id, was]) => stepRun(run, id) === was).map(([id]) => [id, {status: "pending"}] as const);
  const steps = run.steps.with(new Map<StepId, StepRun>(mended));
  const seen: Run = {...run, start: {...run.start, plan}, steps};
  if (plan.steps.some(({step, action}, place) => action !== "skip" && broke(stepRun(seen, step)) && !continues(runbook, place)))
    return null;
  const next = comesNext(runbook, seen);
  if (next === null || (course.to !== null && placeOf(runbook, next.step) > placeOf(runbook, course.to))) return null;
  return next.type === "pass" ? {...next, by: course.by} : {...next, by: null};
}

export interface Finishing {
  readonly by: string;
  readonly why: string; // of what was not reached
}

/** What is left to do when a person finishes: the sections that always run, then word of each step that was not reached. */
export function finishCourse(runbook: Runbook, run: Run, {by, why}: Finishing): Move {
  const next = comesNext(runbook, run, {halted: true});
  if (next) return next.type === "pass" ? {...next, by} : {...next, by: null};
  for (const planned of run.start?.plan.steps ?? []) {
    if (planned.action === "skip" || planned.action === "offer" || planned.phase !== "in-order") continue;
    const now = stepRun(run, planned.step);
    if (!settled(now) && !broke(now))
      return {
        type: "skip",
        step: planned.step,
        reason: notChosen(run, planned) ?? `not reached when the run was finished${why === "" ? "" : `: ${why}`}`,
        by
      };
  }
  return {type: "end", by};
}

/** How a step that a person asked for departs from the course. */
export function findDeviation(runbook: Runbook, run: Run, id: StepId): "out-of-order" | "repeated" | null {
  if (run.start === null) return null;
  const word = standing(stepRun(run, id));
  if (word === "passed" || word === "answered") return "repeated";
  const {steps} = run.start.plan;
  const place = placeOf(runbook, id);
  const planned = steps[place];
  if (!planned || notChosen(run, planned) !== null) return "out-of-order";
  if (planned.action === "skip" || planned.phase !== "in-order") return null;
  return steps.slice(0, place).some((earlier, at) => isOpen(runbook, run, earlier, at)) ? "out-of-order" : null;
}

/** The course has not got past it. */
function isOpen(runbook: Runbook, run: Run, planned: PlannedStep, place: number): boolean {
  if (planned.action === "skip" || planned.action === "offer" || planned.phase !== "in-order" || notChosen(run, planned) !== null)
    return false;
  const now = stepRun(run, planned.step);
  return !settled(now) && !(broke(now) && continues(runbook, place));
}

const continues = (runbook: Runbook, place: number): boolean => {
  const step = runbook.steps[place];
  return step?.type === "cell" && step.options.continueOnError;
};

const placeOf = (runbook: Runbook, id: StepId): number => runbook.steps.findIndex((step) => step.id === id);

/** What comes next in a run: the plan, the answers so far and what failed decide it; headless runs and "run all" both follow it. */
import {includesAround} from "./include.ts";
import type {Phase, PlannedStep} from "./plan.ts";
import type {Run} from "./run.ts";
import {stepRun} from "./run.ts";
import type {Runbook, SectionId, Step, StepId} from "./runbook.ts";
import {broke, settled, standing} from "./standing.ts";

export type Next = {readonly type: "pass"; readonly step: StepId} | {readonly type: "skip"; readonly step: StepId; readonly reason: string};
type Planned = Exclude<PlannedStep, {action: "skip"}>;

/**
 * The next step of the course, or null when the course is through or blocked.
 * `halted`: cancelled, or stopped at a question; only `run=always` sections are left then.
 * `from`: an index of the plan before which everything in order is known to be settled, so that a long run need not look again.
 */
export function comesNext(runbook: Runbook, run: Run, {halted = false, from = 0}: {halted?: boolean; from?: number} = {}): Next | null {
  if (run.start === null) return null;
  const {steps} = run.start.plan;
  if (!halted) {
    for (let place = Math.min(from, firstBackground(runbook)); place < steps.length; place++) {
      const planned = steps[place]!;
      if (planned.action === "skip" || planned.action === "offer" || planned.phase !== "in-order") continue;
      if (settled(stepRun(run, planned.step))) continue; // most of a long run: not worth a second look
      if (blocks(runbook, run, place)) break;
      const next = visit(run, planned, notChosen(run, planned));
      if (next) return next;
    }
    if (anythingBroke(run)) {
      const next = nextInGroups(runbook, run, "on-failure");
      if (next) return next;
    }
  }
  return nextInGroups(runbook, run, "always");
}

const firstBackgrounds = new WeakMap<Runbook, number>();
/** From here on a step that is settled may yet break. */
function firstBackground(runbook: Runbook): number {
  let place = firstBackgrounds.get(runbook);
  if (place === undefined) {
    place = runbook.steps.findIndex((step) => step.type === "cell" && step.options.background);
    firstBackgrounds.set(runbook, place < 0 ? (place = runbook.steps.length) : place);
  }
  return place;
}

/** Something did not end well, `continue-on-error` or not. */
export const anythingBroke = (run: Run): boolean => run.start?.plan.steps.some(({step}) => broke(stepRun(run, step))) ?? false;

function blocks(runbook: Runbook, run: Run, place: number): boolean {
  const step = runbook.steps[place] as Step;
  return broke(stepRun(run, step.id)) && !(step.type === "cell" && step.options.continueOnError);
}

function visit(run: Run, planned: Planned, reason: string | null): Next | null {
  const now = stepRun(run, planned.step);
  if (settled(now) || broke(now)) return null;
  return reason === null ? {type: "pass", step: planned.step} : {type: "skip", step: planned.step, reason};
}

/** Why no decision led here; null when one did, or none had to. */
export function notChosen(run: Run, planned: PlannedStep): string | null {
  if (planned.action === "skip") return planned.reason;
  if (planned.chosenBy.length === 0) return null;
  const taken = planned.chosenBy.some(({decision, choice}) => {
    const answered = stepRun(run, decision);
    return answered.status === "answered" && answered.answer.type === "chosen" && answered.answer.choice === choice;
  });
  return taken ? null : `not chosen at ${[...new Set(planned.chosenBy.map(({decision}) => `"${decision}"`))].join(", ")}`;
}

/** Why there is nothing to clean up: the run never came to the include that the step is part of, or, after a failure, that was elsewhere. */
function notConcerned(runbook: Runbook, run: Run, {step, phase}: Planned): string | null {
  for (const {id} of includesAround(runbook, step)) {
    const within = run.start!.plan.steps.filter((planned) => planned.step.startsWith(`${id}.`));
    const course = within.filter((planned) => planned.action !== "skip" && planned.phase === "in-order");
    if (course.length > 0 && course.every((planned) => stepRun(run, planned.step).status === "pending"))
      return `nothing of "${id}" was run`;
    if (phase === "on-failure" && !within.some((planned) => broke(stepRun(run, planned.step)))) return `nothing of "${id}" failed`;
  }
  return null;
}

const wantsInput = (run: Run, step: StepId): boolean =>
  [...run.inputs.values()].some((input) => input.status === "asked" && input.step === step);

function nextInGroups(runbook: Runbook, run: Run, phase: Phase): Next | null {
  const given = new Set<SectionId | null>();
  for (const planned of run.start!.plan.steps) {
    if (planned.action === "skip" || planned.action === "offer" || planned.phase !== phase || given.has(planned.group)) continue;
    const word = standing(stepRun(run, planned.step));
    // A question of the clean-up that nobody answered ends its group too, or it would be asked for ever.
    if (broke(stepRun(run, planned.step)) || word === "asked" || wantsInput(run, planned.step)) given.add(planned.group);
    else {
      const next = visit(run, planned, notChosen(run, planned) ?? notConcerned(runbook, run, planned));
      if (next) return next;
    }
  }
  return null;
}

/** What a run that stopped or was cancelled leaves as it is: nothing failed, so nothing is undone without a person's word. */
import type {RunOutcome} from "../model/event.ts";
import type {Run, StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Runbook} from "../model/runbook.ts";
import {ancestry, sectionsById, stepName} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";

/** A note for people, where a confirmed cell had been executed; null: there is nothing to say. */
export function noteLeftStanding(runbook: Runbook, run: Run, outcome: RunOutcome): string | null {
  if (outcome !== "stopped" && outcome !== "cancelled") return null;
  const planned = run.start?.plan.steps ?? [];
  const done = runbook.steps.filter((step, place) => {
    const plan = planned[place];
    return plan && plan.action !== "skip" && plan.phase === "in-order" && wasConfirmed(stepRun(run, step.id));
  });
  if (done.length === 0) return null;
  const undone = sectionsForFailures(runbook, run);
  const rest =
    undone.length === 0
      ? "what was done stands"
      : `what was done stands, as sections for failures (${undone.map(quote).join(", ")}) run only after a failure`;
  return `${outcome === "stopped" ? "stopped" : "cancelled"} after ${done.map((step) => quote(stepName(step))).join(", ")} had been confirmed and begun: ${rest}; a person must decide whether to undo it or to go on`;
}

const wasConfirmed = (step: StepRun): boolean => (step.status === "ended" || step.status === "background") && step.confirmed !== null;

function sectionsForFailures(runbook: Runbook, run: Run): readonly string[] {
  const sections = sectionsById(runbook);
  const titles = (run.start?.plan.steps ?? []).flatMap((planned, place) => {
    if (planned.action === "skip" || planned.phase !== "on-failure" || standing(stepRun(run, planned.step)) !== "pending") return [];
    return ancestry(sections, runbook.steps[place]!.section).flatMap(({id, title}) => (id === planned.group ? [title] : []));
  });
  return [...new Set(titles)];
}

const quote = (text: string): string => `"${text}"`;

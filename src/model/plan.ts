import type {Runbook, RunRule, Section, SectionId, Step, StepId} from "./runbook.ts";
import {ancestry, sectionsById} from "./runbook.ts";

/** What a run intends, decided before it touches anything; printable, and recorded in its first event. */
export interface Plan {
  readonly section: SectionId | null; // the one section that was asked for
  readonly steps: readonly PlannedStep[]; // every step of the document, in document order
}
/** `group` is the section whose rule governs the step; in the phases after a failure, a failure ends its group and not the phase. */
export type PlannedStep =
  | {
      readonly step: StepId;
      readonly action: Action;
      readonly phase: Phase;
      readonly group: SectionId | null;
      readonly chosenBy: readonly Chooser[];
    }
  | {readonly step: StepId; readonly action: "skip"; readonly reason: string};
/** `offer`: an advisory checklist, which never blocks. */
export type Action = "execute" | "ask" | "offer";
export type Phase = "in-order" | "on-failure" | "always";
/** A choice of a decision that leads to the step; where there are any, one of them must have been taken. */
export interface Chooser {
  readonly decision: StepId;
  readonly choice: number;
}

export function planRun(runbook: Runbook, {section = null}: {section?: SectionId | null} = {}): Plan {
  const sections = sectionsById(runbook);
  const choosers = findChoosers(runbook);
  return {section, steps: runbook.steps.map((step) => planStep(step, ancestry(sections, step.section), section, choosers))};
}

function planStep(
  step: Step,
  around: readonly Section[],
  only: SectionId | null,
  choosers: ReadonlyMap<SectionId, readonly Chooser[]>
): PlannedStep {
  if (only !== null && !around.some(({id}) => id === only)) return {step: step.id, action: "skip", reason: "not selected"};
  // Asking for a section by name chooses it, whatever its rule; rules further out no longer count.
  const inside =
    only === null
      ? around
      : around.slice(
          0,
          around.findIndex(({id}) => id === only)
        );
  const governor = inside.find(({rule}) => rule !== "in-order");
  const rule: RunRule = governor?.rule ?? "in-order";
  // What cleans up after a section is not run where that was not chosen.
  const chosen = inside.find(({rule}) => rule === "chosen");
  const chosenBy = chosen ? (choosers.get(chosen.id) ?? []) : [];
  if (chosen && chosenBy.length === 0)
    return {step: step.id, action: "skip", reason: `only by name: section "${chosen.title}" is run=chosen`};
  return {step: step.id, action: actionOf(step), phase: rule === "chosen" ? "in-order" : rule, group: governor?.id ?? null, chosenBy};
}

function actionOf(step: Step): Action {
  if (step.type === "cell") return "execute";
  return step.type === "checklist" && step.advisory ? "offer" : "ask";
}

/** For each section, the choices that lead to it. */
function findChoosers(runbook: Runbook): ReadonlyMap<SectionId, readonly Chooser[]> {
  const found = new Map<SectionId, Chooser[]>();
  for (const step of runbook.steps) {
    if (step.type !== "decision") continue;
    for (const [choice, {file, section}] of step.choices.entries()) {
      if (file !== null || section === null) continue;
      const choosers = found.get(section) ?? [];
      choosers.push({decision: step.id, choice});
      found.set(section, choosers);
    }
  }
  return found;
}

import type {Choice, Decision, Runbook, SectionId, Step} from "../model/runbook.ts";
import {ancestry, sectionsById} from "../model/runbook.ts";

/** Where a choice leads: the steps there, and the decisions among them with their own branches. */
export interface Branch {
  readonly choice: Choice;
  readonly title: string | null; // of the section it leads to
  readonly steps: readonly BranchStep[];
}
export interface BranchStep {
  readonly step: Step;
  readonly branches: readonly Branch[];
}

const deepest = 3;

/** The tree below a decision. A branch that comes back to a section above it is not drawn again. */
export function branchesOf(runbook: Runbook, decision: Decision): readonly Branch[] {
  const sections = sectionsById(runbook);
  const within = (id: SectionId): readonly Step[] =>
    runbook.steps.filter((step) => ancestry(sections, step.section).some((section) => section.id === id));
  const branch = (of: Decision, seen: ReadonlySet<SectionId>): readonly Branch[] =>
    of.choices.map((choice) => {
      const {section} = choice;
      const found = section === null ? undefined : sections.get(section);
      const steps = !found || seen.has(found.id) ? [] : within(found.id).filter(({id}) => id !== of.id);
      const below = new Set([...seen, ...(found ? [found.id] : [])]);
      return {
        choice,
        title: found?.title ?? null,
        steps: steps.map((step) => ({step, branches: step.type === "decision" && below.size < deepest ? branch(step, below) : []}))
      };
    });
  return branch(decision, new Set());
}

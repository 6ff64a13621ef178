/** Whether a run comes to a section at all: what was asked for by name, what a decision led to, what only a failure leads to. */
import {anythingBroke, notChosen} from "./course.ts";
import type {Phase, Plan} from "./plan.ts";
import type {Run} from "./run.ts";
import type {Runbook, RunRule, SectionId} from "./runbook.ts";
import {ancestry, sectionsById} from "./runbook.ts";

export interface Selection {
  readonly selected: boolean; // by the call; whether a decision or a failure leads there is the run's to say
  readonly phase: Phase;
  readonly rule: RunRule;
  readonly group: SectionId | null; // the section whose rule governs it
}

export function selectSection(runbook: Runbook, {section: only}: Plan, id: SectionId): Selection {
  const around = ancestry(sectionsById(runbook), id);
  const at = only === null ? around.length : around.findIndex((section) => section.id === only);
  // A section that was asked for by name runs whatever its rule.
  const governor = (at === -1 ? around : around.slice(0, at)).find(({rule}) => rule !== "in-order");
  const rule = governor?.rule ?? "in-order";
  return {selected: only === null || at !== -1, phase: rule === "chosen" ? "in-order" : rule, rule, group: governor?.id ?? null};
}

/** The run comes, or came, to what stands there. */
export function isTaken(run: Run, {selected, rule, group}: Selection): boolean {
  if (!selected || run.start === null) return false;
  if (rule === "on-failure") return anythingBroke(run);
  if (rule !== "chosen") return true;
  return run.start.plan.steps.some((planned) => planned.action !== "skip" && planned.group === group && notChosen(run, planned) === null);
}

import type {Runbook} from "../model/runbook.ts";
import type {Material} from "./material.ts";
import type {DrillRecord} from "./record-schema.ts";

/** What was intended, and what would count as success: by the bytes that the run began with. */
export function planOf({begun, events}: Material): DrillRecord["planned"] {
  const start = events[0];
  if (start?.type !== "run-started") return null;
  const selected = new Set(start.plan.steps.flatMap((planned) => (planned.action === "skip" ? [] : [planned.step])));
  return {
    section: start.plan.section,
    drillEveryMs: begun.settings.drillEveryMs,
    estimateMs: estimateOf(begun),
    steps: start.plan.steps.map((planned) => ({
      step: planned.step,
      action: planned.action,
      reason: planned.action === "skip" ? planned.reason : null
    })),
    objectives: begun.objectives.map(({id, metric, title, maxMs, from, to, value}) => ({
      id,
      metric,
      title,
      targetMs: maxMs,
      from,
      to,
      value: value?.source ?? null
    })),
    successCriteria: begun.steps.flatMap((step) =>
      step.type === "cell" && selected.has(step.id) ? step.expectations.map(({that}) => ({step: step.id, that: that.source})) : []
    )
  };
}

/** Of the innermost sections that say one; null where none does. */
function estimateOf({sections}: Runbook): {min: number; max: number} | null {
  const parents = new Set(sections.flatMap(({parent, estimate}) => (estimate === null || parent === null ? [] : [parent])));
  const found = sections.flatMap(({id, estimate}) => (estimate === null || parents.has(id) ? [] : [estimate]));
  return found.length === 0
    ? null
    : {min: found.reduce((sum, {minMs}) => sum + minMs, 0), max: found.reduce((sum, {maxMs}) => sum + maxMs, 0)};
}

import {html, nothing} from "lit";

import type {Slot, StepId} from "../model/runbook.ts";
import {bellIcon, flagIcon, includeIcon, targetIcon} from "./icons.ts";
import {mark} from "./mark.ts";
import {standingOf} from "./objectives.ts";
import type {ProseContext} from "./prose.ts";
import "./runbook-cell.ts";
import "./runbook-input.ts";
import "./runbook-question.ts";
import type {RunStore} from "./store.ts";
import {duration, span, timeOfDay} from "./words.ts";

/** What stands in the prose at the place of a step, an input or another part of the runbook. */
export function renderSlot(store: RunStore, {of, id}: Slot, context: ProseContext): unknown {
  switch (of) {
    case "step": {
      const step = store.step(id as StepId);
      if (!step) return nothing;
      const anchor = `step:${id}`;
      if (step.type === "cell")
        return html`<runbook-cell class="step" id=${anchor} tabindex="-1" .cell=${step} .store=${store} .context=${context}></runbook-cell>`;
      const advisory = step.type === "checklist" && step.advisory;
      return html`<runbook-question class=${advisory ? "advisory" : "step"} id=${anchor} tabindex="-1" .step=${step} .store=${store} .context=${context}></runbook-question>`;
    }
    case "input": {
      const input = store.runbook.inputs.find(({name}) => name === id);
      return input ? html`<runbook-input .input=${input} .store=${store}></runbook-input>` : nothing;
    }
    case "milestone":
    case "objective":
    case "reminder":
      return html`<runbook-marker .of=${of} .name=${id} .store=${store}></runbook-marker>`;
    case "include":
      return html`<div class="included"><runbook-marker .of=${of} .name=${id} .store=${store}></runbook-marker>${context.included(id)}</div>`;
    default:
      return nothing;
  }
}

/** Since when it is due, with a button for whoever has done it. */
function reminderState(store: RunStore, id: string): unknown {
  const now = store.run.reminders.get(id);
  if (!now) return nothing;
  const late = now.late === 0 ? nothing : html`<span class="aside">${now.late} times not done in time</span>`;
  if (now.done !== null) return html`<span class="aside">done by ${now.done.by} at ${timeOfDay(now.done.at)}</span>${late}`;
  const command = {type: "remind-done", reminder: id} as const;
  const button =
    store.refuse(command) === null
      ? html`<button type="button" class="quiet small" @click=${() => store.send(command)}>Done</button>`
      : nothing;
  return html`<strong class="result is-missed">due since ${timeOfDay(now.at)}</strong>${button}${late}`;
}

/** A milestone, an objective, a reminder or an include, in one line. */
export function markerLine(store: RunStore, of: Slot["of"], id: string): unknown {
  const {runbook, run} = store;
  if (of === "milestone") {
    const milestone = runbook.milestones.find((found) => found.id === id);
    const reached = run.milestones.get(id);
    return (
      milestone &&
      html`${flagIcon}<span>${milestone.title}</span>${reached ? html`<span class="aside">reached ${timeOfDay(reached.first.at)}</span>` : html`<span class="aside">milestone</span>`}`
    );
  }
  if (of === "objective") {
    const objective = runbook.objectives.find((found) => found.id === id);
    if (!objective) return nothing;
    const {measure, sinceMs} = standingOf(objective, run, store.now);
    const result = measure === null ? null : measure.result;
    return html`${result === "met" ? mark("passed") : result === "missed" || result === "failed" ? mark("missed") : targetIcon}<span>${objective.title ?? objective.id}</span>
      <span class="aside">${objective.metric.toUpperCase()} at most ${span(objective.maxMs)}</span>
      ${result === null ? nothing : html`<strong class="result is-${result}">${result.replace("-", " ")}${sinceMs === null ? "" : `, ${duration(sinceMs)}`}</strong>`}
      ${measure?.reason ? html`<span class="aside">${measure.reason}</span>` : nothing}
      ${measure && measure.waitingMs > 0 ? html`<span class="aside">${duration(measure.waitingMs)} of it waiting for people</span>` : nothing}`;
  }
  if (of === "reminder") {
    const reminder = runbook.reminders.find((found) => found.id === id);
    return (
      reminder &&
      html`${bellIcon}<span>${reminder.title}</span><span class="aside">every ${span(reminder.everyMs)}${reminder.role === null ? "" : `, ${reminder.role}`}</span>${reminderState(store, id)}`
    );
  }
  const include = runbook.includes.find((found) => found.id === id);
  return (
    include &&
    html`${includeIcon}<span>${include.file ?? ""}${include.section === null ? "" : `#${include.section}`}</span><span class="aside">included here</span>`
  );
}

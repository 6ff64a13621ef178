import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {StepRun} from "../model/run.ts";
import type {Step} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {stepLabel} from "../model/step-label.ts";
import {mark} from "./mark.ts";
import type {RunStore} from "./store.ts";
import {clock, dayAndTime, duration, stateWords} from "./words.ts";

/** What stands above every step: how it stands, what it is called, and what can be done with it. */
export function stepHead({
  step,
  now,
  store,
  kind,
  actions
}: {
  step: Step;
  now: StepRun;
  store: RunStore;
  kind: string;
  actions: unknown;
}): TemplateResult {
  return html`<header class="step-head">
    ${mark(standing(now))}
    <div class="step-name"><h4 class="name">${stepLabel(step)}</h4><span class="kind">${kind}</span></div>
    <div class="step-state is-${standing(now)}">${stateWords(now)} ${now.status === "running" ? elapsed(step, now, store) : nothing} ${stamp(now)} ${expected(step, now, store)}${staleness(step, store)}</div>
    <div class="step-actions">${actions}</div>
  </header>`;
}

function elapsed({id}: Step, now: Extract<StepRun, {status: "running"}>, store: RunStore) {
  if (!store.isLive) return html`when the run was interrupted`;
  const before = store.usualMs(id);
  return html`<span class="elapsed">${clock(store.now - Date.parse(now.attempt.startedAt))}</span>${before === null ? nothing : html` <span class="aside">last time ${duration(before)}</span>`}`;
}

/** What to expect of a cell that has not run yet. */
function expected({id}: Step, now: StepRun, store: RunStore) {
  const before = now.status === "pending" && store.source.commands ? store.usualMs(id) : null;
  return before === null ? nothing : html`<span class="aside">took ${duration(before)} last time</span>`;
}

/** Said of a result that may be out of date, because something above it has been executed since. */
function staleness({id}: Step, store: RunStore) {
  const because = store.stale.get(id);
  const above = because === undefined ? undefined : store.step(because);
  if (!above) return nothing;
  const why = `“${stepLabel(above)}”, above, ran after this`;
  return html`<span class="stale" title=${why}>stale<span class="unseen">: ${why}</span></span>`;
}

function stamp(now: StepRun) {
  const at = now.status === "ended" ? now.attempt.endedAt : now.status === "answered" ? now.at : null;
  return at === null ? nothing : html`<time class="aside" datetime=${at} title=${at}>${dayAndTime(at).slice(11)}</time>`;
}

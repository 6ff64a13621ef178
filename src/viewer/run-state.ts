import type {TemplateResult} from "lit";
import {html} from "lit";

import type {Standing} from "../model/standing.ts";
import {broke, runStanding, standing} from "../model/standing.ts";
import {mark} from "./mark.ts";
import {stepLabel} from "./step-label.ts";
import type {RunStore} from "./store.ts";

/** How the run stands, in a word; while it is going on, also at which step it is, waits, or failed. */
export function runState(store: RunStore): TemplateResult {
  const {run, runbook} = store;
  const word = runStanding(run, store.isLive);
  if (word !== "running") return html`<span class="standing is-${word}">${mark(word)} ${word}</span>`;
  const find = (holds: (id: (typeof runbook.steps)[number]["id"]) => boolean) => runbook.steps.find(({id}) => holds(id));
  const at = (state: Standing, words: string, step: (typeof runbook.steps)[number]): TemplateResult =>
    html`<span class="standing is-${state}">${mark(state)} ${words} <a href="#step:${step.id}">${stepLabel(step)}</a></span>`;
  const asked = find((id) => store.stepRun(id).status === "asked");
  if (asked) return at("asked", "waits at", asked);
  const running = find((id) => standing(store.stepRun(id)) === "running");
  if (running) return at("running", "runs", running);
  const wanted = [...run.inputs].find(([, {status}]) => status === "asked")?.[0];
  if (wanted !== undefined)
    return html`<span class="standing is-asked">${mark("asked")} waits for <a href="#input:${wanted}">${wanted}</a></span>`;
  const failed = find((id) => broke(store.stepRun(id)));
  if (failed) {
    const how = standing(store.stepRun(failed.id));
    return at(how, `${how.replace("-", " ")} at`, failed);
  }
  return html`<span class="standing is-running">${mark("pending")} idle</span>`;
}

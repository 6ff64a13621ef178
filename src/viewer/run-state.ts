import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import {runStanding} from "../model/standing.ts";
import {stepLabel} from "../model/step-label.ts";
import {whereabouts, whereaboutsWords} from "../model/whereabouts.ts";
import {mark} from "./mark.ts";
import type {RunStore} from "./store.ts";

/** How the run stands, in a word; while it is going on, also at which step it is, waits, or failed. */
export function runState(store: RunStore): TemplateResult {
  const {run, runbook} = store;
  const word = runStanding(run, store.isLive);
  if (word !== "running") return html`<span class="standing is-${word}">${mark(word)} ${word}</span>`;
  const at = whereabouts(run, runbook.steps);
  const place =
    "step" in at
      ? html`<a href="#step:${at.step.id}">${stepLabel(at.step)}</a>`
      : "input" in at
        ? html`<a href="#input:${at.input}">${at.input}</a>`
        : nothing;
  const shape = at.state === "idle" ? "pending" : at.state;
  return html`<span class="standing is-${shape}">${mark(shape)} ${whereaboutsWords(at)} ${place}</span>`;
}

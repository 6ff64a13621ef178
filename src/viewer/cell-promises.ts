import {html, nothing} from "lit";

import type {Attempt} from "../model/run.ts";
import type {Cell} from "../model/runbook.ts";
import {mark} from "./mark.ts";

/** What the cell promises, and after an attempt whether it was kept, with what was really there. */
export function checksOf({expectations}: Cell, attempt: Attempt | undefined) {
  if (expectations.length === 0) return nothing;
  const checks = new Map([...(attempt?.checks ?? [])].map((check) => [check.index, check]));
  return html`<ul class="promises" aria-label="Expectations">${expectations.map(({that}, index) => {
    const check = checks.get(index);
    return html`<li class=${check ? (check.met ? "is-met" : "is-unmet") : ""}>
      ${mark(check ? (check.met ? "passed" : "failed") : "pending")}
      <div><code>${that.source}</code>${check ? html`<span class="actual">${check.actual}</span>` : nothing}</div>
    </li>`;
  })}</ul>`;
}

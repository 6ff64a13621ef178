import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {Release} from "../model/event.ts";
import type {Cell} from "../model/runbook.ts";
import {copyButton} from "./copy-button.ts";
import type {RunStore} from "./store.ts";
import {plural} from "./words.ts";

/** What confirming a gate leads to. Before it is asked: which cells; then exactly what would run, where and with which values. */
export function gateReleases(
  store: RunStore,
  cells: readonly Cell[],
  releases: readonly Release[],
  isUnfolded: boolean
): TemplateResult | typeof nothing {
  const found = releases.flatMap((release) => {
    const cell = store.step(release.step);
    return cell?.type === "cell" ? [{cell, release}] : [];
  });
  const shown = releases.length > 0 ? found : cells.map((cell) => ({cell, release: null}));
  if (shown.length === 0) return nothing;
  return html`<div class="behind"><p class="aside">Behind it, up to the next question:</p>
    <ul class="tree">${shown.map(
      ({cell, release}) =>
        html`<li><outline-step .store=${store} .step=${cell}></outline-step>${cell.options.destructive !== null ? html`<span class="danger">${cell.options.destructive}</span>` : nothing}${release ? exactly(release, isUnfolded) : nothing}</li>`
    )}</ul></div>`;
}

function exactly({target, text, values, unknown, sha256}: Release, isUnfolded: boolean): TemplateResult {
  const given = Object.entries(values);
  return html`<details class="exactly" ?open=${isUnfolded}><summary>${plural(text.trimEnd().split("\n").length, "line")}, ${target} <code class="hash" title=${sha256}>sha256 ${sha256.slice(0, 12)}…</code></summary>
    <pre tabindex="0" aria-label="What will run"><code>${text}</code></pre>
    ${given.length > 0 ? html`<dl class="captures">${given.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>` : nothing}
    ${unknown.length > 0 ? html`<p class="aside">Not known before it runs:</p><ul class="reasons is-unknown">${unknown.map((what) => html`<li>${what}</li>`)}</ul>` : nothing}
    <p class="aside hash">sha256 <code>${sha256}</code> over the text, the place and these values ${copyButton(sha256, "Copy the sha256")}</p></details>`;
}

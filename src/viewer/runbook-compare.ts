import type {TemplateResult} from "lit";
import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import type {OutputComparison, Pair, StepComparison} from "../model/compare-runs.ts";
import {differs} from "../model/compare-runs.ts";
import type {ServedComparison, ServedRun} from "../model/served.ts";
import type {Standing} from "../model/standing.ts";
import {PageElement} from "./elements.ts";
import {mark} from "./mark.ts";
import {bytes, dayAndTime, duration, plural, span} from "./words.ts";

/** Two runs beside each other: how they ended, what they promised, and step by step what was not the same. */
@customElement("runbook-compare")
export class RunbookCompare extends PageElement {
  @property({attribute: false}) compared!: ServedComparison;
  @state() private onlyDifferent = false;

  override render() {
    const {runs, comparison, objectives} = this.compared;
    const different = comparison.steps.filter(differs);
    const shown = this.onlyDifferent ? different : comparison.steps;
    document.title = `Two runs of ${runs[1].title}`;
    return html`<header class="top is-home"><div class="top-title"><a class="home-link" href="/">Runbooks</a><p class="title">Two runs compared</p></div></header>
      <main class="home compare">
        <h1>${runs[1].title}</h1>
        ${comparison.otherDocument ? html`<p class="banner is-lost">The document was changed between the two.</p>` : nothing}
        <div class="scroll" tabindex="0" role="region" aria-label="The two runs"><table class="pair">
          <thead><tr><td></td>${runs.map((run, place) => html`<th scope="col">${head(run, place)}</th>`)}</tr></thead>
          <tbody>
            ${row(
              "ended",
              runs.map(({standing}) => html`<span class="standing is-${standing}">${mark(standing)} ${standing}</span>`)
            )}
            ${row("took", [...comparison.durationsMs.map((ms) => duration(ms))], change(comparison.durationsMs))}
            ${row(
              "operator",
              runs.map(({operator}) => operator)
            )}
            ${objectives.map(({title, measures}) =>
              row(
                title,
                measures.map((measure) =>
                  measure === null
                    ? "–"
                    : html`<span class="result is-${measure.result}">${measure.actualMs === null ? "" : duration(measure.actualMs)} ${measure.result.replace("-", " ")}</span> <span class="aside">of ${span(measure.targetMs)}</span>`
                ),
                change([measures[0]?.actualMs ?? null, measures[1]?.actualMs ?? null])
              )
            )}
          </tbody></table></div>
        <div class="section-head"><h2>${different.length === 0 ? "Every step went the same" : `${plural(different.length, "step")} of ${comparison.steps.length} went differently`}</h2>
          ${different.length === 0 ? nothing : html`<label class="filter"><input type="checkbox" .checked=${this.onlyDifferent} @change=${(event: Event) => (this.onlyDifferent = (event.currentTarget as HTMLInputElement).checked)}> only those</label>`}</div>
        <p class="aside">Times, ids and other numbers that no two runs share are left out of the comparison of outputs.</p>
        <ol class="steps-compared">${shown.map((step) => this.#step(step))}</ol>
      </main>`;
  }

  #step(compared: StepComparison) {
    const {step, title, only, outcomes, durationsMs, otherText, output} = compared;
    const [first, second] = this.compared.runs;
    return html`<li class=${differs(compared) ? "differs" : ""}>
      <div class="step-compared"><strong>${title ?? step}</strong>
        <span class="before">${outcomes[0] === null ? html`<span class="aside">not in it</span>` : html`${stand(outcomes[0])} ${took(durationsMs[0])}`}</span>
        <span class="after">${outcomes[1] === null ? html`<span class="aside">not in it</span>` : html`${stand(outcomes[1])} ${took(durationsMs[1])} <span class="aside">${change(durationsMs)}</span>`}</span>
        <span class="links"><a href="/run/${first.id}#step:${step}" aria-label="${title ?? step} in the earlier run">earlier</a> <a href="/run/${second.id}#step:${step}" aria-label="${title ?? step} in the later run">later</a></span></div>
      ${only === null ? nothing : html`<p class="aside">Only the ${only === "first" ? "earlier" : "later"} run has this step.</p>`}
      ${otherText ? html`<p class="aside">Another text was executed.</p>` : nothing}
      ${output === null ? nothing : outputDifference(output)}
    </li>`;
  }
}

function outputDifference(output: OutputComparison): TemplateResult {
  if (output.type === "bytes")
    return html`<p class="aside">Its output differs: ${bytes(output.bytes[0])}, then ${bytes(output.bytes[1])}.</p>`;
  const {lines, more} = output.differing;
  return html`<pre class="difference" tabindex="0" aria-label="Lines that differ">${lines.map(({of, text}) => html`<span class=${of === "first" ? "gone-line" : "new-line"}>${of === "first" ? "−" : "+"} ${text}\n</span>`)}${more > 0 ? html`<span class="aside">and ${plural(more, "line")} more</span>` : nothing}</pre>`;
}

const head = ({id, mode, startedAt}: ServedRun, place: number) =>
  html`<span class="aside">${place === 0 ? "earlier" : "later"}</span> <a href="/run/${id}">${startedAt === null ? id : dayAndTime(startedAt)}</a> ${mode === null ? nothing : html`<span class="mode is-${mode}">${mode.toUpperCase()}</span>`}`;

const row = (what: string, values: readonly unknown[], also = "") =>
  html`<tr><th scope="row">${what}</th>${values.map((value, place) => html`<td>${value}${place === 1 && also !== "" ? html` <span class="aside">${also}</span>` : nothing}</td>`)}</tr>`;

const stand = (standing: Standing) => html`<span class="standing is-${standing}">${mark(standing)} ${standing.replace("-", " ")}</span>`;
const took = (ms: number | null) => (ms === null ? nothing : html`<span class="took">${duration(ms)}</span>`);

/** How the second took longer or shorter, where that is more than chance. */
function change([first, second]: Pair<number | null>): string {
  if (first === null || second === null || Math.max(first, second) < 1000 || Math.abs(second - first) < first * 0.1) return "";
  return second > first ? `${duration(second - first)} longer` : `${duration(first - second)} shorter`;
}

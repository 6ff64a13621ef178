import {html, nothing} from "lit";
import {customElement, state} from "lit/decorators.js";

import type {Said} from "../model/closing.ts";
import {closingTexts, laterWhys, nothingSaid} from "../model/closing.ts";
import {stepLabel} from "../model/step-label.ts";
import {RunElement} from "./elements.ts";
import {progressOf} from "./progress.ts";
import {plural, timeOfDay} from "./words.ts";

/** Ends a run: what was not reached and why, whys of deviations that are still owed, and what only people know of it. */
@customElement("closing-form")
export class ClosingForm extends RunElement {
  @state() private isSending = false;

  override render() {
    const {store} = this;
    const {done, of, broken} = progressOf(store.runbook, store.run);
    const left = of - done;
    const reason = store.refuse({type: "finish", why: ""});
    return html`<form class="end-form" aria-label="End this run" @submit=${(event: SubmitEvent) => void this.#end(event)}>
      <p><strong>${left === 0 ? "Every step was passed." : `${plural(left, "step")} of ${of} ${left === 1 ? "was" : "were"} not passed.`}</strong> ${left > 0 ? "Those not reached are recorded as skipped by you." : nothing} ${broken.length > 0 ? `${broken.length} did not end well.` : nothing} Clean-up sections run first.</p>
      ${this.#deviations()}
      <label>${left === 0 ? "Why it is abandoned, if it is" : "Why it ends here"}<input name="why" autocomplete="off"></label>
      <details><summary>For the record: what only you know</summary>
        <div class="end-texts">${closingTexts.map((name) => html`<label>${closingLabels[name]}<textarea name=${name} rows="2"></textarea></label>`)}</div>
      </details>
      <div class="answers">
        <button class="confirm" value="finish" ?disabled=${this.isSending || reason !== null} title=${reason ?? nothing}>Finish the run</button>
        <button class="danger" value="abandon" ?disabled=${this.isSending || reason !== null} title=${reason ?? nothing}>Abandon it</button>
        <button type="button" class="quiet" @click=${() => this.#leave()}>Go on</button>
      </div>
    </form>`;
  }

  /** What departed from the course, and for what reason. */
  #deviations() {
    const {run} = this.store;
    const whys = laterWhys(run.closing);
    const deviations = [...run.deviations];
    if (deviations.length === 0) return nothing;
    const owed = deviations.filter(({seq, why}) => why === "" && !whys.has(seq));
    return html`<fieldset class="end-deviations"><legend>${plural(deviations.length, "deviation")}${owed.length > 0 ? `; ${owed.length} without a reason` : ""}</legend>
      <ul>${deviations.map(({seq, deviation, step, by, at, why}) => {
        const found = step === null ? undefined : this.store.step(step);
        const words = html`<span><strong>${found ? stepLabel(found) : "the document"}</strong> ${deviation.replaceAll("-", " ")}, ${by}, ${timeOfDay(at)}</span>`;
        const said = whys.get(seq) ?? why;
        return html`<li>${said === "" ? html`<label>${words}<input name="why:${seq}" placeholder="Why?" autocomplete="off"></label>` : html`${words} <span class="aside">“${said}”</span>`}</li>`;
      })}</ul></fieldset>`;
  }

  async #end(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const {store} = this;
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const type = (event.submitter as HTMLButtonElement | null)?.value === "abandon" ? "abandon" : "finish";
    const why = String(fields.get("why") ?? "").trim();
    const said = readSaid(fields);
    this.isSending = true;
    const isSaid = isNothing(said) || (await store.send({type: "say", said}));
    if (isSaid && (await store.send({type, why}))) this.#leave();
    this.isSending = false;
  }

  #leave(): void {
    this.dispatchEvent(new CustomEvent("leave"));
  }
}

export const closingLabels: Readonly<Record<(typeof closingTexts)[number], string>> = {
  scenario: "Scenario: what was practised, or what had happened, and why this",
  assumptions: "Assumptions",
  independence: "Who tested, and how independent they are of those who run the system",
  reportedTo: "Reported to"
};

/** What the fields say; of what is empty, nothing. */
export function readSaid(fields: FormData): Said {
  const text = (name: string): string | null => String(fields.get(name) ?? "").trim() || null;
  const whys = [...fields.keys()].flatMap((name) => {
    const why = name.startsWith("why:") ? text(name) : null;
    return why === null ? [] : [[name.slice(4), why] as const];
  });
  return {
    ...nothingSaid,
    scenario: text("scenario"),
    assumptions: text("assumptions"),
    independence: text("independence"),
    reportedTo: text("reportedTo"),
    whys: Object.fromEntries(whys)
  };
}

const isNothing = (said: Said): boolean => Object.keys(said.whys).length === 0 && closingTexts.every((name) => said[name] === null);

import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {Answer, Confirmation} from "../model/event.ts";
import type {Cell} from "../model/runbook.ts";
import {copyButton} from "./copy-button.ts";
import type {RunStore} from "./store.ts";
import {plural} from "./words.ts";

/** Asks a person whether a cell may run: why it asks, what exactly would run and with which values. */
export function confirmationPanel({store, cell, question}: {store: RunStore; cell: Cell; question: Confirmation}): TemplateResult {
  const values = Object.entries(question.values);
  const answer = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const button = event.submitter as HTMLButtonElement;
    const given: Answer = button.value === "refused" ? {type: "refused"} : {type: "confirmed"};
    void store.send({
      type: "answer",
      step: cell.id,
      answer: given,
      note: String(fields.get("note") ?? ""),
      phrase: question.phrase === null ? null : String(fields.get("phrase") ?? "")
    });
  };
  return html`<form class="question is-confirmation" @submit=${answer}>
    <p class="asks">Confirm before this runs</p>
    ${question.reasons.length > 0 ? html`<ul class="reasons">${question.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>` : nothing}
    ${question.unknown.length > 0 ? html`<p class="aside">Not known before it runs:</p><ul class="reasons is-unknown">${question.unknown.map((what) => html`<li>${what}</li>`)}</ul>` : nothing}
    ${values.length > 0 ? html`<dl class="captures">${values.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>` : nothing}
    <details class="exactly" ?open=${question.text.trim() !== cell.source.trim()}><summary>Exactly this will run (${plural(question.text.trimEnd().split("\n").length, "line")})</summary>
      <pre tabindex="0" aria-label="What will run"><code>${question.text}</code></pre></details>
    <p class="aside hash">sha256 <code>${question.sha256}</code> over the text, the place and these values ${copyButton(question.sha256, "Copy the sha256")}</p>
    ${
      store.source.commands
        ? html`${question.phrase === null ? nothing : html`<label><span>Type <code>${question.phrase}</code> to confirm</span><input name="phrase" autocomplete="off" spellcheck="false"></label>`}
      <label>Note (optional)<input name="note" autocomplete="off"></label>
      <div class="answers"><button type="submit" class="danger" value="confirmed">Confirm and run</button><button type="submit" value="refused">Refuse</button></div>`
        : nothing
    }
  </form>`;
}

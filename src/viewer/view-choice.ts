import type {TemplateResult} from "lit";
import {html} from "lit";

/** Which of several views of the same output is shown. */
export const viewChoice = <View extends string>(views: readonly View[], shown: View, choose: (view: View) => void): TemplateResult =>
  html`<div class="view-choice" role="group" aria-label="Shown as">${views.map(
    (view) => html`<button type="button" aria-pressed=${view === shown ? "true" : "false"} @click=${() => choose(view)}>${view}</button>`
  )}</div>`;

import {html, nothing} from "lit";
import {customElement, state} from "lit/decorators.js";
import {repeat} from "lit/directives/repeat.js";
import {stepLabel} from "../model/step-label.ts";
import {RunElement} from "./elements.ts";
import type {Happening} from "./happening.ts";

const shownFirst = 100;

/** Who is here, and who did what: the newest first. */
@customElement("run-log")
export class RunLog extends RunElement {
  @state() private isWhole = false;

  override render() {
    const {store} = this;
    const {happenings} = store;
    const shown = this.isWhole ? happenings : happenings.slice(-shownFirst);
    const present = store.desk?.present ?? [];
    return html`
      ${present.length === 0 ? nothing : html`<h2>Here now</h2><ul class="people">${present.map((name) => html`<li><span class="face" aria-hidden="true">${initials(name)}</span>${name}${name === store.document.you ? html` <span class="aside">(you)</span>` : nothing}</li>`)}</ul>`}
      <h2>What happened</h2>
      ${happenings.length === 0 ? html`<p class="empty">Nothing yet. The first step that is run starts the run.</p>` : nothing}
      <ol reversed>${repeat(
        shown.toReversed(),
        ({seq}) => seq,
        (happening) => this.#line(happening)
      )}</ol>
      ${shown.length < happenings.length ? html`<button type="button" class="quiet small" @click=${() => (this.isWhole = true)}>Show ${happenings.length - shown.length} earlier</button>` : nothing}`;
  }

  #line({at, who, what, step, note, tone}: Happening) {
    const found = step === null ? undefined : this.store.step(step);
    return html`<li class=${tone === null ? "" : `is-${tone}`}><time datetime=${at} title=${at}>${at.slice(11, 19)}</time>
      <div>${who === null ? nothing : html`<strong>${who}</strong> `}${found && who === null ? html`<a href="#step:${found.id}">${stepLabel(found)}</a> ${what}` : html`${what}${found ? html`: <a href="#step:${found.id}">${stepLabel(found)}</a>` : nothing}`}${note === "" ? nothing : html`<span class="note">${note}</span>`}</div></li>`;
  }
}

const initials = (name: string): string =>
  name
    .split(/[\s._-]+/)
    .slice(0, 2)
    .map((part) => part.charAt(0).toUpperCase())
    .join("");

import {html, nothing} from "lit";
import {customElement, state} from "lit/decorators.js";
import {guard} from "lit/directives/guard.js";
import {ref} from "lit/directives/ref.js";

import type {Section, Slot, StepId} from "../model/runbook.ts";
import {arrive} from "./arrive.ts";
import {findUsualTimeout} from "./cell-options.ts";
import {RunElement} from "./elements.ts";
import {playIcon} from "./icons.ts";
import {handleKey, helpText} from "./keyboard.ts";
import "./closing-record.ts";
import "./page-banner.ts";
import "./page-header.ts";
import "./page-outline.ts";
import {findFootnotes} from "./footnotes.ts";
import type {ProseContext} from "./prose.ts";
import {heading, prose} from "./prose.ts";
import "./run-log.ts";
import "./runbook-marker.ts";
import type {RunbookPalette} from "./runbook-palette.ts";
import "./runbook-palette.ts";
import {renderSlot} from "./slots.ts";
import type {RunStore} from "./store.ts";
import {Unrolling} from "./unrolling.ts";
import {span} from "./words.ts";

interface Prepared {
  readonly document: RunStore["document"];
  readonly context: ProseContext;
  readonly footnotes: ReturnType<typeof findFootnotes>;
  readonly outer: readonly Section[]; // those that no include brought
}

/** A runbook with its run, live or as a record: the document, and at each step what came of it. */
@customElement("runbook-page")
export class RunbookPage extends RunElement {
  @state() private outlined = false; // on a narrow screen
  @state() private logged = false; // on all but a wide one
  readonly #wide = matchMedia("(min-width: 100rem)");
  #last: Prepared | null = null;
  readonly #unrolling = new Unrolling(this);
  readonly #onHash = (): void => void this.#arrive();
  readonly #onWide = (): void => this.requestUpdate();
  readonly #onKey = (event: KeyboardEvent): void => handleKey(event, this);

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#onKey);
    this.#wide.addEventListener("change", this.#onWide);
    window.addEventListener("hashchange", this.#onHash);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#onKey);
    this.#wide.removeEventListener("change", this.#onWide);
    window.removeEventListener("hashchange", this.#onHash);
    super.disconnectedCallback();
  }

  override render() {
    const {store} = this;
    document.title = store.runbook.title;
    return html`
      <a class="skip-link" href="#document">Skip to the document</a>
      <page-header .store=${store} .logged=${this.logged} @outline=${() => (this.outlined = !this.outlined)} @find=${() => this.showPalette(null)} @log=${() => (this.logged = !this.logged)}></page-header>
      <div class="layout">
        <nav class="outline ${this.outlined ? "is-open" : ""}" aria-label="Outline" @click=${() => (this.outlined = false)}><page-outline .store=${store}></page-outline></nav>
        <main id="document" tabindex="-1">
          <page-banner .store=${store}></page-banner>
          <closing-record .store=${store}></closing-record>
          ${this.#article()}
        </main>
        ${this.logged || this.#wide.matches ? html`<aside class="room ${this.logged ? "is-open" : ""}" aria-label="Who is here and what happened"><run-log .store=${store}></run-log></aside>` : nothing}
      </div>
      <dialog class="help" aria-label="Keys">${helpText()}</dialog>
      <runbook-palette .store=${store} @help=${() => this.showHelp()}></runbook-palette>
      <div class="unseen" role="status" aria-live="polite">${store.announcement}</div>`;
  }

  override firstUpdated(): void {
    // The browser looked for the address's step before there was one.
    void this.#arrive();
  }

  async #arrive(): Promise<void> {
    if (location.hash.length > 1) await this.unroll();
    arrive(location.hash);
  }

  /** Makes the rest of a long document, if there is one. */
  unroll(): Promise<void> {
    return this.#unrolling.unroll();
  }

  showHelp(): void {
    this.querySelector<HTMLDialogElement>("dialog.help")!.showModal();
  }

  /** `selected`: the step that the reader is at. */
  async showPalette(selected: StepId | null): Promise<void> {
    await this.unroll();
    void this.querySelector<RunbookPalette>("runbook-palette")!.open(selected);
  }

  #article() {
    const {document, runbook} = this.store;
    const {context, outer, footnotes} = this.#prepared(document);
    const hasTitle = runbook.sections.some(({depth, title}) => depth === 1 && title === runbook.title);
    return html`<article class="document">
      ${hasTitle ? nothing : heading(1, runbook.title)}
      ${this.#unrolling.of(outer).map((section) => guard([document, section], () => this.#section(section, context)))}
      ${this.#unrolling.isWhole ? nothing : html`<p class="unrolling" ${ref(this.#unrolling.atEnd)}>…</p>`}
      ${
        footnotes.length === 0
          ? nothing
          : html`<section class="footnotes" aria-label="Footnotes"><ol>${footnotes.map((note, place) => html`<li id="footnote:${place + 1}">${prose(note.children, context)}</li>`)}</ol></section>`
      }
    </article>`;
  }

  /** What all sections of a document need, found once. */
  #prepared(document: RunStore["document"]): Prepared {
    if (this.#last?.document === document) return this.#last;
    const {store} = this;
    const {runbook, highlights, name} = document;
    const footnotes = findFootnotes(runbook);
    const context: ProseContext = {
      name: store.source.isAlone ? null : name,
      highlights,
      footnotes,
      usualTimeoutMs: findUsualTimeout(runbook),
      imageUrl: (document, file) => store.source.imageUrl(document, file),
      slot: (slot: Slot) => renderSlot(store, slot, context),
      included: (id) => runbook.sections.filter(({include}) => include === id).map((section) => this.#section(section, context))
    };
    this.#last = {document, context, footnotes, outer: runbook.sections.filter(({include}) => include === null)};
    return this.#last;
  }

  #section(section: Section, context: ProseContext) {
    const {id, title, depth, nodes, rule, estimate} = section;
    if (depth === 0) return html`<section>${prose(nodes, context)}</section>`;
    if ((id as string) === section.include) return html`<span id=${id}></span>`; // where a choice leads; the headings are those of what it leads to
    const told = [
      ruleWords[rule],
      estimate === null
        ? null
        : `about ${estimate.minMs === estimate.maxMs ? span(estimate.minMs) : `${span(estimate.minMs)} to ${span(estimate.maxMs)}`}`
    ].filter(Boolean);
    return html`<section>
      <div class="section-head">
        ${heading(depth, html`${title}<a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`, id)}
        ${this.store.source.commands && this.store.runbook.steps.some((step) => step.section === id) ? html`<button type="button" class="quiet small" title="Run this section" aria-label="Run the section “${title}”" @click=${() => this.store.send({type: "run", to: null, section: id})}>${playIcon} section</button>` : nothing}
      </div>
      ${told.length > 0 ? html`<p class="procedure">${told.map((word) => html`<span>${word}</span>`)}</p>` : nothing}
      ${prose(nodes, context)}
    </section>`;
  }
}

const ruleWords: Readonly<Record<Section["rule"], string | null>> = {
  "in-order": null,
  chosen: "only when it is chosen",
  "on-failure": "only after a failure",
  always: "always, also after a failure"
};

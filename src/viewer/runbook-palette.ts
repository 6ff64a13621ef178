import {html, nothing} from "lit";
import {customElement, state} from "lit/decorators.js";

import type {StepId} from "../model/runbook.ts";
import {RunElement} from "./elements.ts";
import type {Entry, Listing} from "./palette-entries.ts";
import {listEntries} from "./palette-entries.ts";

const pauseMs = 80; // while somebody types

/** One box for everything: what can be done, where one can go, and what the document and its outputs hold. */
@customElement("runbook-palette")
export class RunbookPalette extends RunElement {
  @state() private listing: Listing | null = null; // null: it is closed
  @state() private place = 0;
  #selected: StepId | null = null;
  #query = "";
  #back: HTMLElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTyping = false;

  protected override get isAsleep(): boolean {
    return true; // what it offers was true when it was typed; what is chosen is judged again
  }

  get isOpen(): boolean {
    return this.listing !== null;
  }

  /** `selected`: the step that the reader is at. */
  async open(selected: StepId | null): Promise<void> {
    this.#selected = selected;
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.#query = "";
    this.#list();
    await this.updateComplete;
    this.querySelector("dialog")!.showModal();
    this.querySelector("input")!.select();
  }

  close(): void {
    this.querySelector("dialog")?.close();
  }

  override render() {
    if (this.listing === null) return nothing;
    const {entries, told} = this.listing;
    const list = entries.length > 0;
    return html`<dialog class="palette" aria-label="Find, go or do" @close=${this.#closed} @click=${this.#clickedBeside}>
      <input type="text" role="combobox" aria-label="Find, go or do" aria-expanded=${list ? "true" : "false"} aria-controls=${list ? "palette-list" : nothing} aria-autocomplete="list" aria-activedescendant=${list ? `palette-${this.place}` : nothing}
        placeholder="Find, go or do" autocomplete="off" spellcheck="false" .value=${this.#query} @input=${this.#typed} @keydown=${this.#pressed}>
      ${list ? html`<div id="palette-list" role="listbox" aria-label="What was found">${this.#groups(entries)}</div>` : nothing}
      <p class="palette-told"><span role="status">${told}</span><span><kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd> <kbd>Esc</kbd></span></p>
    </dialog>`;
  }

  #groups(entries: readonly Entry[]) {
    const groups: {name: Entry["group"]; from: number; entries: Entry[]}[] = [];
    for (const [place, entry] of entries.entries()) {
      const last = groups.at(-1);
      if (last?.name === entry.group) last.entries.push(entry);
      else groups.push({name: entry.group, from: place, entries: [entry]});
    }
    return groups.map(
      ({name, from, entries: own}) =>
        html`<div role="group" aria-label=${name}><p class="palette-group" role="presentation" aria-hidden="true">${name}</p>${own.map((entry, at) => this.#entry(entry, from + at))}</div>`
    );
  }

  #entry(entry: Entry, place: number) {
    const {group, label, aside, refused, marked} = entry;
    const text =
      marked === null
        ? label
        : [label.slice(0, marked.from), html`<mark>${label.slice(marked.from, marked.to)}</mark>`, label.slice(marked.to)];
    return html`<div role="option" id="palette-${place}" class=${group === "Found" ? "is-found" : ""} aria-selected=${place === this.place ? "true" : "false"} aria-disabled=${refused === null ? "false" : "true"} @click=${() => this.#choose(entry)}>
      <span class="palette-label">${text}</span><span class="palette-aside">${refused ?? aside}</span></div>`;
  }

  readonly #typed = (event: Event): void => {
    this.#query = (event.currentTarget as HTMLInputElement).value;
    this.#isTyping = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#list(), pauseMs);
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    const count = this.listing?.entries.length ?? 0;
    const step =
      event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : event.key === "PageDown" ? 8 : event.key === "PageUp" ? -8 : 0;
    if (event.key === "Enter") {
      event.preventDefault();
      if (this.#isTyping) this.#list(this.place); // what was typed last has not been looked for yet
      const entry = this.listing?.entries[this.place];
      if (entry) this.#choose(entry);
    } else if (step !== 0 && count > 0) {
      event.preventDefault();
      this.place = Math.abs(step) === 1 ? (this.place + step + count) % count : Math.min(count - 1, Math.max(0, this.place + step));
      void this.updateComplete.then(() => this.querySelector(`#palette-${this.place}`)?.scrollIntoView({block: "nearest"}));
    }
  };

  #list(place = 0): void {
    clearTimeout(this.#timer);
    this.#isTyping = false;
    this.listing = listEntries(this.store, this.#query, this.#selected, () => this.dispatchEvent(new CustomEvent("help", {bubbles: true})));
    this.place = Math.min(place, Math.max(0, this.listing.entries.length - 1));
  }

  #choose({refused, choose, further}: Entry): void {
    if (refused !== null) return;
    if (further !== null) return void this.#listFurther(further);
    const back = this.#back;
    this.#back = null; // it goes where the choice leads
    this.close();
    back?.focus({preventScroll: true});
    choose();
  }

  async #listFurther(further: () => Promise<Listing>): Promise<void> {
    this.listing = {entries: [], told: "Looking …"};
    const listing = await further().catch(
      (error): Listing => ({entries: [], told: error instanceof Error ? error.message : String(error)})
    );
    if (this.listing === null) return; // it was closed meanwhile
    this.listing = listing;
    this.place = 0;
  }

  readonly #closed = (): void => {
    clearTimeout(this.#timer);
    this.listing = null;
    this.#back?.focus({preventScroll: true});
    this.#back = null;
  };

  readonly #clickedBeside = (event: Event): void => {
    if (event.target === event.currentTarget) this.close();
  };
}

import type {TemplateResult} from "lit";
import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import {PageElement} from "./elements.ts";
import type {JsonNode} from "./json-node.ts";
import {previewJson} from "./json-node.ts";
import {number, plural} from "./words.ts";

const atOnce = 100;
const openUpTo = 12; // entries

/** A value of JSON as a tree: what is closed is not even made, so that a large one opens at once. */
@customElement("runbook-json")
export class RunbookJson extends PageElement {
  @property({attribute: false}) node!: JsonNode;
  @property({attribute: false}) name: string | null = null;
  @property({attribute: false}) depth = 0;
  @state() private isOpen: boolean | null = null; // null: nobody has touched it
  @state() private shown = atOnce;

  override render() {
    const {node, name} = this;
    if (node.type === "leaf") return html`<div class="json-leaf">${label(name)}${leaf(node)}</div>`;
    const {entries, type} = node;
    if (entries.length === 0) return html`<div class="json-leaf">${label(name)}<span>${type === "object" ? "{}" : "[]"}</span></div>`;
    const isOpen = this.isOpen ?? (this.depth === 0 || (this.depth === 1 && entries.length <= openUpTo));
    return html`<details class="json" ?open=${isOpen} @toggle=${this.#toggle}>
      <summary>${label(name)}<span class="json-size">${type === "object" ? plural(entries.length, "field") : plural(entries.length, "item")}</span>${isOpen ? nothing : html` <span class="json-preview">${previewJson(node)}</span>`}</summary>
      ${isOpen ? this.#entries(entries) : nothing}
    </details>`;
  }

  #entries(entries: Extract<JsonNode, {type: "object"}>["entries"]) {
    const left = entries.length - this.shown;
    return html`<div class="json-entries">${entries
      .slice(0, this.shown)
      .map(([key, value]) => html`<runbook-json .node=${value} .name=${key} .depth=${this.depth + 1}></runbook-json>`)}
      ${left > 0 ? html`<button type="button" class="quiet small" @click=${() => (this.shown += 10 * atOnce)}>${number(Math.min(left, 10 * atOnce))} more of ${number(entries.length)}</button>` : nothing}
    </div>`;
  }

  readonly #toggle = (event: Event): void => {
    this.isOpen = (event.currentTarget as HTMLDetailsElement).open;
  };
}

const label = (name: string | null): TemplateResult | typeof nothing =>
  name === null ? nothing : html`<span class="json-key">${name}</span>`;

const leaf = ({of, text}: Extract<JsonNode, {type: "leaf"}>): TemplateResult => html`<span class="json-${of}">${text}</span>`;

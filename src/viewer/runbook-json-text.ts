import {html} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import {copyButton} from "./copy-button.ts";
import {PageElement} from "./elements.ts";
import type {JsonNode} from "./json-node.ts";
import {Printing} from "./printing.ts";
import type {Chunk} from "./runbook-text.ts";
import "./runbook-json.ts";
import "./runbook-text.ts";
import {viewChoice} from "./view-choice.ts";

/** What a cell printed, where all of it is one value of JSON: as a tree, or as it came. */
@customElement("runbook-json-text")
export class RunbookJsonText extends PageElement {
  @property({attribute: false}) node!: JsonNode;
  @property({attribute: false}) chunks: readonly Chunk[] = [];
  @property({attribute: false}) label = "Output";
  @state() private view: "Tree" | "Text" = "Tree";

  readonly printing = new Printing(this);

  override render() {
    const choice = viewChoice(["Tree", "Text"], this.view, (view) => (this.view = view));
    return this.view === "Text" || this.printing.isNow
      ? html`<div class="output-views">${choice}</div><runbook-text .chunks=${this.chunks} .count=${this.chunks.length} .label=${this.label}></runbook-text>`
      : html`<div class="output-views">${choice}</div>
        <div class="json-tree" tabindex="0" role="group" aria-label=${this.label}><runbook-json .node=${this.node}></runbook-json></div>
        ${copyButton(() => this.chunks.map(({text}) => text).join(""), "Copy the output")}`;
  }

  /** Shows all of it, so that anything in it can be found. */
  async showText(): Promise<void> {
    this.view = "Text";
    await this.updateComplete;
  }
}

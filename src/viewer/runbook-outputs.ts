import {html, nothing} from "lit";
import {customElement, property} from "lit/decorators.js";

import type {Output, Stream} from "../model/event.ts";
import type {Attempt} from "../model/run.ts";
import type {RunId} from "../model/runbook.ts";
import {unreachable} from "../model/unreachable.ts";
import {PageElement} from "./elements.ts";
import type {JsonNode} from "./json-node.ts";
import {readJson} from "./json-node.ts";
import "./runbook-json-text.ts";
import "./runbook-overflow.ts";
import "./runbook-table.ts";
import type {Chunk} from "./runbook-text.ts";
import "./runbook-text.ts";
import type {RunSource} from "./source.ts";
import {duration} from "./words.ts";

type Group =
  | {readonly type: "text"; readonly chunks: Chunk[]; json?: JsonNode | null} // known once all of it is there
  | {readonly type: "one"; readonly output: Exclude<Output, {type: "text" | "base64" | "overflowed"}>};

/** What an attempt produced, in the order in which it came. Outputs are rendered, never kinds. */
@customElement("runbook-outputs")
export class RunbookOutputs extends PageElement {
  @property({attribute: false}) attempt!: Attempt;
  @property({attribute: false}) run!: RunId;
  @property({attribute: false}) source!: RunSource;
  @property({attribute: false}) label = "Output";
  readonly #groups: Group[] = [];
  readonly #overflows = new Map<Stream, Extract<Output, {type: "overflowed"}>>();
  readonly #held: Record<Stream, number> = {stdout: 0, stderr: 0}; // bytes that the journal has of them
  #seen = 0;

  override render() {
    const {outputs} = this.attempt;
    for (; this.#seen < outputs.length; this.#seen++) this.#add(outputs.at(this.#seen)!);
    const ended = "outcome" in this.attempt;
    return html`${this.#groups.map((group) => (group.type === "text" ? this.#text(group, ended) : this.#one(group.output)))}
      ${[...this.#overflows.values()].map((output) => html`<runbook-overflow .output=${output} .run=${this.run} .source=${this.source} .ended=${ended} .above=${this.#held[output.stream]}></runbook-overflow>`)}`;
  }

  #text(group: Extract<Group, {type: "text"}>, ended: boolean) {
    const {chunks} = group;
    if (ended && !this.#overflows.has("stdout")) group.json ??= jsonOf(chunks);
    return group.json
      ? html`<runbook-json-text .node=${group.json} .chunks=${chunks} .label=${this.label}></runbook-json-text>`
      : html`<runbook-text .chunks=${chunks} .count=${chunks.length} .label=${this.label}></runbook-text>`;
  }

  #one(output: Extract<Group, {type: "one"}>["output"]) {
    switch (output.type) {
      case "table":
        return html`<runbook-table .table=${output} .label="Rows of statement ${output.statement}: ${this.label}"></runbook-table>`;
      case "command":
        return html`<p class="command"><span class="tag">${output.tag}</span><span class="took">${duration(output.ms)}</span></p>`;
      case "notice":
        return html`<div class="notice"><p><strong>${output.severity}</strong> ${output.message}</p>
        ${output.detail === null ? nothing : html`<p class="aside">${output.detail}</p>`}${output.hint === null ? nothing : html`<p class="aside">Hint: ${output.hint}</p>`}</div>`;
      default:
        return unreachable(output);
    }
  }

  #add(output: Output): void {
    switch (output.type) {
      case "text":
        this.#held[output.stream] += new TextEncoder().encode(output.text).length;
        this.#addText(output.stream, output.text);
        return;
      case "base64":
        this.#held[output.stream] += atob(output.base64).length;
        this.#addText(output.stream, decode(output.base64));
        return;
      case "overflowed":
        this.#overflows.set(output.stream, output);
        return;
      case "table":
      case "notice":
      case "command":
        this.#groups.push({type: "one", output});
        return;
      default:
        unreachable(output);
    }
  }

  #addText(stream: Stream, text: string): void {
    const last = this.#groups.at(-1);
    if (last?.type === "text") last.chunks.push({stream, text});
    else this.#groups.push({type: "text", chunks: [{stream, text}]});
  }
}

const longestTree = 1024 * 1024;

/** What was printed, where all of it is one object or list. */
function jsonOf(chunks: readonly Chunk[]): JsonNode | null {
  if (!/^\s*[[{]/.test(chunks[0]!.text) || chunks.some(({stream}) => stream === "stderr")) return null;
  const text = chunks.map((chunk) => chunk.text).join("");
  return text.length > longestTree ? null : readJson(text);
}

/** Bytes that are no UTF-8: what can be read of them, the rest as �. */
const decode = (base64: string): string => new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));

import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";
import {keyed} from "lit/directives/keyed.js";

import type {Output} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import {PageElement} from "./elements.ts";
import {downloadIcon} from "./icons.ts";
import type {RunSource} from "./source.ts";
import "./runbook-text.ts";
import {bytes} from "./words.ts";

const tailBytes = 32 * 1024;
const pauseMs = 1000;

/** The rest of an output that is too long for the journal: how much there is, its end, and the whole to download. */
@customElement("runbook-overflow")
export class RunbookOverflow extends PageElement {
  @property({attribute: false}) output!: Extract<Output, {type: "overflowed"}>;
  @property({attribute: false}) run!: RunId;
  @property({attribute: false}) source!: RunSource;
  @property({attribute: false}) ended = false;
  @state() private tail: string | null = null;
  @state() private shownBytes = 0;
  #reading = false;

  override render() {
    const {stream, bytes: total} = this.output;
    const url = this.source.outputUrl(this.run, fileName(this.output.file));
    const chunks = this.tail === null ? [] : [{stream, text: this.tail}];
    return html`<div class="overflow">
      <p><span>${stream} is ${bytes(total)} long; shown are its beginning${this.tail === null ? nothing : html` above and its last ${bytes(Math.min(tailBytes, this.shownBytes))} below`}.</span>
        ${url === null ? nothing : html`<a class="button quiet" href=${url} download>${downloadIcon} the whole</a>`}</p>
      ${this.tail === null ? nothing : keyed(this.tail, html`<runbook-text .chunks=${chunks} .count=${1} .label="End of ${stream}"></runbook-text>`)}
    </div>`;
  }

  override updated(): void {
    if (this.output.bytes > this.shownBytes) void this.#read();
  }

  /** Reads the end of what was written, at most once a second while it grows. */
  async #read(): Promise<void> {
    const url = this.source.outputUrl(this.run, fileName(this.output.file));
    if (url === null || this.#reading) return;
    this.#reading = true;
    const total = this.output.bytes;
    try {
      const response = await fetch(`${url}?tail=${tailBytes}`);
      if (response.ok) this.tail = await response.text();
      this.shownBytes = total;
      if (!this.ended) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } catch {
      this.shownBytes = total; // it is asked for again when more comes
    } finally {
      this.#reading = false;
    }
    if (this.output.bytes > this.shownBytes) void this.#read();
  }
}

const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";
import {keyed} from "lit/directives/keyed.js";

import type {Output} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import {PageElement} from "./elements.ts";
import {downloadIcon} from "./icons.ts";
import type {RunbookText} from "./runbook-text.ts";
import type {Rest, RunSource} from "./source.ts";
import "./runbook-text.ts";
import {bytes, number} from "./words.ts";

const pauseMs = 1000;
const aroundLength = 16 * 1024;

/** The rest of an output that is too long for the journal: how much there is, its end, and the whole to download. */
@customElement("runbook-overflow")
export class RunbookOverflow extends PageElement {
  @property({attribute: false}) output!: Extract<Output, {type: "overflowed"}>;
  @property({attribute: false}) run!: RunId;
  @property({attribute: false}) source!: RunSource;
  @property({attribute: false}) ended = false;
  @property({attribute: false}) above = 0; // bytes of it that the journal holds
  @state() private rest: Rest | null = null;
  @state() private shownBytes = 0;
  @state() private around: {readonly line: number; readonly text: string} | null = null; // a place that was looked for
  #reading = false;

  override render() {
    const {stream, bytes: total} = this.output;
    const url = this.source.outputUrl(this.run, fileName(this.output.file));
    const {rest} = this;
    const chunks = rest === null ? [] : [{stream, text: rest.text}];
    return html`<div class="overflow">
      <p><span>${stream} is ${bytes(total)} long; ${this.#shown(rest, total)}.</span>
        ${url === null ? nothing : html`<a class="button quiet" href=${url} download>${downloadIcon} the whole</a>`}</p>
      ${rest === null ? nothing : keyed(rest, html`<runbook-text .chunks=${chunks} .count=${1} .label="Rest of ${stream}"></runbook-text>`)}
      ${this.around === null ? nothing : html`<p><span>Around line ${number(this.around.line)}</span></p>${keyed(this.around, html`<runbook-text class="around" .chunks=${[{stream, text: this.around.text}]} .count=${1} .label="${stream} around line ${this.around.line}"></runbook-text>`)}`}
    </div>`;
  }

  #shown(rest: Rest | null, total: number): string {
    if (rest === null) return "shown is its beginning";
    if (rest.from > this.above) return `shown are its beginning above and its last ${bytes(rest.to - rest.from)} below`;
    return rest.to < total ? `below it goes on; this page holds its first ${bytes(rest.to)}` : "below it goes on";
  }

  /** Shows what stands around a place of it, and gives the box that does. */
  async showAround(from: number, line: number): Promise<Element | null> {
    const url = this.source.outputUrl(this.run, fileName(this.output.file));
    const response = url === null ? null : await fetch(`${url}?from=${Math.max(1, from)}`).catch(() => null);
    if (!response?.ok) return null;
    this.around = {line, text: (await response.text()).slice(0, aroundLength)};
    await this.updateComplete;
    const shown = this.querySelector<RunbookText>(".around");
    await shown?.updateComplete;
    return shown;
  }

  override updated(): void {
    if (this.output.bytes > this.shownBytes) void this.#read();
  }

  /** Reads what goes on from there, at most once a second while it grows. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const total = this.output.bytes;
    try {
      this.rest = (await this.source.readRest(this.run, fileName(this.output.file), this.above)) ?? this.rest;
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

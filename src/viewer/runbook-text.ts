import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import type {Stream} from "../model/event.ts";
import {copyButton} from "./copy-button.ts";
import {PageElement} from "./elements.ts";
import {endIcon} from "./icons.ts";
import {watchNear} from "./near.ts";
import {styledNode} from "./terminal-style.ts";
import type {Piece} from "./terminal-text.ts";
import {TerminalText} from "./terminal-text.ts";
import {cutAtAddresses} from "./web-address.ts";

export interface Chunk {
  readonly stream: Stream;
  readonly text: string;
}

const longestNode = 64 * 1024;

/**
 * Text as a terminal shows it. It only ever adds nodes, so that a long output costs what is new and not what there is; and it
 * stays at the end of what comes until somebody scrolls up to read.
 */
@customElement("runbook-text")
export class RunbookText extends PageElement {
  @property({attribute: false}) chunks: readonly Chunk[] = []; // grows in place
  @property({attribute: false}) count = 0;
  @property({attribute: false}) label = "Output";
  @state() private isBehind = false; // more has come below than is seen
  readonly #terminal = new TerminalText();
  #done = 0;
  #atEnd = true;
  #top = 0; // when it was scrolled last
  #width = 0;
  #isNear = false;
  #leaveNear: (() => void) | null = null;
  #current: HTMLElement | null = null;

  override render() {
    return html`<div class="terminal" tabindex="0" role="group" aria-label=${this.label} @scroll=${this.#noteScroll}><pre></pre></div>
      ${copyButton(() => this.text, "Copy the output")}
      ${this.isBehind ? html`<button type="button" class="follow small" @click=${this.#follow}>${endIcon} More below</button>` : nothing}`;
  }

  /** What is shown, as plain text. */
  get text(): string {
    return this.querySelector(".terminal pre")?.textContent ?? "";
  }

  override updated(): void {
    const box = this.#box;
    const pre = box.firstElementChild as HTMLElement;
    if (this.#done === this.count) return;
    for (; this.#done < this.count; this.#done++) {
      const {stream, text} = this.chunks[this.#done]!;
      this.#terminal.feed(stream, text);
    }
    const {completed, current} = this.#terminal.take();
    if (!this.#current) pre.append((this.#current = document.createElement("span")));
    for (const node of completed.flatMap(nodesOf)) this.#add(pre, node);
    this.#current.replaceChildren(...current.flatMap(nodesOf));
    if (!this.#atEnd) this.isBehind = true;
    else if (this.#isNear) showEnd(box);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leaveNear = watchNear(this, (near) => {
      this.#isNear = near;
      const box = this.querySelector<HTMLElement>(".terminal");
      if (near && this.#atEnd && box) showEnd(box);
    });
  }

  override disconnectedCallback(): void {
    this.#leaveNear?.();
    super.disconnectedCallback();
  }

  get #box(): HTMLElement {
    return this.querySelector<HTMLElement>(".terminal")!;
  }

  #add(pre: HTMLElement, node: Node): void {
    const last = this.#current!.previousSibling;
    if (node instanceof Text && last instanceof Text && last.length + node.length <= longestNode) last.appendData(node.data);
    else pre.insertBefore(node, this.#current);
  }

  readonly #follow = (): void => {
    this.#atEnd = true;
    this.isBehind = false;
    this.#box.focus();
    showEnd(this.#box);
  };

  /** Only who scrolls up stops following: where the box stands when it is told of, more may have come below. */
  readonly #noteScroll = ({currentTarget}: Event): void => {
    const box = currentTarget as HTMLElement;
    const hasTurned = this.#width !== box.clientWidth; // the window changed, and with it where each line is
    const isUp = box.scrollTop < this.#top - 1;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < 24) this.#atEnd = true;
    else if (hasTurned && this.#atEnd) showEnd(box);
    else if (isUp) this.#atEnd = false;
    this.#width = box.clientWidth;
    this.#top = box.scrollTop;
    if (this.#atEnd) this.isBehind = false;
  };
}

const nodesOf = ({text, style, stream, link}: Piece): readonly Node[] =>
  link === null
    ? cutAtAddresses(text).map((part) => styledNode(part.text, style, stream, part.link))
    : [styledNode(text, style, stream, link)];

const toShow = new Set<HTMLElement>();

/** Asking for a height makes the browser lay out the page: once a frame for all, and never for what nobody sees. */
function showEnd(box: HTMLElement): void {
  if (toShow.size === 0) requestAnimationFrame(showEnds);
  toShow.add(box);
}

function showEnds(): void {
  const heights = [...toShow].map((box) => [box, box.scrollHeight] as const);
  toShow.clear();
  for (const [box, height] of heights) box.scrollTop = height;
}

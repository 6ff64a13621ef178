import {html} from "lit";
import {customElement, property} from "lit/decorators.js";

import type {Stream} from "../model/event.ts";
import {PageElement} from "./elements.ts";
import {watchNear} from "./near.ts";
import {styledNode} from "./terminal-style.ts";
import type {Piece} from "./terminal-text.ts";
import {TerminalText} from "./terminal-text.ts";

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
  readonly #terminal = new TerminalText();
  #done = 0;
  #atEnd = true;
  #isNear = false;
  #leaveNear: (() => void) | null = null;
  #current: HTMLElement | null = null;

  override render() {
    return html`<div class="terminal" tabindex="0" role="group" aria-label=${this.label} @scroll=${this.#noteScroll}><pre></pre></div>`;
  }

  override updated(): void {
    const box = this.querySelector<HTMLElement>(".terminal")!;
    const pre = box.firstElementChild as HTMLElement;
    if (this.#done === this.count) return;
    for (; this.#done < this.count; this.#done++) {
      const {stream, text} = this.chunks[this.#done]!;
      this.#terminal.feed(stream, text);
    }
    const {completed, current} = this.#terminal.take();
    if (!this.#current) pre.append((this.#current = document.createElement("span")));
    for (const piece of completed) this.#add(pre, piece);
    this.#current.replaceChildren(...current.map(({text, style, stream}) => styledNode(text, style, stream)));
    if (this.#isNear && this.#atEnd) showEnd(box);
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

  #add(pre: HTMLElement, {text, style, stream}: Piece): void {
    const last = this.#current!.previousSibling;
    const node = styledNode(text, style, stream);
    if (node instanceof Text && last instanceof Text && last.length + node.length <= longestNode) last.appendData(node.data);
    else pre.insertBefore(node, this.#current);
  }

  readonly #noteScroll = ({currentTarget}: Event): void => {
    const box = currentTarget as HTMLElement;
    this.#atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
  };
}

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

import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import type {Output} from "../model/event.ts";
import type {Attempt} from "../model/run.ts";
import type {StepId} from "../model/runbook.ts";
import {PageElement} from "./elements.ts";
import "./runbook-outputs.ts";
import {Screen} from "./screen.ts";
import type {RunStore} from "./store.ts";
import type {Key} from "./terminal-keys.ts";
import {encodeKey, encodePaste, leaveKey} from "./terminal-keys.ts";
import {Typist} from "./typist.ts";

const farBytes = 4 * 1024 ** 2; // what came so long ago is not drawn again
const nearBytes = 256 * 1024;

/** The terminal that a cell ran in; while it runs, one can type into it. */
@customElement("runbook-terminal")
export class RunbookTerminal extends PageElement {
  @property({attribute: false}) attempt!: Attempt;
  @property({attribute: false}) step!: StepId;
  @property({attribute: false}) store!: RunStore;
  @property({attribute: false}) label = "Terminal";
  @property({attribute: false}) isOurs = false; // it was let run on this page
  @state() private isPlain = false; // it cannot be drawn as a terminal here
  #screen: Screen | null = null;
  #typist: Typist | null = null;
  #seen = 0; // outputs
  #bytes = 0; // of what was printed
  #rest: Extract<Output, {type: "overflowed"}> | null = null;
  #isFeeding = false;
  #isStale = false; // there may be something new
  #wasLive = false;
  readonly #onResize = new ResizeObserver(() => this.#fit());

  get #isLive(): boolean {
    return !("outcome" in this.attempt) && this.store.source.commands !== null;
  }
  get #keys(): HTMLTextAreaElement | null {
    return this.querySelector("textarea");
  }

  override render() {
    const {attempt, label, store} = this;
    if (this.isPlain)
      return html`<runbook-outputs .attempt=${attempt} .run=${store.run.start!.run} .source=${store.source} .label=${label}></runbook-outputs>`;
    const hint = `hint:${this.step}`;
    return html`<div class="terminal is-screen" tabindex="0" role="group" aria-label=${label} @mouseup=${this.#onMouse}><pre></pre></div>
      ${
        this.#isLive
          ? html`<textarea class="terminal-keys" rows="1" autocapitalize="off" autocomplete="off" spellcheck="false" aria-label="Type into ${label}" aria-describedby=${hint}
              @keydown=${this.#onKey} @input=${this.#onInput} @paste=${this.#onPaste} @focus=${() => this.#fit()}></textarea>
            <p class="terminal-hint" id=${hint}>It is a terminal: what you type here goes to the program. <kbd>Ctrl</kbd> <kbd>]</kbd> leaves it.</p>`
          : nothing
      }`;
  }

  override updated(): void {
    if (this.isPlain) return;
    const isLive = this.#isLive;
    if (isLive && !this.#wasLive && this.isOurs) this.#begin();
    this.#wasLive = isLive;
    void this.#feed();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onResize.observe(this);
  }

  override disconnectedCallback(): void {
    this.#onResize.disconnect();
    this.#screen?.close();
    this.#screen = null;
    this.#seen = this.#bytes = 0;
    super.disconnectedCallback();
  }

  /** Draws what has come since the last time. */
  async #feed(): Promise<void> {
    this.#isStale = true;
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    try {
      const {columns, rows} = this.attempt.terminal!;
      const pre = this.querySelector("pre")!;
      this.#screen ??= await Screen.open(pre, {columns, rows, answer: (text) => this.#answer(text)});
      while (this.#isStale && this.isConnected) {
        this.#isStale = false;
        if (await this.#take(this.#screen)) this.#isStale = true;
        const box = pre.parentElement!;
        const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
        const {clientHeight} = box;
        this.#screen.draw({withCursor: this.#isLive});
        if (isAtEnd) box.scrollTop = box.scrollHeight;
        if (box.clientHeight > clientHeight && document.activeElement === this.#keys) box.scrollIntoView({block: "nearest"});
      }
    } catch {
      this.isPlain = true;
    } finally {
      this.#isFeeding = false;
    }
  }

  /** False: there was nothing new. */
  async #take(screen: Screen): Promise<boolean> {
    const {outputs, terminal} = this.attempt;
    screen.resize(terminal!.columns, terminal!.rows);
    const from = this.#seen;
    for (; this.#seen < outputs.length; this.#seen++) {
      const output = outputs.at(this.#seen)!;
      if (output.type === "overflowed") this.#rest = output;
      else if (output.type === "text" || output.type === "base64") await this.#write(screen, bytesOf(output));
    }
    return (await this.#takeRest(screen)) || this.#seen > from;
  }

  /** What is too much for the journal. */
  async #takeRest(screen: Screen): Promise<boolean> {
    if (this.#rest === null || this.#bytes >= this.#rest.bytes) return false;
    if (this.#rest.bytes - this.#bytes > farBytes) {
      screen.reset();
      this.#bytes = this.#rest.bytes - nearBytes;
    }
    const file = this.#rest.file.slice(this.#rest.file.lastIndexOf("/") + 1);
    const bytes = await this.store.source.readBytes(this.store.run.start!.run, file, this.#bytes);
    if (bytes === null || bytes.length === 0) return false;
    await this.#write(screen, bytes);
    return true;
  }

  async #write(screen: Screen, bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    await screen.write(bytes);
  }

  /** Whoever let it run here goes on in it, unless they have gone elsewhere. */
  #begin(): void {
    const {activeElement} = document;
    if (activeElement === document.body || this.closest(".step")?.contains(activeElement)) this.#keys?.focus();
  }

  #type(text: string): void {
    if (text.includes(leaveKey)) this.#leave();
    else (this.#typist ??= new Typist(this.store, this.step)).type(text);
  }

  /** A program that asks is answered once, by who is at it. */
  #answer(text: string): void {
    if (this.#isLive && document.activeElement === this.#keys) this.#type(text);
  }

  #leave(): void {
    const step = this.closest<HTMLElement>(".step");
    (step?.querySelector<HTMLElement>("button.stop") ?? step)?.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.isComposing || this.#screen === null) return;
    const {key, ctrlKey, altKey, shiftKey, metaKey} = event;
    const pressed: Key = {key, ctrlKey, altKey, shiftKey, metaKey, isAltGraph: event.getModifierState("AltGraph")};
    const text = encodeKey(pressed, this.#screen.modes);
    event.stopPropagation(); // the page's own keys do nothing here
    if (text === null) return;
    event.preventDefault();
    this.#type(text);
  };

  /** What no key told: a method of input, a telephone. */
  readonly #onInput = (event: InputEvent): void => {
    const keys = event.currentTarget as HTMLTextAreaElement;
    if (event.isComposing || keys.value === "") return;
    this.#type(keys.value.replaceAll("\n", "\r"));
    keys.value = "";
  };

  readonly #onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text !== "" && this.#screen !== null) this.#type(encodePaste(text, this.#screen.modes));
  };

  readonly #onMouse = (): void => {
    if (getSelection()?.isCollapsed ?? true) this.#keys?.focus();
  };

  /** The terminal is as large as it is for who types. */
  #fit(): void {
    const box = this.querySelector<HTMLElement>(".terminal");
    if (!box || !this.#isLive || document.activeElement !== this.#keys) return;
    const ruler = document.createElement("span");
    ruler.textContent = "0".repeat(40);
    box.firstElementChild!.append(ruler);
    const {width, height} = ruler.getBoundingClientRect();
    ruler.remove();
    const {paddingLeft, paddingRight} = getComputedStyle(box);
    const room = box.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    const columns = clamp(Math.floor((room * 40) / width), 20, 250);
    const rows = clamp(Math.floor((innerHeight * 0.6) / (height * 1.5)), 10, 50);
    const {terminal} = this.attempt;
    if (width > 0 && (terminal?.columns !== columns || terminal.rows !== rows))
      void this.store.send({type: "resize", step: this.step, columns, rows});
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

const bytesOf = (output: Extract<Output, {type: "text" | "base64"}>): Uint8Array =>
  output.type === "text"
    ? new TextEncoder().encode(output.text)
    : Uint8Array.from(atob(output.base64), (character) => character.charCodeAt(0));

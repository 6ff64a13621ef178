/** What all elements of the page have in common. */
import type {PropertyValues, ReactiveController, ReactiveControllerHost} from "lit";
import {LitElement} from "lit";
import {property} from "lit/decorators.js";

import type {StepId} from "../model/runbook.ts";
import {whenIdle} from "./idle.ts";
import type {RunStore} from "./store.ts";

/** Renders into the page itself: one style sheet, anchors that work, text that can be found. */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** Shows something of a run, and again whenever that changes. */
export class RunElement extends PageElement {
  @property({attribute: false}) store!: RunStore;
  #leave: (() => void) | null = null;

  /** The one step that it shows; null when it shows the run. */
  protected get watched(): StepId | null {
    return null;
  }

  /** What it shows would be the same, whatever has changed. */
  protected get isAsleep(): boolean {
    return false;
  }

  /** Whoever was at something that is gone now stays where it was, and can go on with the keyboard. */
  protected override update(changed: PropertyValues): void {
    const wasHere = this !== document.activeElement && this.contains(document.activeElement);
    super.update(changed);
    if (!wasHere || this.contains(document.activeElement)) return;
    if (!this.hasAttribute("tabindex")) this.tabIndex = -1;
    this.focus({preventScroll: true});
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = this.store.watch(this.watched, () => {
      if (!this.isAsleep) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    this.#leave?.();
    super.disconnectedCallback();
  }
}

/** So many steps make a document long: not all of it is made at once. */
export const long = 200;

/** In a long document, keeps an element empty until the browser has time for it; what is seen first does not wait for it. */
export class Filling implements ReactiveController {
  isDue = false;
  readonly #host: ReactiveControllerHost & {readonly store: RunStore};
  #callOff: (() => void) | null = null;

  constructor(host: ReactiveControllerHost & {readonly store: RunStore}) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#host.store.runbook.steps.length <= long) this.isDue = true;
    if (this.isDue) return;
    this.#callOff = whenIdle(() => {
      this.isDue = true;
      this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#callOff?.();
  }
}

/** Asks for an update every second while `isNeeded`. */
export class Ticking implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #isNeeded: () => boolean;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(host: ReactiveControllerHost, isNeeded: () => boolean) {
    this.#host = host;
    this.#isNeeded = isNeeded;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#isNeeded()) this.#timer ??= setInterval(() => this.#host.requestUpdate(), 1000);
    else this.hostDisconnected();
  }

  hostDisconnected(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

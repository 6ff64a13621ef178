import type {StepId} from "../model/runbook.ts";
import type {RunStore} from "./store.ts";

const most = 8 * 1024; // letters at once

/** Sends what is typed, in the order in which it was. */
export class Typist {
  readonly #store: RunStore;
  readonly #step: StepId;
  #waiting = "";
  #isSending = false;

  constructor(store: RunStore, step: StepId) {
    this.#store = store;
    this.#step = step;
  }

  type(text: string): void {
    this.#waiting += text;
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting !== "") {
      const text = this.#waiting.slice(0, most);
      this.#waiting = this.#waiting.slice(most);
      if (!(await this.#store.send({type: "type-in", step: this.#step, text}))) this.#waiting = "";
    }
    this.#isSending = false;
  }
}

import type {ReactiveController, ReactiveControllerHost} from "lit";

/** On paper nothing can be unfolded: whoever has this shows all there is while the page is printed. */
export class Printing implements ReactiveController {
  isNow = false;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener("beforeprint", this.#begin);
    window.addEventListener("afterprint", this.#end);
  }

  hostDisconnected(): void {
    window.removeEventListener("beforeprint", this.#begin);
    window.removeEventListener("afterprint", this.#end);
  }

  readonly #begin = (): void => this.#set(true);
  readonly #end = (): void => this.#set(false);

  #set(isNow: boolean): void {
    this.isNow = isNow;
    this.#host.requestUpdate();
  }
}

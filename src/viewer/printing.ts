import type {ReactiveController, ReactiveControllerHost} from "lit";

let isPrinting = false;
const hosts = new Set<ReactiveControllerHost>();

function set(now: boolean): void {
  isPrinting = now;
  for (const host of hosts) host.requestUpdate();
}
window.addEventListener("beforeprint", () => set(true));
window.addEventListener("afterprint", () => set(false));

/** On paper nothing can be unfolded: whoever has this shows all there is while the page is printed, also if it is only made then. */
export class Printing implements ReactiveController {
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get isNow(): boolean {
    return isPrinting;
  }

  hostConnected(): void {
    hosts.add(this.#host);
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
  }
}

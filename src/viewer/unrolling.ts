import type {ReactiveController, ReactiveControllerHost} from "lit";

import type {Section, SectionId} from "../model/runbook.ts";
import {long} from "./elements.ts";
import {whenIdle} from "./idle.ts";
import {watchNear} from "./near.ts";
import type {RunStore} from "./store.ts";

const first = 20; // steps
const each = 100;

/**
 * Of a long document, makes what is seen first; the rest follows while the browser has nothing else to do, or at once when somebody
 * comes near its end, prints, or needs all of it.
 */
export class Unrolling implements ReactiveController {
  #made = 0; // sections
  #of: readonly Section[] = [];
  #stepsOf: ReadonlyMap<SectionId, number> = new Map();
  #callOff: (() => void) | null = null;
  #leaveEnd: (() => void) | null = null;
  readonly #host: ReactiveControllerHost & {readonly store: RunStore};

  constructor(host: ReactiveControllerHost & {readonly store: RunStore}) {
    this.#host = host;
    host.addController(this);
  }

  /** Of these sections, those that are to be in the page now. */
  of(sections: readonly Section[]): readonly Section[] {
    if (sections !== this.#of) {
      const wasWhole = this.#of.length > 0 && this.isWhole;
      this.#of = sections;
      this.#stepsOf = countSteps(this.#host.store);
      if (wasWhole || this.#host.store.runbook.steps.length <= long) this.#made = sections.length;
      else this.#made = this.#after(0, first);
    }
    return sections.slice(0, this.#made);
  }

  get isWhole(): boolean {
    return this.#made >= this.#of.length;
  }

  /** Everything is in the page when this is done. */
  async unroll(): Promise<void> {
    if (this.isWhole) return;
    this.#made = this.#of.length;
    this.#host.requestUpdate();
    await this.#host.updateComplete;
  }

  /** The element behind the last that was made; `null` when there is none any more. */
  readonly atEnd = (end: Element | undefined): void => {
    this.#leaveEnd?.();
    this.#leaveEnd = end ? watchNear(end, (near) => near && void this.unroll()) : null;
  };

  hostUpdated(): void {
    if (this.isWhole || this.#callOff !== null) return;
    this.#callOff = whenIdle(() => {
      this.#callOff = null;
      this.#made = this.#after(this.#made, each);
      this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.atEnd(undefined);
  }

  /** How many sections there are when so many steps more are in the page; one at least. */
  #after(made: number, steps: number): number {
    let more = 0;
    let end = made;
    while (end < this.#of.length && (more < steps || end === made)) more += this.#stepsOf.get(this.#of[end++]!.id) ?? 0;
    return end;
  }
}

function countSteps({runbook}: RunStore): ReadonlyMap<SectionId, number> {
  const counts = new Map<SectionId, number>();
  for (const {section} of runbook.steps) counts.set(section, (counts.get(section) ?? 0) + 1);
  return counts;
}

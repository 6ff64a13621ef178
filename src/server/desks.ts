import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import type {DeskOptions} from "./desk.ts";
import {Desk} from "./desk.ts";
import type {Library} from "./library.ts";

/** A desk for every runbook that somebody has opened. */
export interface Desks {
  /** Opens the desk at the first call; null for a runbook that is not served. */
  find(name: string): Promise<Desk | null>;
  /** The desk, if somebody has opened it. */
  peek(name: string): Desk | null;
  /** Something was said of a run that has ended: whoever still sits at its desk hears of it. */
  hear(id: RunId, event: Event): void;
  /** Whether a run is being performed here. */
  holds(id: RunId): boolean;
  close(): Promise<void>;
}

export function createDesks(library: Library, options: Omit<DeskOptions, "read">): Desks {
  const opening = new Map<string, Promise<Desk>>();
  const open = new Map<string, Desk>();
  return {
    async find(name) {
      const known = opening.get(name);
      if (known) return known;
      const document = await library.open(name);
      if (document === null) return null;
      const read = async () => (await library.open(name)) ?? document;
      const desk = opening.get(name) ?? Desk.open({...options, read});
      opening.set(name, desk);
      open.set(name, await desk);
      return desk;
    },
    peek: (name) => open.get(name) ?? null,
    hear(id, event) {
      for (const desk of open.values()) if (desk.run.start?.run === id) desk.hear([event]);
    },
    holds: (id) => [...open.values()].some(({run}) => run.start?.run === id && run.ended === null),
    async close() {
      await Promise.all([...open.values()].map((desk) => desk.close()));
    }
  };
}

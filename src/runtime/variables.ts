/** Inputs and captures of a run as they are, secrets included; the journal and the fold hold marks in their place. */
import type {BoundVariable} from "../model/kind.ts";

export interface Variables {
  readonly bound: ReadonlyMap<string, BoundVariable>;
  readonly texts: ReadonlyMap<string, string>;
  set(name: string, variable: BoundVariable): void;
}

export function createVariables(): Variables {
  const bound = new Map<string, BoundVariable>();
  const texts = new Map<string, string>();
  return {
    bound,
    texts,
    set(name, variable) {
      bound.set(name, variable);
      texts.set(name, variable.value);
    }
  };
}

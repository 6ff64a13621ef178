/** The values that cells will have when the run comes to them in order, as far as they can be known now. */
import {includesAround, variableIn} from "../model/include.ts";
import type {BoundVariable} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";
import type {Stage} from "./stage.ts";

export interface Foreseen {
  readonly values: ReadonlyMap<string, Value>;
  readonly open: ReadonlySet<string>; // what something on the way there sets, nobody knows to what
  readonly changing: ReadonlySet<string>; // what something on the way there sets
}
type Value = Pick<BoundVariable, "value" | "secret">;

export function* foresee({request: {runbook}, variables, inside: now}: Stage, cells: readonly Cell[]): Iterable<[Cell, Foreseen]> {
  const values = new Map<string, Value>(variables.bound);
  const open = new Set<string>();
  const changing = new Set<string>();
  let inside: ReadonlySet<string> = now;
  for (const cell of cells) {
    const around = includesAround(runbook, cell.id);
    for (const [name, given] of around.filter(({id}) => !inside.has(id)).flatMap(({set}) => Object.entries(set))) {
      const from = variableIn(given);
      const value = from === null ? {value: given, secret: false} : values.get(from);
      changing.add(name);
      if (value && (from === null || !open.has(from))) {
        values.set(name, value);
        open.delete(name);
      } else open.add(name);
    }
    inside = new Set(around.map(({id}) => id));
    for (const {name, type, default: usual} of runbook.inputs)
      if (usual !== null && cell.uses.includes(name) && !values.has(name)) values.set(name, {value: usual, secret: type === "secret"});
    yield [cell, {values, open, changing}];
    for (const {name} of cell.captures) {
      open.add(name);
      changing.add(name);
    }
  }
}

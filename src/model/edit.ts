/** Another text in place of a cell's own, for one time: the document stays as it is, and the record says what ran and why. */
import type {Cell, Runbook} from "./runbook.ts";

export interface Edit {
  readonly text: string;
  readonly by: string;
  readonly why: string;
}

/** The cell with the text in place of its own; its promises and options stand, and inputs that the text mentions are asked for. */
export function editCell({inputs}: Pick<Runbook, "inputs">, cell: Cell, text: string): Cell {
  const words = new Set(text.match(/[A-Za-z0-9_]+/g));
  const uses = inputs.flatMap(({name}) => (words.has(name) || cell.uses.includes(name) ? [name] : []));
  return {...cell, source: text, uses};
}

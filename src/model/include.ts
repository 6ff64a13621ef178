/** What stands in an include: its ids begin with the include's, between dots. */
import type {Include, Runbook} from "./runbook.ts";

/** The includes that brought a step, outermost first. */
export const includesAround = ({includes}: Pick<Runbook, "includes">, step: string): readonly Include[] =>
  includes.filter(({id}) => step.startsWith(`${id}.`)).sort((a, b) => a.id.length - b.id.length);

/** The variable that a value of an include's `set` is; null: it stands for itself. */
export const variableIn = (value: string): string | null => /^\$([A-Z][A-Z0-9_]*)$/.exec(value)?.[1] ?? null;

/** What an id may mean that is read at `from`: in the innermost include first, in the runbook itself last. */
export function meaningsOf(id: string, from: string | null): readonly string[] {
  const around = from === null ? [] : from.split(".").slice(0, -1);
  return [...around.keys()]
    .reverse()
    .map((last) => [...around.slice(0, last + 1), id].join("."))
    .concat(id);
}

import type {Flaw} from "../../../model/kind.ts";
import type {Cell, Runbook} from "../../../model/runbook.ts";
import {findEndless, findPlaceholders} from "./lint.ts";
import {checkSyntax} from "./syntax.ts";

/** What is wrong with the text of a cell, found without running it. All cells of a runbook are checked at once. */
export async function inspectBash(cell: Cell, runbook: Runbook): Promise<readonly Flaw[]> {
  const cells = runbook.steps.filter((step): step is Cell => step.type === "cell" && step.kind === cell.kind);
  let checked = known.get(runbook);
  if (!checked) known.set(runbook, (checked = checkAll(cells)));
  const problems = (await checked).get(cell.source) ?? (await checkAll([cell])).get(cell.source)!;
  const placeholders = findPlaceholders(cell);
  // a document may hold a step that a person still has to fill in: the rest of it can be executed
  const softened = problems.map((flaw) =>
    placeholders.some(({place}) => place.line === flaw.place.line) ? {...flaw, severity: "warning" as const} : flaw
  );
  return [...softened, ...placeholders, ...findEndless(cell)];
}

const known = new WeakMap<Runbook, Promise<ReadonlyMap<string, readonly Flaw[]>>>();

async function checkAll(cells: readonly Cell[]): Promise<ReadonlyMap<string, readonly Flaw[]>> {
  const texts = [...new Set(cells.map(({source}) => source))];
  const flaws = await checkSyntax(texts);
  return new Map(texts.map((text, index) => [text, flaws[index] ?? []]));
}

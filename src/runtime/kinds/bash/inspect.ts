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
  return [...problems, ...findPlaceholders(cell), ...findEndless(cell)];
}

const known = new WeakMap<Runbook, Promise<ReadonlyMap<string, readonly Flaw[]>>>();

async function checkAll(cells: readonly Cell[]): Promise<ReadonlyMap<string, readonly Flaw[]>> {
  const texts = [...new Set(cells.map(({source}) => source))];
  const flaws = await checkSyntax(texts);
  return new Map(texts.map((text, index) => [text, flaws[index] ?? []]));
}

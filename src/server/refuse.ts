/** Reasons against a command that only the server can find. */
import type {Command} from "../model/command.ts";
import {editCell} from "../model/edit.ts";
import type {AnyKind} from "../model/kind.ts";
import type {Cell, Runbook} from "../model/runbook.ts";
import {refuseInput} from "../runtime/inputs.ts";

/** An input's pattern is only judged here: nothing else can match one without being stalled by it. */
export function refuseByPattern({inputs}: Runbook, command: Command): string | null {
  if (command.type !== "set-input") return null;
  const input = inputs.find(({name}) => name === command.name);
  return input ? refuseInput(input, command.value) : null;
}

/** An edited text that is wrong is refused as a document would be, before anything of it runs. */
export async function findFlaw(runbook: Runbook, command: Command, kinds: readonly AnyKind[]): Promise<string | null> {
  if (command.type !== "execute-edited") return null;
  const cell = runbook.steps.find(({id}) => id === command.step) as Cell;
  const kind = kinds.find(({name}) => name === cell.kind);
  const flaws = (await kind?.inspect(editCell(runbook, cell, command.text), runbook)) ?? [];
  const error = flaws.find(({severity}) => severity === "error");
  return error ? `line ${error.place.line} of the edited text: ${error.message}` : null;
}

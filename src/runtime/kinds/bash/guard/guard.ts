import type {Assessment} from "../../../../model/kind.ts";
import type {Cell} from "../../../../model/runbook.ts";

/** What a cell would destroy. */
export async function assessBash(_cell: Cell, _variables: readonly string[]): Promise<Assessment> {
  return {verdict: "harmless", reasons: [], unknown: [], names: []};
}

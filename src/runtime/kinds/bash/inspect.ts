import type {Flaw} from "../../../model/kind.ts";
import type {Cell} from "../../../model/runbook.ts";

/** What is wrong with the text of a cell, found without running it. */
export async function inspectBash({source}: Cell): Promise<readonly Flaw[]> {
  return source.includes("\0")
    ? [
        {
          rule: "bash-syntax",
          severity: "error",
          message: "bash cannot read a NUL character",
          place: {line: source.slice(0, source.indexOf("\0")).split("\n").length, column: null}
        }
      ]
    : [];
}

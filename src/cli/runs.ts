import {resolve} from "node:path";

import {formatDuration} from "../model/duration.ts";
import type {KnownRun, Registration} from "../runtime/registered-runs.ts";
import {listKnownRuns} from "../runtime/registered-runs.ts";
import type {RunSummary} from "../runtime/summary.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

/** `runbook runs`: the runs that were made, newest first, and what the register knows of them otherwise. */
export async function runs({runsDir, json = false}: {runsDir: string; json?: boolean}): Promise<number> {
  const {runs: found, damage} = await listKnownRuns(resolve(runsDir));
  const paint = paintFor(process.stdout);
  const text = json
    ? JSON.stringify(found, null, 2)
    : (found.length > 0 ? [...runLines(found, paint), ...found.flatMap(remark).map(paint.yellow)] : [`no runs in ${runsDir}`]).join("\n");
  process.stdout.write(`${text}\n`);
  if (damage !== null) process.stderr.write(`${paintFor(process.stderr).red(`! the register is damaged: ${damage}`)}\n`);
  return 0;
}

const remarks: Readonly<Record<Registration, string | null>> = {
  registered: null,
  "not registered": "is not in the register",
  "end not registered": "has ended, which the register does not say",
  gone: "is in the register, and its folder is gone",
  differs: "has another end than the register says"
};

function remark({id, registration}: KnownRun): readonly string[] {
  const words = remarks[registration];
  return words === null ? [] : [`! ${id} ${words}`];
}

export function runLines(found: readonly RunSummary[], paint: Paint): readonly string[] {
  const rows = found.map(({id, startedAt, standing, durationMs, mode, operator, path}) => [
    id,
    startedAt?.replace("T", " ").replace(/\.\d+Z$/, "Z") ?? "",
    standing,
    durationMs === null ? "" : formatDuration(durationMs),
    mode ?? "",
    quiet(operator),
    quiet(path)
  ]);
  const head = ["run", "started", "outcome", "took", "mode", "operator", "runbook"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
  return [paint.bold(line(head)), ...rows.map(line)];
}

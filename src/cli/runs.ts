import {resolve} from "node:path";

import {formatDuration} from "../model/duration.ts";
import type {RunSummary} from "../runtime/runs.ts";
import {listRuns} from "../runtime/runs.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

/** `runbook runs`: the runs that were made, newest first. */
export async function runs({runsDir, json = false}: {runsDir: string; json?: boolean}): Promise<number> {
  const found = await listRuns(resolve(runsDir));
  const text = json
    ? JSON.stringify(found, null, 2)
    : (found.length > 0 ? runLines(found, paintFor(process.stdout)) : [`no runs in ${runsDir}`]).join("\n");
  process.stdout.write(`${text}\n`);
  return 0;
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

import {formatDuration} from "./duration.ts";
import type {CellOptions} from "./runbook.ts";

/** Whose time was over when an attempt was ended: its own ("after 2m"), or that of all attempts together ("within 10m"). */
export function timeOver({timeoutMs, withinMs}: Pick<CellOptions, "timeoutMs" | "withinMs">, afterMs: number): string {
  return withinMs === null || afterMs === timeoutMs ? `after ${formatDuration(afterMs)}` : `within ${formatDuration(withinMs)}`;
}

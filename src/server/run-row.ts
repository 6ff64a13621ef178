import type {RunId} from "../model/runbook.ts";
import type {ServedRun} from "../model/served.ts";
import type {KnownRun} from "../runtime/registered-runs.ts";

/** A run as a row of a list; `runbook` is the name of its runbook here. */
export const toRow = (run: KnownRun, runbook: string | null): ServedRun => ({
  id: run.id as RunId,
  title: run.title,
  path: run.path,
  runbook,
  mode: run.mode,
  operator: run.operator,
  startedAt: run.startedAt,
  durationMs: run.durationMs,
  standing: run.standing,
  reason: run.reason,
  isGone: run.registration === "gone"
});

import {anythingBroke} from "../model/course.ts";
import type {Run} from "../model/run.ts";

/** What the process says about the run; where several apply: cancelled, failed, stopped, missed. */
export function exitCode(run: Run): number {
  const outcome = run.ended?.outcome;
  if (outcome === "cancelled" || run.cancelled !== null) return 130;
  if (outcome === undefined || outcome === "failed" || anythingBroke(run)) return 1;
  if (outcome === "stopped") return 3;
  return outcome === "missed" ? 4 : 0;
}

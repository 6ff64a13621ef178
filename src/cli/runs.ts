import {resolve} from "node:path";

import {runStanding} from "../model/standing.ts";
import type {Recording} from "../runtime/runs.ts";
import {listRuns, readRun} from "../runtime/runs.ts";
import {paintFor} from "./terminal/paint.ts";
import {countSteps} from "./terminal/summary.ts";
import {toTime} from "./terminal/time.ts";
import {quiet} from "./terminal/words.ts";

/** `runbook runs`: the runs that were made, newest first. */
export async function runs({runsDir, json = false}: {runsDir: string; json?: boolean}): Promise<number> {
  const recordings = await Promise.all((await listRuns(resolve(runsDir))).map(({folder}) => readRun(folder)));
  if (json) process.stdout.write(`${JSON.stringify(recordings.map(toJson), null, 2)}\n`);
  else process.stdout.write(`${(recordings.length > 0 ? table(recordings) : [`no runs in ${runsDir}`]).join("\n")}\n`);
  return 0;
}

import {basename} from "node:path";
import {durationsOf} from "../model/durations.ts";
import type {RunId, StepId} from "../model/runbook.ts";
import {listRuns, readRun} from "../runtime/runs.ts";

const mostRead = 3; // runs in which nothing passed tell nothing; looking further back for one that does costs more than it is worth

/** How long the cells of a runbook took in the last run in which some passed; nothing where there is none that can be read. */
export async function findLastDurations(
  runsDirectory: string,
  {name, directory}: {readonly name: string; readonly directory: string},
  but: RunId | null
): Promise<Readonly<Record<StepId, number>>> {
  const runs = (await listRuns(runsDirectory)).filter(({id, path}) => id !== but && basename(path) === basename(name));
  for (const {folder, path} of runs.slice(0, mostRead)) {
    const run = (await readRun(folder).catch(() => null))?.run;
    const isSame = run?.start && (run.start.directory === directory || path === name);
    const durations = isSame ? durationsOf(run) : {};
    if (Object.keys(durations).length > 0) return durations;
  }
  return {};
}

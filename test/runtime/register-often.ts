/** Registers so many runs, as one of several runners: node register-often.ts RUNS NAME COUNT. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {blank} from "../../src/model/run.ts";
import type {RunId} from "../../src/model/runbook.ts";
import {registerEnd, registerStart} from "../../src/runtime/register.ts";
import {started} from "../model/story.ts";

const [runsDirectory, name, count] = process.argv.slice(2) as [string, string, string];
const start = started("a");
if (start.type !== "run-started") throw new Error("no start");
for (let index = 0; index < Number(count); index++) {
  const run = {...blank, start: {...start, run: `${name}-${index}` as RunId}, startedAt: "2026-01-01T00:00:00.000Z"};
  const folder = join(runsDirectory, `${name}-${index}`);
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, "journal.ndjson"), "{}\n");
  await registerStart({runsDirectory}, folder, run);
  const ended = {at: "2026-01-01T00:00:01.000Z", ms: 1000, outcome: "passed", reason: "", notes: []} as const;
  await registerEnd({runsDirectory}, folder, {...run, ended});
}

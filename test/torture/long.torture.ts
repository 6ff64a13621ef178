/** `npm run torture`: hundreds of kills. KILLS says how many, SEED where to begin. */
import {afterAll, beforeAll, expect, test} from "vitest";
import {buildCli} from "../runbooks/runbook.ts";
import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import {seeded} from "./seeded.ts";
import {torture} from "./torture.ts";

const wanted = Number(process.env.KILLS ?? 300);
let cluster: TestCluster;
beforeAll(async () => {
  await buildCli();
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

test(`${wanted} kills`, async () => {
  let [kills, lost, events, runs] = [0, 0, 0, 0];
  for (let seed = Number(process.env.SEED ?? 1); kills < wanted; seed++) {
    const one = await torture(cluster, {cells: 30, random: seeded(seed)}).catch((error) => {
      throw new Error(`with SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, {cause: error});
    });
    kills += one.kills;
    lost += one.lost;
    events += one.events;
    runs++;
    console.log(`${kills} kills in ${runs} runs; ${lost} lost steps decided; ${events} events, none missing`);
  }
  expect(kills).toBeGreaterThanOrEqual(wanted);
});

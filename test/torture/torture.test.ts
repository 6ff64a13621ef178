import {afterAll, beforeAll, expect, test} from "vitest";
import {buildCli} from "../runbooks/runbook.ts";
import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import {seeded} from "./seeded.ts";
import {torture} from "./torture.ts";

let cluster: TestCluster;
beforeAll(async () => {
  await buildCli();
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

test("a run whose runner is killed again and again loses no event, repeats no step by itself and leaves no process", async () => {
  let kills = 0;
  for (let seed = 1; kills < 6; seed++) kills += (await torture(cluster, {cells: 8, random: seeded(seed)})).kills;
  expect(kills).toBeGreaterThanOrEqual(6);
});

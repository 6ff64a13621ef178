import {afterAll, beforeAll, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";
import type {Ended} from "./runbook.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 180_000);
afterAll(() => lab?.close());

const begin = (set: Readonly<Record<string, string>> = {}, confirm: readonly string[] = []): Promise<Ended> =>
  lab.exec("disaster-recovery.md", {set, confirm: ["declare", ...confirm]});
const status = (): Promise<string> => lab.bash('curl -s -o /dev/null -w "%{http_code}" --max-time 5 "$APP_URL/healthz" || true');

test("where users are served and nothing is missing, nothing is done", async () => {
  const {exit, text} = await begin();
  expect(exit, text).toBe(0);
  expect(text).toContain('"Yes, and nothing is missing" (as proposed)');
});

test("where rows have lost their parents while users are served, it asks how old the data must be", async () => {
  await lab.psql(
    "whatsapp_saas",
    "begin; set local session_replication_role = replica; create table kept as select * from salons where id = 2; delete from salons where id = 2; commit"
  );
  const {exit, text} = await begin({ACCIDENT_AT: new Date(Date.now() - 3_600_000).toISOString()});
  expect(text).toContain('"Yes, but data is wrong or gone" (as proposed)');
  expect(text).toContain('"To the moment before the accident" (as proposed)');
  expect(exit, "nobody declared that recovery").toBe(3);
  expect(text).toContain("--confirm how-far-back.to-the-moment-before-the-accident.declare");
});

test("where the archive does not reach back, an older backup is looked for, and none is made up", async () => {
  const {exit, text} = await begin({ACCIDENT_AT: new Date(Date.now() - 30 * 86_400_000).toISOString()});
  expect(text).toContain('"The archive does not reach: an older backup" (as proposed)');
  expect(exit, text).toBe(1);
  expect(text).toContain("✗ fetch failed");
  await lab.psql("whatsapp_saas", "insert into salons select * from kept", "drop table kept");
});

test("where the server answers and its data is whole, it looks for what is slow or full", async () => {
  await lab.psql(
    "postgres",
    "alter role whatsapp_app connection limit 0",
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'whatsapp_app'"
  );
  await expect.poll(status, {timeout: 20_000}).toBe("503");
  const {exit, text} = await begin();
  expect(exit, text).toBe(0);
  expect(text).toContain('"No, it is slow or refuses" (as proposed)');
  expect(text).toContain("too many connections");
  await lab.psql("postgres", "alter role whatsapp_app connection limit -1");
  await expect.poll(status, {timeout: 20_000}).toBe("200");
});

test("where the primary is silent, it leads into the failover, on the failover's own connections", async () => {
  await lab.bash('kill -KILL "$(head -n 1 "$LAB/primary/postmaster.pid")"');
  await expect.poll(status, {timeout: 20_000}).toBe("503");
  const steps = ["prerequisites", "approve-failover", "fence", "promote", "move-traffic", "rewind"];
  const {exit, text} = await begin(
    {LOST_AT: new Date().toISOString()},
    steps.map((step) => `responding.it-is-silent-fail-over.${step}`)
  );
  expect(exit, text).toBe(0);
  expect(text).toContain('"It is silent, fail over" (as proposed)');
  expect(await status()).toBe("200");
});

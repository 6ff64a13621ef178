import {writeFile} from "node:fs/promises";
import {afterAll, beforeAll, beforeEach, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  // The next release tells its version in its health, and needs a column that the database does not have yet.
  await lab.bash('mkdir releases/2; sed "s/{database: \\"ok\\"}/{database: \\"ok\\", release: 2}/" releases/1/app.mjs >releases/2/app.mjs');
});
afterAll(() => lab?.close());

const shop = (...sql: readonly string[]): Promise<string> => lab.psql("whatsapp_saas", ...sql);
const health = (): Promise<string> => lab.bash('curl -fsS "$APP_URL/healthz"');

const up = [
  "alter table bookings add column loyalty_points integer not null default 0",
  "create index bookings_loyalty on bookings (loyalty_points)",
  "create view loyal_customers as select conversation_id, sum(loyalty_points) as points from bookings group by 1",
  "insert into _prisma_migrations (id, migration_name, finished_at) values ('0002', '20260131_loyalty', now())"
];
const down = `drop view loyal_customers;
alter table bookings drop column loyalty_points;`;

const questions = ["declare", "approve-change", "restore.declare", "restore.prerequisites", "restore.approve-exchange", "restore.fence"];
const rollBack = async (way: "change" | "backup", set: Readonly<Record<string, string>> = {}, script = down) => {
  const path = `${lab.folder}/down.sql`;
  await writeFile(path, script);
  const given = {WAY: way, LOST_AT: new Date().toISOString(), RELEASE: "1", MIGRATION: "20260131_loyalty", DOWN: path, ...set};
  return lab.exec("rollback.md", {set: given, confirm: questions});
};

async function deploy(): Promise<void> {
  const {exit, text} = await lab.exec("rollback.md#before-a-deployment");
  expect(exit, text).toBe(0);
  await lab.bash("site_application_deploy 2");
  await shop(...up);
}

describe("before anybody has prepared a deployment", () => {
  test("there is nothing to go back to: before-deployment notices", async () => {
    const {exit, text} = await rollBack("backup");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ before-deployment failed");
    expect(text).toContain("nobody has taken a backup before a deployment");
  });
});

describe("a deployment", () => {
  beforeAll(deploy);

  const faults: readonly {
    readonly name: string;
    readonly script?: string;
    readonly set?: Readonly<Record<string, string>>;
    readonly step: string;
    readonly says: string;
  }[] = [
    {name: "another server", set: {SYSTEM_IDENTIFIER: "7"}, step: "server", says: "rows[0].system_identifier"},
    {name: "a moment that is still to come", set: {LOST_AT: "2999-01-01 00:00:00+00"}, step: "server", says: "it_has_been"},
    {
      name: "a backup that was taken after the harm",
      set: {LOST_AT: "2026-01-01 00:00:00+00"},
      step: "before-deployment",
      says: "timestamp(lines[1]) <"
    },
    {name: "a migration that is not the last one", set: {MIGRATION: "20250101000000_init"}, step: "applied", says: "vars.MIGRATION"},
    {
      name: "a script that takes back only half of it",
      script: "drop view loyal_customers;",
      step: "rehearse",
      says: "the schema would not be what it was"
    },
    {
      name: "a script that takes rows with it",
      script: `${down}\ndelete from bookings where id < 50;`,
      step: "rehearse",
      says: "table public.bookings would have"
    },
    {
      name: "a script that takes a table with it",
      script: `${down}\ndrop table webhook_logs;`,
      step: "rehearse",
      says: "the schema would not be what it was"
    },
    {
      name: "a script with an error",
      script: `${down}\nalter table bookings drop column colour;`,
      step: "rehearse",
      says: 'column "colour" of relation "bookings" does not exist'
    },
    {name: "a script that commits by itself", script: `begin;\n${down}\ncommit;`, step: "rehearse", says: "holds transaction control"},
    {
      name: "a script that forgets what depends on it",
      script: "alter table bookings drop column loyalty_points;",
      step: "rehearse",
      says: "other objects depend on it"
    }
  ];
  test.each(faults)("with $name: $step notices, and the release goes on", async ({script, set, step, says}) => {
    const {exit, text} = await rollBack("change", set, script);
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(await health()).toContain('"release":2');
    expect(await shop("select count(*) from loyal_customers where points = 0")).not.toBe("0");
  });

  test("that somebody else holds up: the lock is waited for in vain, nothing is changed, and the release goes on", async () => {
    const held = shop("begin", "select count(*) from loyal_customers", "select pg_sleep(600)").catch(() => {});
    const {exit, text} = await rollBack("change");
    await shop("select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'");
    await held;
    expect(exit, text).toBe(1);
    expect(text).toContain("canceling statement due to lock timeout");
    expect(text).toMatch(/✗ (rehearse|take-back) failed/);
    expect(await health()).toContain('"release":2');
  });

  test("whose migration damaged rows that its script does not bring back goes back to the backup, with its release", async () => {
    await shop("update bookings set price_cents = 0");
    const {exit, text} = await rollBack("backup");
    expect(exit, text).toBe(0);
    expect(text).toContain("✓ restore.copy.differences passed");
    expect(await health()).not.toContain("release");
    expect(await shop("select count(*) from bookings where price_cents = 0")).toBe("0");
    expect(await shop("select to_regclass('loyal_customers') is null")).toBe("t");
    await lab.dropDatabases("whatsapp_saas_");
  });
});

describe("a deployment whose data is good", () => {
  beforeEach(deploy);

  test("is taken back with its release, loses no row, and is noted among the migrations", async () => {
    const before = Number(await shop("select count(*) from bookings"));
    const {exit, text} = await rollBack("change");
    expect(exit, text).toBe(0);
    expect(text).toContain("✓ data.differences passed");
    expect(await health()).not.toContain("release");
    expect(Number(await shop("select count(*) from bookings"))).toBeGreaterThan(before);
    expect(await shop("select count(*) from _prisma_migrations where rolled_back_at is not null")).toBe("1");
    const again = await rollBack("change");
    expect(again.exit, again.text).toBe(1);
    expect(again.text).toContain("✗ applied failed");
  });
});

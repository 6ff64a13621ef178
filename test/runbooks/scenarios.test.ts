import {afterAll, beforeAll, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";
import type {Ended} from "./runbook.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 180_000);
afterAll(() => lab?.close());

const drill = (scenario: string, set: Readonly<Record<string, string>> = {}, confirm: readonly string[] = []): Promise<Ended> =>
  lab.exec(`scenarios/${scenario}.md`, {set, confirm});
const green = ({exit, text}: Ended): void => {
  expect(exit, text).toBe(0);
  expect(text).toMatch(/✓ TTD .*: met/);
  expect(text).toMatch(/✓ TTR .*: met/);
};
const red = ({exit, text}: Ended, step: string, says: string): void => {
  expect(exit, text).toBe(1);
  expect(text).toContain(`✗ ${step} failed`);
  expect(text).toContain(says);
};

describe("a standby that falls behind", () => {
  test.each([
    ["paused", "resume"],
    ["stopped", "start"],
    ["lost", "copy"]
  ])("because it is %s: found, understood and brought up to date by %s", async (FAULT, step) => {
    const ended = await drill("replication-lag", {FAULT});
    green(ended);
    expect(ended.text).toContain(`✓ ${step} passed`);
  });
});

test("connections that leaked are found and ended, and the role is left as it was", async () => {
  green(await drill("pool-exhaustion", {LIMIT: "6"}, ["end-leaked"]));
  expect(await lab.psql("postgres", "select rolconnlimit, rolconfig is null from pg_roles where rolname = 'whatsapp_app'")).toBe("-1|t");
});

describe("damage", () => {
  test("of a key is found by looking for orphans, and mended from the dump", async () => {
    green(await drill("data-corruption", {FAULT: "constraint"}));
  });
  test("is not mended from a dump that is damaged itself", async () => {
    await lab.bash('dump=$(ls "$BACKUPS"/whatsapp_saas-*/database.dump); cp "$dump" "$LAB/run/whole.dump"; truncate --size=1K "$dump"');
    red(await drill("data-corruption", {FAULT: "constraint"}), "stage-parents", "FAILED");
    await lab.bash('mv "$LAB/run/whole.dump" "$(ls "$BACKUPS"/whatsapp_saas-*/database.dump)"');
    await lab.psql(
      "whatsapp_saas",
      "insert into salons select s, 'brought back', 'phone-' || s from (select distinct salon_id s from bookings) b where not exists (select from salons where id = s)"
    );
  });
  test("of a page is found by reading, and mended from the standby while customers go on", async () => {
    const ended = await drill("data-corruption", {FAULT: "page"}, ["damage", "replace"]);
    green(ended);
    expect(ended.text).toContain("invalid page in block 3");
  });
});

test("a full disk takes the server down, and no acknowledged booking with it; whoever may not mount a small one is told before anything is touched", async () => {
  const ended = await drill("disk-full", {}, ["small-disk", "large-disk"]);
  if (process.getuid?.() === 0) green(ended);
  else red(ended, "lab-only", "mounting a small disk needs root");
  expect(await lab.bash('test -L "$LAB/primary/pg_wal" || mountpoint "$LAB/small" 2>/dev/null || echo on its own disk')).toBe(
    "on its own disk"
  );
});

test("a dropped table is found in the write-ahead log, and the database goes back to the moment before", async () => {
  const people = ["declare", "prerequisites", "approve-recovery", "approve-promotion"].map((step) => `pitr.${step}`);
  green(await lab.exec("scenarios/table-drop.md", {confirm: people, more: ["--confirm-destructive"]}));
});

test("a scenario is for the lab alone", async () => {
  for (const scenario of ["replication-lag", "pool-exhaustion", "data-corruption", "disk-full", "table-drop"]) {
    const {exit, text} = await drill(scenario, {SITE: "systemd"});
    expect([scenario, exit]).toEqual([scenario, 2]);
    expect(text).toContain("SITE");
  }
});

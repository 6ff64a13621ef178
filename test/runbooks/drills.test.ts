import {readFile} from "node:fs/promises";

import {afterAll, beforeAll, expect, test, vi} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";
import {inRoot} from "./runbook.ts";

vi.setConfig({testTimeout: 300_000}); // ten runbooks, one after the other
let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 180_000);
afterAll(() => lab?.close());

const drill = (name: string) =>
  lab.exec(`drills/${name}.md`, {more: ["--answers", inRoot(`runbooks/drills/${name}.answers.yaml`), "--confirm-destructive"]});

test("the quarterly drill, and the monthly one in it, keep every promise", async () => {
  const {exit, text} = await drill("quarterly");
  expect(exit, text).toBe(0);
  for (const promise of ["RTO .* of at most 15m", "RPO .* of at most 5m", "RTO .* of at most 2m"])
    expect(text).toMatch(new RegExp(`✓ ${promise}.*: met`));
  expect(text).toMatch(/MISSING_BEFORE = 0/); // of what was acknowledged before the accident
  expect(text).toMatch(/ROWS_LOST = 0/); // by the failover, with a standby that had everything
});

test("the monthly drill, by itself, measures each of its parts", async () => {
  const {exit, text} = await drill("monthly");
  expect(exit, text).toBe(0);
  for (const metric of ["RTO", "RPO", "TTD", "TTR"]) expect(text).toMatch(new RegExp(`✓ ${metric} .*: met`));
});

test("a drill on a lab that was broken before is none", async () => {
  await lab.psql("whatsapp_saas", "alter table bookings drop constraint bookings_salon_id_fkey");
  const {exit, text} = await drill("monthly");
  expect(exit, text).toBe(1);
  expect(text).toContain("✗ before.foreign-keys failed");
});

test("what is agreed to beforehand is what the drills ask, and nothing else", async () => {
  for (const name of ["monthly", "quarterly"]) {
    const {exit, text} = await lab.exec(`drills/${name}.md`, {more: ["--dry-run"]});
    expect(exit, text).toBe(0);
    const agreed = [...(await readFile(inRoot(`runbooks/drills/${name}.answers.yaml`), "utf8")).matchAll(/^([\w.-]+):/gm)].map(
      ([, id]) => id!
    );
    for (const id of agreed) expect(text).toContain(id);
  }
});

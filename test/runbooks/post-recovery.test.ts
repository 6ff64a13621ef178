import {afterAll, beforeAll, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";

let lab: Lab;
let recoveredAt: string;
beforeAll(async () => {
  lab = await openLab();
  recoveredAt = await lab.psql("postgres", "select now()");
});
afterAll(() => lab?.close());

const lists = ["immediate-list", "short-term-list", "long-term-list"];
const look = (part: string, confirm = lists) =>
  lab.exec(`post-recovery.md${part}`, {set: {INCIDENT: "INC-4711", RECOVERED_AT: recoveredAt}, confirm});

async function expectRed(part: string, step: string, says: string): Promise<void> {
  const {exit, text} = await look(part);
  expect(exit, text).toBe(1);
  expect(text).toContain(`✗ ${step} failed`);
  expect(text).toContain(says);
}

test("backups from before the recovery do not count: backups notices", () =>
  expectRed("#short-term", "backups", "older than the recovery"));

test("all three lists are green once there are new backups, and each waits for people", async () => {
  for (const file of ["nightly-dump.md", "base-backup.md"]) expect((await lab.exec(file)).exit).toBe(0);
  const {exit, text} = await look("");
  expect(exit, text).toBe(0);
  const alone = await look("#long-term", []);
  expect(alone.exit, alone.text).toBe(3);
  expect(alone.text).toContain("--confirm long-term-list");
});

test("an application that does not run: services notices", async () => {
  await lab.bash("site_application_stop");
  await expectRed("#immediate", "services", 'lines[2] == "running"');
  await lab.bash("site_application_start");
});

test("a server that is in trouble says so in its log: server-log notices", async () => {
  await lab.bash("psql -X -d nowhere -c 'select 1' 2>/dev/null || true");
  await expectRed("#immediate", "server-log", 'database "nowhere" does not exist');
});

test("a standby that does not follow: replicas notices", async () => {
  await lab.bash("site_database_stop standby");
  await expectRed("#short-term", "replicas", "streaming");
  await lab.bash("site_database_start standby");
});

test("an archiver that is stuck: archiver notices", async () => {
  await lab.bash('chmod 555 "$WAL_ARCHIVE"; psql -XAtqc "select pg_switch_wal()" >/dev/null');
  await expect.poll(() => lab.psql("postgres", "select failed_count > 0 from pg_stat_archiver"), {timeout: 20_000}).toBe("t");
  await expectRed("#short-term", "archiver", "rows[0].failing");
  await lab.bash('chmod 755 "$WAL_ARCHIVE"');
});

test("base backups that cannot be read to their end, and dumps nobody may take, are never published", async () => {
  const full = await lab.exec("base-backup.md", {set: {BACKUPS: "/proc"}});
  expect(full.exit, full.text).toBe(1);
  expect(full.text).toContain("✗ base failed");
  const dump = await lab.exec("nightly-dump.md", {set: {DATABASE: "gone"}});
  expect(dump.exit, dump.text).toBe(1);
  expect(dump.text).toContain("✗ snapshot failed");
  expect(await lab.bash('find "$BACKUPS" -name "*.partial"')).toBe("");
});

import {afterAll, beforeAll, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";
import type {Ended} from "./runbook.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 180_000);
afterAll(() => lab?.close());

const stop = ["prerequisites", "approve-failover", "fence", "promote", "move-traffic", "rewind"];
const failOver = (set: Readonly<Record<string, string>> = {}, confirm: readonly string[] = stop): Promise<Ended> =>
  lab.exec("failover.md", {set: {LOST_AT: new Date().toISOString(), ...set}, confirm});
const stands = (port: "PRIMARY_PORT" | "STANDBY_PORT"): Promise<string> =>
  lab.bash(
    `psql -XAtq -h 127.0.0.1 -p "$${port}" -d postgres -c "select case when pg_is_in_recovery() then 'standby' else 'primary' end" 2>/dev/null || echo down`
  );
const crash = (node: string): Promise<string> =>
  lab.bash(
    `kill -KILL "$(head -n 1 "$LAB/${node}/postmaster.pid")"; while [ "$(site_database_status ${node})" != stopped ]; do sleep 0.1; done`
  );
const bookings = async (port: "PRIMARY_PORT" | "STANDBY_PORT"): Promise<number> =>
  Number(await lab.bash(`psql -XAtq -h 127.0.0.1 -p "$${port}" -d "$DATABASE" -c "select count(*) from bookings"`));
const red = ({exit, text}: Ended, step: string, says: string): void => {
  expect(exit, text).toBe(1);
  expect(text).toContain(`✗ ${step} failed`);
  expect(text).toContain(says);
};

describe("nothing is touched", () => {
  test("while the primary answers", async () => {
    red(await failOver(), "primary-is-dead", 'stdout.contains("it answers")');
    expect([await stands("PRIMARY_PORT"), await stands("STANDBY_PORT")]).toEqual(["primary", "standby"]);
  });
  test("for a loss that is still to come, and without a time of it", async () => {
    red(await failOver({LOST_AT: "2999-01-01T00:00:00Z"}), "when-lost", "rows[0].lost_at <= rows[0].now");
    const zoneless = await failOver({LOST_AT: "2026-01-01 00:00:00"});
    expect([zoneless.exit, zoneless.text]).toEqual([2, expect.stringContaining("time zone")]);
  });
  test("by a standby that is none, is another database's, or does not replay", async () => {
    await crash("primary");
    const itself = await failOver({NEW_NODE: "primary"});
    expect([itself.exit, itself.text]).toEqual([1, expect.stringContaining("✗ nodes failed")]);
    red(
      await failOver({SYSTEM_IDENTIFIER: "7000000000000000001"}),
      "standby-is-fit",
      "rows[0].system_identifier == vars.SYSTEM_IDENTIFIER"
    );
    const onStandby = (sql: string) => lab.bash(`psql -XAtq -h 127.0.0.1 -p "$STANDBY_PORT" -d postgres -c "${sql}"`);
    await onStandby("select pg_wal_replay_pause()");
    red(await failOver(), "standby-is-fit", 'rows[0].replay == "not paused"');
    await onStandby("select pg_wal_replay_resume()");
    expect([await stands("PRIMARY_PORT"), await stands("STANDBY_PORT")]).toEqual(["down", "standby"]);
  });
  test("until somebody approves", async () => {
    const {exit, text} = await failOver({}, ["prerequisites"]);
    expect(exit, text).toBe(3);
    expect(text).toContain("--confirm approve-failover");
    expect(await stands("STANDBY_PORT")).toBe("standby");
  });
});

test("a primary that died is replaced, nothing acknowledged is lost unsaid, and it comes back as a standby", async () => {
  const {exit, text} = await failOver();
  expect(exit, text).toBe(0);
  expect(text).toMatch(/✓ RTO .* of at most 15m.*: met/);
  expect(text).toMatch(/✓ RPO .* of at most 5m.*: met/);
  expect(text).toMatch(/ROWS_LOST = \d+/);
  expect(await lab.bash('test -e "$LAB/primary/standby.signal" && echo fenced')).toBe("fenced");
  expect([await stands("PRIMARY_PORT"), await stands("STANDBY_PORT")]).toEqual(["standby", "primary"]);
  const before = await bookings("STANDBY_PORT");
  await expect.poll(() => bookings("STANDBY_PORT"), {timeout: 20_000}).toBeGreaterThan(before); // customers book on
});

test("the two change places again, and customers book on", async () => {
  const {exit, text} = await lab.exec("failover.md#switch-back", {
    confirm: ["approve-switch", "stop-in-order", "promote-again", "traffic-back"]
  });
  expect(exit, text).toBe(0);
  expect([await stands("PRIMARY_PORT"), await stands("STANDBY_PORT")]).toEqual(["primary", "standby"]);
  const before = await bookings("PRIMARY_PORT");
  await expect.poll(() => bookings("PRIMARY_PORT"), {timeout: 20_000}).toBeGreaterThan(before);
});

test("a switch is refused while the standby does not follow", async () => {
  await lab.bash("site_database_stop standby");
  const {exit, text} = await lab.exec("failover.md#switch-back", {
    set: {OLD_NODE: "standby", NEW_NODE: "primary"},
    confirm: ["approve-switch", "stop-in-order", "promote-again", "traffic-back"]
  });
  expect(exit, text).toBe(1);
  expect(text).toContain("✗ ready-to-switch failed");
  expect(await stands("PRIMARY_PORT")).toBe("primary");
  await lab.bash("site_database_start standby");
});

test("an application that may not write on the new primary is noticed before the service is called verified", async () => {
  await lab.psql("postgres", "alter role whatsapp_app set default_transaction_read_only = on");
  await expect
    .poll(() => lab.bash(`psql -XAtq -h 127.0.0.1 -p "$STANDBY_PORT" -d postgres -c "select count(*) from pg_db_role_setting"`), {
      timeout: 20_000
    })
    .toBe("2");
  await crash("primary");
  red(await failOver(), "write-probe", "read-only transaction");
  expect(await lab.bash('test -e "$LAB/primary/standby.signal" && site_database_status primary')).toBe("stopped");
});

import {afterAll, beforeAll, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.close());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const shop = (...sql: readonly string[]): Promise<string> => lab.psql("whatsapp_saas", ...sql);
const there = "to_regclass('public.bookings') is not null";

const questions = ["declare", "prerequisites", "approve-recovery", "approve-promotion"];
const recover = (target: string, set: Readonly<Record<string, string>> = {}, confirm: readonly string[] = questions) =>
  lab.exec("point-in-time-recovery.md", {
    set: {RECOVERY_TARGET: target, LOST_AT: new Date().toISOString(), UNHARMED: there, ...set},
    confirm
  });

/** Bookings go on before an accident and after it, so that the ledger can tell the two apart. */
async function accident(sql: string): Promise<string> {
  await pause(300);
  const printed = await shop("begin", "select pg_current_xact_id(), pg_current_wal_insert_lsn()", sql, "commit");
  await pause(300);
  return printed.split("\n").find((line) => line.includes("|"))!;
}

const number = (text: string, name: string): number =>
  Number(
    text
      .match(new RegExp(`${name} = (\\d+)`, "g"))
      ?.at(-1)
      ?.split(" = ")[1]
  );

function expectLedger(text: string, after: "bookings after it" | "none after it"): void {
  expect(number(text, "ACKNOWLEDGED_BEFORE")).toBeGreaterThan(5);
  expect(number(text, "MISSING_BEFORE")).toBe(0);
  expect(number(text, "PRESENT_AFTER")).toBe(0);
  if (after === "bookings after it") expect(number(text, "LOST_ROWS")).toBeGreaterThan(0);
}

describe("bad input", () => {
  test.each([
    ["no target", ""],
    ["a time without a zone", "2026-01-31 14:30:00"],
    ["a zone that is only an abbreviation", "2026-01-31 14:30:00 BRT"],
    ["a transaction that is no number", "xid 0x2A"]
  ])("%s is refused, and nothing is run", async (_, target) => {
    const {exit, text} = await recover(target);
    expect(exit, text).toBe(2);
    expect(text).toContain("RECOVERY_TARGET");
  });

  test.each([
    ["a time that is still to come", "2999-01-01 00:00:00+00"],
    ["a transaction that is still to come", "xid 4000000000"],
    ["a place in the log that is still to come", "lsn FFFF/0"]
  ])("%s: target notices, and nothing has begun", async (_, target) => {
    const {exit, text} = await recover(target);
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ target failed");
    expect(text).toContain("is still to come");
  });
});

describe("what cannot lead to the target", () => {
  const faults: readonly {
    readonly name: string;
    readonly damage?: string;
    readonly repair?: string;
    readonly set?: Readonly<Record<string, string>>;
    readonly target?: string;
    readonly step: string;
    readonly says: string;
  }[] = [
    {
      name: "an environment file of another cluster",
      set: {SYSTEM_IDENTIFIER: "7000000000000000000"},
      step: "cluster",
      says: "lines[0] == vars.SYSTEM_IDENTIFIER"
    },
    {name: "a target before every base backup", target: "2026-01-01 00:00:00+00", step: "base-backup", says: "had ended before"},
    {name: "a base backup that ended later than the target", target: "lsn 0/200000", step: "base-in-time", says: "before the target"},
    {name: "a base backup that is not there", set: {BASE_BACKUP: "/nonexistent"}, step: "base-backup", says: "No such file"},
    {
      name: "a base backup of another cluster",
      damage: 'sed -i.kept "s/^system_identifier.*/system_identifier\\t7000000000000000000/" "$BACKUPS"/base-*/base.tsv',
      repair: 'for kept in "$BACKUPS"/base-*/base.tsv.kept; do mv "$kept" "${kept%.kept}"; done',
      step: "base-backup",
      says: "lines[0] == vars.SYSTEM_IDENTIFIER"
    },
    {
      name: "a base backup that is cut off",
      damage: 'cd "$BACKUPS"/base-*; cp base.tar.gz kept; truncate --size=-9000 base.tar.gz',
      repair: 'cd "$BACKUPS"/base-*; mv kept base.tar.gz',
      step: "base-checksums",
      says: "base.tar.gz: FAILED"
    },
    {
      name: "a base backup that was cut off when it was taken",
      damage:
        'cd "$BACKUPS"/base-*; mkdir kept; cp base.tar.gz SHA256SUMS kept; truncate --size=-9000 base.tar.gz; sha256sum base.tar.gz backup_manifest base.tsv >SHA256SUMS',
      repair: 'cd "$BACKUPS"/base-*; mv kept/* .; rmdir kept',
      step: "space",
      says: "unexpected end of file"
    },
    {
      name: "a base backup in which one file is not what it was",
      damage: `cd "$BACKUPS"/base-*; mkdir kept; cp base.tar.gz SHA256SUMS kept; mkdir open; tar -xzf base.tar.gz -C open; echo 16 >open/PG_VERSION
        tar -czf base.tar.gz -C open .; rm -r open; sha256sum base.tar.gz backup_manifest base.tsv >SHA256SUMS`,
      repair: 'cd "$BACKUPS"/base-*; mv kept/* .; rmdir kept',
      step: "unpack",
      says: "PG_VERSION"
    },
    {
      name: "a segment of the archive that is gone",
      damage: `psql -XAtqc "select pg_switch_wal()" >/dev/null; sleep 1; psql -XAtqc "checkpoint"; first=$(sed -n 's/^start_lsn\\t0.//p' "$BACKUPS"/base-*/base.tsv)
        name=$(printf '00000001%08X%08X' 0 $((16#$first / 1048576))); mv "$WAL_ARCHIVE/$name" kept; find primary/pg_wal -name "$name" -exec mv {} kept.too ';'`,
      repair:
        'mv kept "$WAL_ARCHIVE/$(printf "00000001%08X%08X" 0 $((16#$(sed -n "s/^start_lsn\\t0.//p" "$BACKUPS"/base-*/base.tsv) / 1048576)))"; rm -f kept.too',
      step: "no-gap",
      says: "is missing"
    },
    {
      name: "a segment of the archive that is cut off",
      damage: `first=$(sed -n 's/^start_lsn\\t0.//p' "$BACKUPS"/base-*/base.tsv); name=$(printf '00000001%08X%08X' 0 $((16#$first / 1048576)))
        cp -p "$WAL_ARCHIVE/$name" kept; truncate --size=5000 "$WAL_ARCHIVE/$name"; find primary/pg_wal -name "$name" -delete`,
      repair:
        'cp -p kept "$WAL_ARCHIVE/$(printf "00000001%08X%08X" 0 $((16#$(sed -n "s/^start_lsn\\t0.//p" "$BACKUPS"/base-*/base.tsv) / 1048576)))"; rm kept',
      step: "no-gap",
      says: "has 5000 bytes"
    },
    {name: "a timeline that never was", set: {FOLLOW_TIMELINE: "7"}, step: "no-gap", says: "0 segments"}
  ];

  test.each(faults)("$name: $step notices, and the service goes on", async ({damage, repair, set, target, step, says}) => {
    if (damage) await lab.bash(damage);
    const before = await shop("select count(*) from bookings");
    const {exit, text} = await recover(target ?? `xid ${await shop("select pg_current_xact_id()::text::bigint - 1")}`, set);
    if (repair) await lab.bash(repair);
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(await lab.bash("ls -d primary*; site_database_status primary; site_application_status")).toBe(
      "primary\nprimary.log\nrunning\nrunning"
    );
    await pause(200);
    expect(Number(await shop("select count(*) from bookings"))).toBeGreaterThan(Number(before));
  });
});

describe("a recovery", () => {
  test("to the time before an UPDATE without WHERE loses nothing from before and has nothing from after", async () => {
    await accident("update salons set name = 'oops'");
    const at = await shop("select pg_xact_commit_timestamp(xmin) from salons limit 1");
    const {exit, text} = await recover(at, {UNHARMED: "not exists (select from salons where name = 'oops')"});
    expect(exit, text).toBe(0);
    expectLedger(text, "bookings after it");
    expect(text).toMatch(/✓ RTO .*: met/);
    expect(text).toMatch(/✓ RPO .*: met/);
    expect(await shop("select count(*) from salons where name like 'Salon %'")).toBe("8");
    expect(await lab.bash("site_database_status standby; site_application_status")).toBe("running\nrunning");
  });

  test("to the transaction before a DROP, found in the log, on the timeline that the first recovery made", async () => {
    const since = new Date(Date.now() - 1000).toISOString();
    await accident("drop table bookings cascade");
    const found = await lab.exec("point-in-time-recovery.md#find-the-accident", {set: {SINCE: since}});
    expect(found.exit, found.text).toBe(0);
    const xid = /(xid \d+): [^\n]*files dropped/.exec(found.text)?.[1] ?? "";
    const {exit, text} = await recover(xid);
    expect(exit, text).toBe(0);
    expectLedger(text, "none after it");
    expect(text).toContain("NEW_TIMELINE = 3");
    expect(await shop("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")).toBe("00000003");
  });

  test("of a server that crashed has the tail that never reached the archive, by its place in the log", async () => {
    const [, lsn] = (await accident("delete from messages")).split("|");
    await lab.bash(
      'kill -KILL "$(head -n 1 primary/postmaster.pid)"; while [ "$(site_database_status primary)" != stopped ]; do sleep 0.1; done'
    );
    const {exit, text} = await recover(`lsn ${lsn}`, {UNHARMED: "exists (select from messages)"});
    expect(exit, text).toBe(0);
    expectLedger(text, "bookings after it");
    expect(text).toContain("WAS = stopped");
  });
});

describe("a recovery that goes wrong after the stop", () => {
  const back = [...questions, "go-back"];
  const standing = (): Promise<string> => lab.bash("site_database_status primary; site_database_status standby; site_application_status");

  async function expectBack(text: string): Promise<void> {
    expect(await standing(), text).toBe("running\nrunning\nrunning");
    const before = Number(await shop("select count(*) from bookings"));
    await expect.poll(async () => Number(await shop("select count(*) from bookings")), {timeout: 10_000}).toBeGreaterThan(before);
  }

  test("with a target after the accident: unharmed notices, and the old server comes back", async () => {
    await accident("update salons set name = 'again' where id = 3");
    const {exit, text} = await recover(
      `xid ${await shop("select pg_current_xact_id()")}`,
      {UNHARMED: "not exists (select from salons where name = 'again')"},
      back
    );
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ unharmed failed");
    expect(text).toContain("✓ go-back passed");
    await expectBack(text);
    expect(await shop("select count(*) from salons where name = 'again'")).toBe("1");
  });

  test("with a booking of the ledger that is not there: ledger notices", async () => {
    await lab.bash(`at=$(date -u +%FT%T.%3NZ); printf '%s\\t%s\\t00000000-0000-4000-8000-00000000dead\\n' "$at" "$at" >>ledger.tsv`);
    await pause(300);
    const {exit, text} = await recover(`xid ${await shop("select pg_current_xact_id()")}`, {}, back);
    await lab.bash("sed -i /dead$/d ledger.tsv");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ ledger.ledger failed");
    await expectBack(text);
  });

  test("with a segment that holds something else: start notices that it ended before its target", async () => {
    const xid = await shop("select pg_current_xact_id()");
    await shop("select pg_switch_wal()");
    await expect.poll(() => shop("select count(*) from pg_stat_archiver where failed_count = 0")).toBe("1");
    await lab.bash(`base=$(ls -d "$BACKUPS"/base-* | tail -n 1); first=$(sed -n 's/^end_lsn\\t0.//p' "$base/base.tsv"); timeline=$(sed -n 's/^timeline\\t//p' "$base/base.tsv")
      name=$(printf '%s%08X%08X' "$timeline" 0 $((16#$first / 1048576 + 1))); ls "$WAL_ARCHIVE/$name"; echo "$name" >damaged; cp -p "$WAL_ARCHIVE/$name" kept
      for copy in "$WAL_ARCHIVE/$name" "primary/pg_wal/$name"; do if [ -e "$copy" ]; then head -c 1048576 /dev/zero | dd of="$copy" conv=notrunc status=none; fi; done`);
    const {exit, text} = await recover(`xid ${xid}`, {}, back);
    await lab.bash(
      'cp -p kept "$WAL_ARCHIVE/$(cat damaged)"; if [ -e "primary/pg_wal/$(cat damaged)" ]; then cat kept >"primary/pg_wal/$(cat damaged)"; fi'
    );
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ start failed");
    expect(text).toContain("recovery ended before configured recovery target was reached");
    await expectBack(text);
  });

  test("with an archive that takes nothing more: archiving notices", async () => {
    const xid = await shop("select pg_current_xact_id()");
    await shop("select pg_switch_wal()");
    await lab.bash('chmod 555 "$WAL_ARCHIVE"');
    const {exit, text} = await recover(`xid ${xid}`, {}, back);
    await lab.bash('chmod 755 "$WAL_ARCHIVE"');
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ archiving failed");
    await expectBack(text);
  });

  test("with a server that somebody starts again: stop-database notices, and nothing was moved", async () => {
    const {environmentFile} = await startAgain();
    const {exit, text} = await lab.exec("point-in-time-recovery.md", {
      set: {RECOVERY_TARGET: `xid ${await shop("select pg_current_xact_id()")}`, LOST_AT: new Date().toISOString(), UNHARMED: there},
      confirm: questions,
      environmentFile
    });
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ stop-database failed");
    expect(text).toMatch(/somebody still answers|does not stop|lines = \["running"/);
    await expectBack(text);
  });

  /** An environment file whose `pg_ctl` is followed by somebody who starts what was stopped, as it had been started. */
  async function startAgain(): Promise<{readonly environmentFile: string}> {
    await lab.bash(`mkdir programs; ln -s "$PG_BIN"/* programs/; rm programs/pg_ctl
      cat >programs/pg_ctl <<'END'
#!/bin/bash
real=$(dirname "$(readlink -f "$(dirname "$0")/postgres")")/pg_ctl
for ((at = 1; at <= $#; at++)); do [ "\${!at}" != -D ] || { next=$((at + 1)); data=\${!next}; }; done
started=$(cat "$data/postmaster.opts" 2>/dev/null)
"$real" "$@"; status=$?
if [ "\${!#}" = stop ] && [ -n "$started" ] && [[ $data = */primary ]]; then
  eval "setsid $started </dev/null >>'$data/../again.log' 2>&1 &"
  for ((tries = 0; tries < 200; tries++)); do "$real" -D "$data" status >/dev/null && break; sleep 0.05; done
fi
exit $status
END
      chmod 755 programs programs/pg_ctl
      sed "s|^PG_BIN=.*|PG_BIN=$LAB/programs|" lab.env >again.env`);
    return {environmentFile: `${lab.folder}/again.env`};
  }
});

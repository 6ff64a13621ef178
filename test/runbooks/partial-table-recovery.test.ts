import {afterAll, afterEach, beforeAll, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.close());

const shop = (...sql: readonly string[]): Promise<string> => lab.psql("whatsapp_saas", ...sql);
const now = (): Promise<string> => shop("select now()");

const recover = (set: Readonly<Record<string, string>>, confirm: readonly string[] = ["declare", "prerequisites", "approve-merge"]) =>
  lab.exec("partial-table-recovery.md", {set, confirm});

/** Does something as one transaction, and gives its number and a moment just before. */
async function accident(sql: string): Promise<{readonly xid: string; readonly at: string}> {
  const at = await now();
  const xid = (await shop("begin", "select pg_current_xact_id()", sql, "commit")).split("\n")[0]!;
  return {xid, at};
}

/** Nothing of a recovery is left, whatever became of it. */
const expectNothingLeft = async (): Promise<void> => {
  expect(await lab.psql("postgres", "select count(*) from pg_database where datname like '%side%'")).toBe("0");
  expect(await shop("select count(*) from pg_namespace where nspname like 'recovery%'")).toBe("0");
  expect(await lab.bash("ls -d primary*")).toBe("primary\nprimary.log");
  expect(await lab.bash("site_application_status")).toBe("running");
};
afterEach(expectNothingLeft);

describe("from last night's dump", () => {
  test("rows that were deleted come back, rows written since stay as they are, and the sequence only moves forward", async () => {
    await shop("update bookings set price_cents = 9999 where id = 7", "select setval('bookings_id_seq', 100000)");
    const {at} = await accident("delete from bookings where id between 10 and 59");
    const {exit, text} = await recover({SOURCE: "dump", LOST_AT: at});
    expect(exit, text).toBe(0);
    expect(text).toContain("TO_INSERT = 50");
    expect(await shop("select count(*) from bookings where id between 10 and 59")).toBe("50");
    expect(await shop("select price_cents from bookings where id = 7")).toBe("9999");
    expect(Number(await shop("select last_value from bookings_id_seq"))).toBeGreaterThanOrEqual(100000);
  });

  test("only those come back that the condition names", async () => {
    const {at} = await accident("delete from bookings where id between 100 and 119");
    const {exit, text} = await recover({SOURCE: "dump", LOST_AT: at, ROWS: "id < 110"});
    expect(exit, text).toBe(0);
    expect(await shop("select count(*) from bookings where id between 100 and 119")).toBe("10");
  });

  test("values that one transaction has spoiled are taken back, except where somebody has written since", async () => {
    const {at, xid} = await accident("update bookings set price_cents = 1 where id between 200 and 219");
    await shop("update bookings set price_cents = 4321 where id = 210");
    const {exit, text} = await recover({SOURCE: "dump", LOST_AT: at, ACCIDENT: xid, ROWS: "id between 200 and 219"});
    expect(exit, text).toBe(0);
    expect(text).toContain("TO_REVERT = 19");
    expect(await shop("select count(*) from bookings where id between 200 and 219 and price_cents = 1")).toBe("0");
    expect(await shop("select price_cents from bookings where id = 210")).toBe("4321");
  });
});

describe("from a side cluster", () => {
  test("every deleted row comes back, also those newer than the dump, proven by the ledger, while customers go on booking", async () => {
    const {at, xid} = await accident("delete from bookings where id > 300 and id % 3 = 0");
    const {exit, text} = await recover({
      SOURCE: "cluster",
      LOST_AT: at,
      RECOVERY_TARGET: `xid ${xid}`,
      ROWS: "id < 100 or id >= 120",
      LEDGER_SINCE: "1970-01-01 00:00:00+00"
    });
    expect(exit, text).toBe(0);
    expect(Number(/TO_INSERT = (\d+)/.exec(text)?.[1])).toBeGreaterThan(200);
    expect(text).toContain("still_missing");
    const ledger = (await lab.bash('cut -f 3 "$LEDGER"')).split("\n");
    expect(
      await shop(
        `select count(*) from unnest('{${ledger.join(",")}}'::uuid[]) r where not exists (select from bookings where reference = r)`
      )
    ).toBe("0");
  });

  test("a table that was dropped comes back with its keys and rights", async () => {
    const {at, xid} = await accident("drop table bookings");
    const {exit, text} = await recover({SOURCE: "cluster", LOST_AT: at, RECOVERY_TARGET: `xid ${xid}`});
    expect(exit, text).toBe(0);
    expect(text).toContain("✓ ledger.ledger passed");
    expect(text).toContain("MISSING_BEFORE = 0");
    await expect
      .poll(() => shop("select count(*) > 0 from bookings where created_at > now() - interval '5 seconds'"), {timeout: 10_000})
      .toBe("t");
  });
});

test.each([
  ["an accident without a zone", {SOURCE: "dump", LOST_AT: "2026-01-31 14:30:00"}, "LOST_AT"],
  ["a source that nobody knows", {SOURCE: "tape", LOST_AT: "2026-01-31 14:30:00Z"}, "SOURCE"],
  ["a table whose name is no name", {SOURCE: "dump", LOST_AT: "2026-01-31 14:30:00Z", TABLE: "bookings; drop"}, "TABLE"]
])("%s is refused, and nothing is run", async (_, set, says) => {
  const {exit, text} = await recover(set);
  expect(exit, text).toBe(2);
  expect(text).toContain(says);
});

describe("a recovery that would not keep its promise", () => {
  const faults: readonly {
    readonly name: string;
    readonly set: Readonly<Record<string, string>>;
    readonly damage?: string;
    readonly repair?: string;
    readonly step: string;
    readonly says: string;
  }[] = [
    {
      name: "an accident that is still to come",
      set: {SOURCE: "dump", LOST_AT: "2999-01-01 00:00:00+00"},
      step: "server",
      says: "it_has_been"
    },
    {name: "another server", set: {SOURCE: "dump", SYSTEM_IDENTIFIER: "7"}, step: "server", says: "rows[0].system_identifier"},
    {
      name: "an accident before every dump",
      set: {SOURCE: "dump", LOST_AT: "2026-01-01 00:00:00+00"},
      step: "dump",
      says: "was taken before"
    },
    {name: "a table that the dump does not have", set: {SOURCE: "dump", TABLE: "invoices"}, step: "dump", says: "int(lines[2]) > 0"},
    {name: "nothing that is missing", set: {SOURCE: "dump", ROWS: "id < 5"}, step: "review", says: "rows[0].missing"},
    {name: "a condition that no row meets", set: {SOURCE: "dump", ROWS: "id < 0"}, step: "stage", says: "> 0"},
    {name: "a condition that is no SQL", set: {SOURCE: "dump", ROWS: "id <"}, step: "stage", says: "syntax error"},
    {
      name: "a dump that was changed",
      set: {SOURCE: "dump"},
      damage:
        'cd "$BACKUPS"/whatsapp_saas-*; cp database.dump kept; printf x | dd of=database.dump bs=1 seek=5000 conv=notrunc status=none',
      repair: 'cd "$BACKUPS"/whatsapp_saas-*; mv kept database.dump',
      step: "dump",
      says: "database.dump: FAILED"
    },
    {
      name: "a dump whose rows are not those that it promises",
      set: {SOURCE: "dump"},
      damage: `cd "$BACKUPS"/whatsapp_saas-*; mkdir kept; cp manifest.tsv SHA256SUMS kept; sed -i -E 's/^(table public.bookings\\t)/\\11/' manifest.tsv
        sha256sum database.dump globals.sql manifest.tsv >SHA256SUMS`,
      repair: 'cd "$BACKUPS"/whatsapp_saas-*; mv kept/* .; rmdir kept',
      step: "side-database",
      says: "vars.PROMISED_ROWS"
    },
    {
      name: "a trigger that changes other rows",
      set: {SOURCE: "dump", ROWS: "id between 400 and 409"},
      damage: `psql -XAtq -d whatsapp_saas -c "delete from bookings where id between 400 and 409" -c "create function spoil() returns trigger language plpgsql as
        'begin update bookings set price_cents = 5 where id = 8; return new; end'" -c "create trigger spoil before insert on bookings for each row when (new.id between 400 and 409) execute function spoil()"`,
      repair: 'psql -XAtq -d whatsapp_saas -c "drop function spoil() cascade"',
      step: "merge",
      says: "1 rows that others have written would be overwritten"
    },
    {
      name: "rows whose parent is gone",
      set: {SOURCE: "dump", TABLE: "messages", ROWS: "conversation_id = 5"},
      damage: `psql -XAtq -d whatsapp_saas -c "set session_replication_role = replica" -c "create table kept as select * from conversations where id = 5" \
        -c "delete from conversations where id = 5" -c "delete from messages where conversation_id = 5"`,
      repair: 'psql -XAtq -d whatsapp_saas -c "insert into conversations select * from kept" -c "drop table kept"',
      step: "merge",
      says: "violates foreign key constraint"
    }
  ];

  test.each(faults)("$name: $step notices, and the table stays as it is", async ({set, damage, repair, step, says}) => {
    if (damage) await lab.bash(damage);
    const {exit, text} = await recover({LOST_AT: await now(), ...set});
    const price = await shop("select price_cents from bookings where id = 8");
    if (repair) await lab.bash(repair);
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(price).not.toBe("5");
  });
});

import {afterAll, beforeAll, beforeEach, describe, expect, test} from "vitest";

import type {Lab} from "./restore-drill.ts";
import {openLab} from "./restore-drill.ts";
import {buildCli} from "./runbook.ts";

let lab: Lab;

beforeAll(async () => {
  await buildCli();
  lab = await openLab();
});
afterAll(() => lab?.close());

const databases = (): Promise<string> =>
  lab.psql(
    "postgres",
    "select string_agg(regexp_replace(datname, '[0-9_]+$', ''), ' ' order by datname) from pg_database where datname like 'whatsapp_saas%'"
  );
const messages = (): Promise<string> => lab.psql("whatsapp_saas", "select count(*) from messages");

describe("a whole backup", () => {
  beforeEach(() => lab.reset());

  test("brings back what was lost, keeps the old database and prints the RTO, though an application goes on connecting", async () => {
    await lab.psql(
      "whatsapp_saas",
      "drop table messages",
      "update bookings set price_cents = 0",
      "insert into salons (name, phone_number_id) values ('written later', 'x')"
    );
    const stop = lab.keepDoing("select pg_sleep(0.2)");
    const {exit, text} = await lab.restore(await lab.backup()).finally(stop);
    expect(exit, text).toBe(0);
    expect(text).toMatch(/✓ RTO .* of at most 1h.*: met/);
    expect(await messages()).toBe("8000");
    expect(
      await lab.psql(
        "whatsapp_saas",
        "select count(*) from bookings where price_cents = 0",
        "select count(*) from salons",
        "show statement_timeout"
      )
    ).toBe("0\n50\n30s");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_before");
  });

  test("that was taken while the application went on writing holds what its manifest says, also where database and roles are gone", async () => {
    const stop = lab.keepDoing(
      "insert into messages (salon_id, conversation_id, direction, body) select salon_id, id, 'in', 'now' from conversations"
    );
    const busy = await lab.dump("busy").finally(stop);
    await lab.psql("postgres", "drop database whatsapp_saas", "drop role whatsapp_app");
    const {exit, text} = await lab.restore(busy);
    expect(exit, text).toBe(0);
    expect(Number(await messages())).toBeGreaterThan(8000);
    expect(await databases()).toBe("whatsapp_saas");
  });

  test("that is years old is restored, and misses its RPO", async () => {
    const {exit, text} = await lab.restore(
      await lab.backup(`sed -i -E 's/^# taken_at .*/# taken_at 2020-01-29T02:00:00.000Z/' manifest.tsv; ${signed}`)
    );
    expect(exit, text).toBe(4);
    expect(text).toMatch(/✗ RPO .* of at most 1d: missed/);
    expect(await messages()).toBe("8000");
  });
});

interface Fault {
  readonly name: string;
  readonly change: string; // bash, in the folder of the backup
  readonly step: string; // that notices
  readonly says: string;
}
const signed = "sha256sum database.dump globals.sql manifest.tsv > SHA256SUMS";
const cut = "truncate --size=$(($(stat --format=%s database.dump) / 2)) database.dump";

describe("a backup that cannot be proven", () => {
  beforeAll(() => lab.reset());

  const faults: readonly Fault[] = [
    {name: "a dump cut off after its checksum was made", change: cut, step: "checksums", says: "database.dump: FAILED"},
    {
      name: "a dump that was cut off when it was written",
      change: `${cut}; ${signed}`,
      step: "archive",
      says: "could not read from input file"
    },
    {name: "a missing manifest", change: "rm manifest.tsv", step: "backup", says: "manifest.tsv': No such file or directory"},
    {name: "checksums that leave out the manifest", change: "sed -i /manifest/d SHA256SUMS", step: "checksums", says: "lines.filter"},
    {
      name: "a manifest of another database",
      change: `sed -i 's/^# database .*/# database other/' manifest.tsv; ${signed}`,
      step: "backup",
      says: "lines[1] == vars.DATABASE"
    },
    {
      name: "the dump of another database",
      change: `pg_dump -Fc -d postgres -f database.dump; ${signed}`,
      step: "archive",
      says: "lines[0] == vars.DATABASE"
    }
  ];

  test("a time of loss that is still to come: how-long notices, and nothing has begun", async () => {
    const {exit, text} = await lab.restore(await lab.backup(), ["--set", "LOST_AT=2999-01-01 00:00:00+00"]);
    expect(exit, text).toBe(1);
    expect(text).toContain("rows[0].lost_at <= rows[0].now");
  });

  test.each(faults)("$name: $step notices, and nothing has begun", async ({change, step, says}) => {
    const {exit, text} = await lab.restore(await lab.backup(change));
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(await databases()).toBe("whatsapp_saas");
  });
});

describe("a backup that is whole and not what it promises", () => {
  beforeEach(() => lab.reset());

  const faults: readonly Fault[] = [
    {
      name: "one row less than promised",
      change: "sed -i -E 's/^(table public.messages\\t)8000/\\18001/' manifest.tsv",
      step: "compare",
      says: "table public.messages: number differs"
    },
    {
      name: "a dump taken without privileges",
      change: "pg_dump -Fc --no-acl -d whatsapp_saas -f database.dump",
      step: "compare",
      says: "privileges: number differs"
    },
    {
      name: "a dump without one of the tables",
      change: "pg_dump -Fc -T webhook_logs -d whatsapp_saas -f database.dump",
      step: "compare",
      says: "table public.webhook_logs: missing"
    },
    {
      name: "a dump taken one update later than its manifest",
      change: "pg_dump -Fc -d whatsapp_saas -f database.dump",
      step: "compare",
      says: "table public.salons: content differs"
    }
  ];

  test.each(faults)("$name: $step notices, and users keep what they have", async ({change, step, says}) => {
    await lab.psql("whatsapp_saas", "update salons set name = 'written later' where id = 7");
    const {exit, text} = await lab.restore(await lab.backup(`${change}; ${signed}`), ["--confirm", "drop-copy"]);
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(await databases()).toBe("whatsapp_saas");
    expect(await lab.psql("whatsapp_saas", "select name from salons where id = 7")).toBe("written later");
  });
});

describe("a server that is not as it should be", () => {
  beforeEach(() => lab.reset());

  test("an application that may not write fails the copy, before users notice; the copy is left until somebody says that it may go", async () => {
    await lab.psql("postgres", "alter role whatsapp_app set default_transaction_read_only = on");
    const {exit, text} = await lab.restore(await lab.backup());
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ application-reads-and-writes failed");
    expect(text).toContain("cannot execute INSERT in a read-only transaction");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });

  test("an application that does not work with the restored data gets its old database back when somebody says so", async () => {
    const stop = lab.keepDoing("select pg_sleep(0.2)");
    const {exit, text} = await lab
      .restore(await lab.backup(), ["--set", "HEALTH_URL=file:///nonexistent/health", "--confirm", "go-back"])
      .finally(stop);
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ health failed");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });

  test("nobody at the gate stops the restore before users notice", async () => {
    const {exit, text} = await lab.restore(await lab.backup(), [], ["declare", "prerequisites"]);
    expect(exit, text).toBe(3);
    expect(text).toContain("--confirm approve-exchange");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });
});

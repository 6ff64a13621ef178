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
beforeEach(() => lab.reset());

const databases = (): Promise<string> =>
  lab.psql(
    "postgres",
    "select string_agg(regexp_replace(datname, '[0-9_]+$', ''), ' ' order by datname) from pg_database where datname like 'whatsapp_saas%'"
  );
const messages = (): Promise<string> => lab.psql("whatsapp_saas", "select count(*) from messages");

describe("a whole backup", () => {
  test("brings back what was lost, keeps the old database and prints the RTO", async () => {
    await lab.psql(
      "whatsapp_saas",
      "drop table messages",
      "update bookings set price_cents = 0",
      "insert into salons (name, phone_number_id) values ('written later', 'x')"
    );
    const {exit, text} = await lab.restore(await lab.backup());
    expect(exit, text).toBe(0);
    expect(text).toMatch(/rto/i);
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

  test("serves where the database and its roles are gone altogether", async () => {
    await lab.psql("postgres", "drop database whatsapp_saas", "drop role whatsapp_app");
    const {exit, text} = await lab.restore(await lab.backup());
    expect(exit, text).toBe(0);
    expect(await messages()).toBe("8000");
    expect(await databases()).toBe("whatsapp_saas");
  });

  test("ends the sessions of an application that goes on connecting", async () => {
    const stop = lab.keepConnecting();
    const {exit, text} = await lab.restore(await lab.backup());
    await stop();
    expect(exit, text).toBe(0);
  });

  test("that is two days old is restored, and misses its RPO", async () => {
    const {exit, text} = await lab.restore(
      await lab.backup("sed -i -E 's/^# taken_at .*/# taken_at 2026-01-29T02:00:00.000Z/' manifest.tsv", {sign: true})
    );
    expect(exit, text).toBe(4);
    expect(text).toMatch(/rpo/i);
    expect(await messages()).toBe("8000");
  });
});

describe("a backup that is not what it claims to be", () => {
  const cut = "truncate --size=$(($(stat --format=%s database.dump) / 2)) database.dump";
  const faults: readonly {
    readonly name: string;
    readonly change: string;
    readonly sign: boolean;
    readonly step: string;
    readonly says: string;
  }[] = [
    {name: "a dump cut off after its checksum was made", change: cut, sign: false, step: "checksums", says: "database.dump: FAILED"},
    {name: "a dump that was cut off when it was written", change: cut, sign: true, step: "archive", says: "could not read from input file"},
    {
      name: "one changed byte in the dump",
      change: "printf x | dd of=database.dump bs=1 seek=30000 conv=notrunc status=none",
      sign: false,
      step: "checksums",
      says: "database.dump: FAILED"
    },
    {name: "a missing manifest", change: "rm manifest.tsv", sign: false, step: "backup", says: "manifest.tsv"},
    {
      name: "checksums that leave out the manifest",
      change: "sed -i /manifest/d SHA256SUMS",
      sign: false,
      step: "checksums",
      says: "lines.filter"
    },
    {
      name: "a manifest of another database",
      change: "sed -i 's/^# database .*/# database other/' manifest.tsv",
      sign: true,
      step: "backup",
      says: "lines[1] == vars.DATABASE"
    },
    {
      name: "the dump of another database",
      change: "pg_dump -Fc -d postgres -f database.dump",
      sign: true,
      step: "archive",
      says: "value == vars.DATABASE"
    },
    {
      name: "a manifest that promises one row more",
      change: "sed -i -E 's/^(table public.messages\\t)8000/\\18001/' manifest.tsv",
      sign: true,
      step: "compare",
      says: "table public.messages: number differs"
    },
    {
      name: "a manifest that remembers other content",
      change: "sed -i -E 's/^(table public.bookings\\t2000\\t).*/\\1123/' manifest.tsv",
      sign: true,
      step: "compare",
      says: "table public.bookings: content differs"
    },
    {
      name: "a dump taken without privileges",
      change: "pg_dump -Fc --no-acl -d whatsapp_saas -f database.dump",
      sign: true,
      step: "compare",
      says: "privileges: number differs"
    },
    {
      name: "a dump without one of the tables",
      change: "pg_dump -Fc -T webhook_logs -d whatsapp_saas -f database.dump",
      sign: true,
      step: "compare",
      says: "table public.webhook_logs: number differs"
    },
    {
      name: "a dump taken a write later than its manifest",
      change: "pg_dump -Fc -d whatsapp_saas -f database.dump",
      sign: true,
      step: "compare",
      says: "table public.salons: content differs"
    }
  ];

  test.each(faults)("$name stops the restore at $step, and nothing that exists is touched", async ({change, sign, step, says}) => {
    await lab.psql("whatsapp_saas", "update salons set name = 'written later' where id = 7");
    const {exit, text} = await lab.restore(await lab.backup(change, {sign}), ["--confirm", "drop-copy"]);
    expect(exit, text).toBe(1);
    expect(text).toContain(step);
    expect(text).toContain(says);
    expect(await databases()).toBe("whatsapp_saas");
    expect(await lab.psql("whatsapp_saas", "select name from salons where id = 7")).toBe("written later");
    expect(text).not.toContain("approve-exchange passed");
  });

  test("leaves the half restored copy where nobody confirms that it may go", async () => {
    const {exit} = await lab.restore(await lab.backup("pg_dump -Fc --no-acl -d whatsapp_saas -f database.dump", {sign: true}));
    expect(exit).toBe(1);
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });
});

describe("a server that is not as it should be", () => {
  test("an application whose rights are not enough fails the copy, before users notice", async () => {
    await lab.psql("postgres", "alter role whatsapp_app set default_transaction_read_only = on");
    const {exit, text} = await lab.restore(await lab.backup(), ["--confirm", "drop-copy"]);
    expect(exit, text).toBe(1);
    expect(text).toContain("application-reads-and-writes");
    expect(text).toContain("25006");
    expect(await databases()).toBe("whatsapp_saas");
  });

  test("an application that does not work with the restored data gets its old database back when somebody says so", async () => {
    const {exit, text} = await lab.restore(await lab.backup(), ["--set", "HEALTH_URL=file:///nonexistent/health", "--confirm", "go-back"]);
    expect(exit, text).toBe(1);
    expect(text).toContain("health");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });

  test("a time of loss that is still to come is refused", async () => {
    const {exit, text} = await lab.restore(await lab.backup(), ["--set", "LOST_AT=2999-01-01 00:00:00+00"]);
    expect(exit, text).toBe(1);
    expect(text).toContain("rows[0].lost_at <= rows[0].now");
  });

  test("nobody at the gate stops the restore before users notice", async () => {
    const {exit, text} = await lab.restore(await lab.backup(), [], ["declare", "prerequisites"]);
    expect(exit, text).toBe(3);
    expect(text).toContain("--confirm approve-exchange");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });
});

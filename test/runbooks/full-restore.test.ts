import {afterAll, afterEach, beforeAll, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";

let lab: Lab;
let copies = 0;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.close());

/** The databases of the shop, without the times in their names. */
const databases = async (): Promise<string> =>
  (await lab.psql("postgres", "select datname from pg_database where datname like 'whatsapp_saas%' order by datname"))
    .split("\n")
    .map((name) => name.replace(/[0-9_]+$/, ""))
    .join(" ");

/** A copy of last night's backup, changed by bash whose folder is that copy. */
async function backup(change = "true"): Promise<string> {
  const copy = `${lab.folder}/copy-${++copies}`;
  await lab.bash(`cp -r "$BACKUPS"/whatsapp_saas-*Z "${copy}"; cd "${copy}"; ${change}`);
  return copy;
}

const questions = ["declare", "prerequisites", "approve-exchange", "fence"];
const restore = (set: Readonly<Record<string, string>> = {}, confirm: readonly string[] = questions) =>
  lab.exec("full-restore.md", {set: {LOST_AT: new Date().toISOString(), ...set}, confirm});

describe("last night's backup", () => {
  afterEach(() => lab.dropDatabases("whatsapp_saas_"));

  test("is restored under load, proven by its manifest and by the ledger, and the old database is kept", async () => {
    const {exit, text} = await restore();
    expect(exit, text).toBe(0);
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_before");
    expect(text).toContain("✓ copy.differences passed");
    expect(text).toMatch(/✓ RTO .* of at most 1h.*: met/);
    expect(text).toMatch(/✓ RPO .* of at most 1d: met/);
    expect(text).toContain("MISSING_BEFORE = 0");
    expect(Number(/LOST_ROWS = (\d+)/.exec(text)?.[1])).toBeGreaterThan(0);
    expect(await lab.bash('curl -fsS "$APP_URL/healthz"')).toContain("ok");
  });

  test("comes from off the machine where it is gone here, after the application was stopped first, though role and database are lost", async () => {
    await lab.bash('site_application_stop; mkdir away; mv "$BACKUPS"/whatsapp_saas-*Z away/');
    await lab.psql("postgres", "drop database whatsapp_saas with (force)", "drop role whatsapp_app");
    const set = {BACKUP: await lab.bash("ls away"), STOP_APPLICATION: "first"};
    const {exit, text} = await restore(set, [...questions, "stop-application-first"]);
    await lab.bash('rm -r "$BACKUPS"/whatsapp_saas-*Z; mv away/* "$BACKUPS"; rmdir away');
    expect(exit, text).toBe(0);
    expect(text).toContain("✓ make-roles passed");
    expect(await databases()).toBe("whatsapp_saas");
    expect(await lab.psql("whatsapp_saas", "select count(*) > 0 from messages where created_at > now() - interval '1 hour'")).toBe("t");
  });

  test("that is years old is restored, and misses its RPO", async () => {
    const {exit, text} = await restore({
      BACKUP: await backup(`sed -i -E 's/^# taken_at .*/# taken_at 2020-01-29T02:00:00.000Z/' manifest.tsv; ${signed}`),
      LEDGER: "none"
    });
    expect(exit, text).toBe(4);
    expect(text).toMatch(/✗ RPO .* of at most 1d: missed/);
  });
});

const signed = "sha256sum database.dump globals.sql manifest.tsv > SHA256SUMS";
const cut = "truncate --size=$(($(stat --format=%s database.dump) / 2)) database.dump";

describe("bad input", () => {
  test.each([
    ["a time of loss without a zone", {LOST_AT: "2026-01-31 02:10:00"}, "LOST_AT"],
    ["an empty time of loss", {LOST_AT: ""}, "LOST_AT"],
    ["a folder of backups that is no path", {BACKUPS: "backups"}, "BACKUPS"],
    ["a site that nobody knows", {SITE: "lba"}, "SITE"],
    ["a database whose name is no name", {DATABASE: 'shop"; drop'}, "DATABASE"]
  ])("%s is refused, and nothing is run", async (_, set, says) => {
    const {exit, text} = await restore(set);
    expect(exit, text).toBe(2);
    expect(text).toContain(says);
  });

  test("a time of loss that is still to come: how-long notices, and nothing has begun", async () => {
    const {exit, text} = await restore({LOST_AT: "2999-01-01 00:00:00+00"});
    expect(exit, text).toBe(1);
    expect(text).toContain("rows[0].lost_at <= rows[0].now");
    expect(await databases()).toBe("whatsapp_saas");
  });

  test("an environment file of another server: server notices", async () => {
    const {exit, text} = await restore({SYSTEM_IDENTIFIER: "7000000000000000000"});
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ server failed");
    expect(text).toContain("rows[0].system_identifier == vars.SYSTEM_IDENTIFIER");
  });
});

interface Fault {
  readonly name: string;
  readonly change: string; // bash, in the folder of the backup
  readonly step: string; // that notices
  readonly says: string;
  readonly set?: Readonly<Record<string, string>>;
}

describe("a backup that cannot be proven", () => {
  const faults: readonly Fault[] = [
    {
      name: "no backup of that name, here or elsewhere",
      change: "true",
      set: {BACKUP: "sunday"},
      step: "backup",
      says: "sunday.tar.gpg.sha256"
    },
    {name: "a backup without its manifest", change: "rm manifest.tsv", step: "backup", says: "manifest.tsv': No such file"},
    {name: "a dump cut off after its checksum was made", change: cut, step: "checksums", says: "database.dump: FAILED"},
    {name: "a dump cut off when it was written", change: `${cut}; ${signed}`, step: "archive", says: "could not read from input file"},
    {name: "checksums without the manifest", change: "sed -i /manifest/d SHA256SUMS", step: "checksums", says: "lines.filter"},
    {
      name: "a manifest of another database",
      change: `sed -i 's/^# database .*/# database other/' manifest.tsv; ${signed}`,
      step: "backup",
      says: "lines[1] == vars.DATABASE"
    },
    {name: "a dump of another database", change: `pg_dump -Fc -d postgres -f database.dump; ${signed}`, step: "archive", says: "lines[0]"},
    {
      name: "a backup of a newer PostgreSQL",
      change: "sed -i -E 's/^# server_version .*/# server_version 990001/' manifest.tsv",
      step: "backup",
      says: "vars.VERSION"
    },
    {
      name: "a backup that was taken after the loss",
      change: "true",
      set: {LOST_AT: "2026-01-01 00:00:00+00"},
      step: "in-time",
      says: "taken_at <"
    },
    {
      name: "a backup that is larger than the disk",
      change: `sed -i -E 's/^# size .*/# size 999999999999999/' manifest.tsv; ${signed}`,
      step: "space",
      says: "int(vars.SIZE)"
    }
  ];

  test.each(faults)("$name: $step notices, and nothing has begun", async ({change, set, step, says}) => {
    const {exit, text} = await restore({BACKUP: await backup(change), ...set});
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(await databases()).toBe("whatsapp_saas");
    expect(await lab.bash("site_application_status")).toBe("running");
  });

  test("an encrypted copy that was damaged on its way: backup notices, and no folder of its name is there", async () => {
    await lab.bash('mkdir away; mv "$BACKUPS"/whatsapp_saas-*Z away/; cp "$OFFSITE"/whatsapp_saas-*.gpg away/');
    const name = (await lab.bash("ls away")).split("\n")[0]!;
    await lab.bash(`printf damaged | dd of="$OFFSITE/${name}.tar.gpg" bs=1 seek=5000 conv=notrunc status=none`);
    const {exit, text} = await restore({BACKUP: name});
    const here = await lab.bash('ls "$BACKUPS"');
    await lab.bash('mv away/*.gpg "$OFFSITE"; mv away/* "$BACKUPS"; rmdir away');
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ backup failed");
    expect(text).toContain(`${name}.tar.gpg: FAILED`);
    expect(here).not.toContain(name);
  });
});

describe("a backup that is whole and not what it promises", () => {
  afterEach(() => lab.dropDatabases("whatsapp_saas_"));

  const faults: readonly Fault[] = [
    {
      name: "one row less than promised",
      change: "sed -i -E 's/^(table public.messages\\t)/\\11/' manifest.tsv",
      step: "copy.differences",
      says: "table public.messages: 1"
    },
    {
      name: "a dump taken without privileges",
      change: "pg_dump -Fc --no-acl -d whatsapp_saas -f database.dump",
      step: "copy.differences",
      says: "privileges: "
    },
    {
      name: "a dump without one of the tables",
      change: "pg_dump -Fc -T webhook_logs -d whatsapp_saas -f database.dump",
      step: "copy.tables-and-sequences",
      says: 'missing_or_empty = "webhook_logs"'
    },
    {
      name: "a dump of the schema alone",
      change: "pg_dump -Fc --schema-only -d whatsapp_saas -f database.dump",
      step: "copy.tables-and-sequences",
      says: 'missing_or_empty = "salons, '
    },
    {
      name: "a dump taken later than its manifest",
      change: "pg_dump -Fc -d whatsapp_saas -f database.dump",
      step: "copy.differences",
      says: "table public.bookings: "
    }
  ];

  test.each(faults)("$name: $step notices, and users keep what they have", async ({change, step, says}) => {
    await lab.psql("whatsapp_saas", "update salons set name = 'written later' where id = 7");
    const {exit, text} = await restore({BACKUP: await backup(`${change}; ${signed}`)}, [...questions, "drop-copy"]);
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
    expect(await databases()).toBe("whatsapp_saas");
    expect(await lab.psql("whatsapp_saas", "select name from salons where id = 7")).toBe("written later");
  });
});

describe("a service that is not as it should be", () => {
  afterEach(() => lab.dropDatabases("whatsapp_saas_"));

  test("an application that may not write fails the copy; the copy is left until somebody says that it may go", async () => {
    await lab.psql("postgres", "alter role whatsapp_app set default_transaction_read_only = on");
    const {exit, text} = await restore();
    await lab.psql("postgres", "alter role whatsapp_app reset all");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ copy.write-probe failed");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
  });

  test("a booking of the ledger that the backup does not have is noticed", async () => {
    await lab.bash(
      "cp ledger.tsv kept.tsv; sed -i '1s/.*/2026-01-01T00:00:00.000Z\\t2026-01-01T00:00:00.001Z\\t00000000-0000-4000-8000-00000000dead/' ledger.tsv"
    );
    const {exit, text} = await restore();
    await lab.bash("mv kept.tsv ledger.tsv");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ ledger.ledger failed");
    expect(text).toContain("int(lines[1]) == 0");
  });

  test("an application that does not start with the restored data gets its old database back when somebody says so", async () => {
    await lab.psql("whatsapp_saas", "update salons set name = 'of the old one' where id = 7");
    await lab.bash('cp bin/app.mjs kept.mjs; echo "process.exit(1)" >bin/app.mjs');
    const {exit, text} = await restore({}, [...questions, "go-back"]);
    await lab.bash("mv kept.mjs bin/app.mjs; site_application_start");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ start-application failed");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
    expect(await lab.psql("whatsapp_saas", "select name from salons where id = 7")).toBe("of the old one");
  });

  test("nobody at the gate stops the restore before users notice", async () => {
    const {exit, text} = await restore({}, ["declare", "prerequisites"]);
    expect(exit, text).toBe(3);
    expect(text).toContain("--confirm approve-exchange");
    expect(await databases()).toBe("whatsapp_saas whatsapp_saas_restore");
    expect(await lab.bash("site_application_status")).toBe("running");
  });
});

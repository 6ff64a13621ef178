import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";

let lab: Lab;
let manifest: string;

/** Faults are made in a copy of the shop, so that none of them is there when the next one is looked for. */
beforeAll(async () => {
  lab = await openLab();
  manifest = await lab.bash('ls "$BACKUPS"/whatsapp_saas-*/manifest.tsv');
  await lab.psql("postgres", "create database pattern template template0");
  await lab.bash('pg_restore -d pattern "$BACKUPS"/whatsapp_saas-*/database.dump');
});
afterAll(() => lab?.close());

const verifyCopy = (set: Readonly<Record<string, string>> = {}) =>
  lab.exec("verification.md#data-integrity", {set: {VERIFIED_DATABASE: "copy", ...set}});

const copyShop = () =>
  lab.psql(
    "postgres",
    "drop database if exists copy with (force)",
    "create database copy template pattern strategy file_copy",
    "alter database copy set statement_timeout = '30s'",
    "revoke connect on database copy from public",
    "grant connect on database copy to whatsapp_app"
  );

test("a healthy lab is verified, with its application, while customers are writing", async () => {
  const {exit, text} = await lab.exec("verification.md", {set: {MANIFEST: manifest}});
  expect(exit, text).toBe(0);
});

test("a standby is verified as far as it can be read", async () => {
  const {exit, text} = await lab.exec("verification.md#data-integrity", {set: {VERIFIED_PORT: lab.environment.STANDBY_PORT!}});
  expect(exit, text).toBe(0);
  expect(text).toContain("– write-probe skipped");
});

test("a copy of last night's dump is all that its manifest promises", async () => {
  await copyShop();
  const {exit, text} = await verifyCopy({MANIFEST: manifest, COMPARE: "everything"});
  expect(exit, text).toBe(0);
});

interface Fault {
  readonly name: string;
  readonly sql: string;
  readonly step: string; // that notices
  readonly says: string;
  readonly set?: Readonly<Record<string, string>>;
}

const everything: Readonly<Record<string, string>> = {COMPARE: "everything"};
const faults: readonly Fault[] = [
  {name: "an empty table", sql: "truncate webhook_logs", step: "tables-and-sequences", says: 'missing_or_empty = "webhook_logs"'},
  {name: "a table that is gone", sql: "drop table bookings", step: "tables-and-sequences", says: 'missing_or_empty = "bookings"'},
  {
    name: "a sequence set back",
    sql: "select setval('messages_id_seq', 5)",
    step: "tables-and-sequences",
    says: "sequence public.messages_id_seq is behind by"
  },
  {
    name: "one row less",
    sql: "delete from messages where id = 17",
    step: "differences",
    says: "table public.messages: ",
    set: everything
  },
  {
    name: "one value of one row",
    sql: "update bookings set price_cents = 0 where id = 7",
    step: "differences",
    says: "table public.bookings: content differs",
    set: everything
  },
  {
    name: "a table nobody promised",
    sql: "create table bookings_backup ()",
    step: "differences",
    says: "public.bookings_backup: not promised"
  },
  {name: "an index that is missing", sql: "drop index messages_conversation", step: "differences", says: "valid indexes: "},
  {
    name: "a check that is missing",
    sql: "alter table bookings drop constraint bookings_price_cents_check",
    step: "differences",
    says: "constraints: "
  },
  {
    name: "one privilege too many",
    sql: "grant update on _prisma_migrations to whatsapp_app",
    step: "differences",
    says: "privileges: "
  },
  {name: "an owner that is another", sql: "alter table salons owner to whatsapp_app", step: "differences", says: "owners: content differs"},
  {
    name: "a foreign key that is missing",
    sql: "alter table messages drop constraint messages_salon_id_fkey",
    step: "foreign-keys",
    says: 'missing = "messages.salon_id"'
  },
  {
    name: "a foreign key that was never validated",
    sql: "alter table messages drop constraint messages_salon_id_fkey, add foreign key (salon_id) references salons not valid",
    step: "foreign-keys",
    says: 'not_validated = "messages.salon_id"'
  },
  {
    name: "foreign keys that are switched off, as after a restore with --disable-triggers",
    sql: "alter table messages disable trigger all",
    step: "foreign-keys",
    says: "not_enforced = "
  },
  {
    name: "orphans under a key that is said to be valid",
    sql: "set session_replication_role = replica; delete from salons where id = 3",
    step: "orphans",
    says: "rows[0].conversations_without_salon == 0"
  },
  {
    name: "a table without its primary key",
    sql: "alter table messages drop constraint messages_pkey; insert into messages select * from messages",
    step: "unique-and-indexes",
    says: 'without_primary_key = "messages"'
  },
  {
    name: "an index that a failed build left",
    sql: "update pg_index set indisvalid = false where indexrelid = 'messages_conversation'::regclass",
    step: "unique-and-indexes",
    says: 'invalid = "messages_conversation"'
  },
  {
    name: "a row that an index does not know",
    sql: `update pg_index set indisready = false where indexrelid = 'webhook_logs_created_at'::regclass;
      insert into webhook_logs (event_type, payload) values ('unseen', '{}');
      update pg_index set indisready = true where indexrelid = 'webhook_logs_created_at'::regclass`,
    step: "amcheck",
    says: "lacks matching index tuple"
  },
  {
    name: "a right that was not restored",
    sql: "revoke insert on bookings from whatsapp_app",
    step: "rights",
    says: 'missing = "INSERT on bookings"'
  },
  {
    name: "a sequence the application may not use",
    sql: "revoke all on sequence messages_id_seq from whatsapp_app",
    step: "rights",
    says: 'sequences_denied = "messages_id_seq"'
  },
  {
    name: "rows that row security hides without a word",
    sql: "alter table messages enable row level security",
    step: "rows-it-sees",
    says: "rows[0].messages >= steps"
  },
  {
    name: "a role that may only read",
    sql: "alter role whatsapp_app in database copy set default_transaction_read_only = on",
    step: "write-probe",
    says: "read-only transaction"
  },
  {
    name: "a trigger that refuses what the application writes",
    sql: `create function refuse() returns trigger language plpgsql as 'begin raise exception ''not now''; end';
      create trigger refuse before insert on bookings for each row execute function refuse()`,
    step: "write-probe",
    says: "not now"
  }
];

describe("the data", () => {
  test.each(faults)("$name: $step notices", async ({sql, step, says, set}) => {
    await copyShop();
    await lab.psql("copy", sql);
    const {exit, text} = await verifyCopy(step === "differences" ? {MANIFEST: manifest, ...set} : {});
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain(says);
  });

  test.each([
    ["a damaged page of a table", "messages", "facts"],
    ["a damaged page of an index", "webhook_logs_created_at", "amcheck"]
  ])("%s: %s, %s notices", async (_, relation, step) => {
    await copyShop();
    const path = await lab.psql("copy", "checkpoint", `select pg_relation_filepath('${relation}')`);
    await lab.bash(`printf damaged | dd of="$LAB/primary/${path}" bs=1 seek=$((8192 * 2 + 4000)) conv=notrunc status=none`);
    const {exit, text} = await verifyCopy();
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
    expect(text).toContain("invalid page in block 2");
  });

  test("a database that is not there, or another one, is noticed at once", async () => {
    const gone = await verifyCopy({VERIFIED_DATABASE: "gone"});
    expect(gone.exit, gone.text).toBe(1);
    expect(gone.text).toContain("✗ verified failed");
    const other = await verifyCopy({VERIFIED_DATABASE: "postgres"});
    expect(other.exit, other.text).toBe(1);
    expect(other.text).toContain("✗ facts failed");
  });
});

describe("the application", () => {
  const verify = (set: Readonly<Record<string, string>> = {}) => lab.exec("verification.md#application", {set});

  test("one that is healthy but complains in its log is noticed", async () => {
    await lab.bash('echo "2999-01-01T00:00:00.000Z error POST /webhook: no such thing" >>"$LAB/app.log"');
    const {exit, text} = await verify();
    await lab.bash("sed -i /^2999/d app.log");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ log failed");
  });

  test("one whose role lost its rights is not healthy", async () => {
    await lab.psql("whatsapp_saas", "revoke select on messages from whatsapp_app");
    const {exit, text} = await verify();
    await lab.psql("whatsapp_saas", "grant select on messages to whatsapp_app");
    expect(exit, text).toBe(1);
    expect(text).toContain("✗ health failed");
  });

  const ok = JSON.stringify({database: "ok"});
  test.each([
    ["a page that says 200 to everything", "health", () => [200, "Down for maintenance"]],
    ["an application that lets everybody in", "admin", () => [200, ok]],
    [
      "an application without salons",
      "admin",
      (url: string, token: boolean) => [url.includes("admin") && !token ? 401 : 200, url.includes("admin") ? "[]" : ok]
    ],
    [
      "an application that keeps what was only a test",
      "booking",
      (url: string, token: boolean) => {
        if (url.includes("admin")) return token ? [200, '[{"id":1}]'] : [401, ""];
        return [200, url.includes("webhook") ? '{"reference":"1","kept":true}' : ok];
      }
    ]
  ] as const)("%s: %s notices", async (_, step, answer) => {
    const server = createServer((request, response) => {
      const [status, body] = answer(request.url ?? "", request.headers["x-admin-token"] !== undefined);
      response.writeHead(Number(status)).end(`${body}\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const {exit, text} = await verify({APP_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`});
    server.close();
    expect(exit, text).toBe(1);
    expect(text).toContain(`✗ ${step} failed`);
  });
});

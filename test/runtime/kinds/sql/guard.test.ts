import {describe, expect, test} from "vitest";
import {assessSql} from "../../../../src/runtime/kinds/sql/guard.ts";

const destructive: readonly (readonly [string, readonly string[]])[] = [
  ["drop table a, b.c cascade", ['line 1: DROP TABLE "a", "b"."c" CASCADE']],
  ["select 1;\n\n  drop database shop", ['line 3: DROP DATABASE "shop"']],
  ["drop owned by bob", ['line 1: DROP OWNED BY "bob"']],
  ["drop role a, b", ['line 1: DROP ROLE "a", "b"']],
  ["drop tablespace t", ['line 1: DROP TABLESPACE "t"']],
  ["drop function f(int)", ['line 1: DROP FUNCTION "f"']],
  ["drop materialized view if exists m", ['line 1: DROP MATERIALIZED VIEW "m"']],
  ["drop index concurrently i", ['line 1: DROP INDEX "i"']],
  ["drop subscription s", ['line 1: DROP SUBSCRIPTION "s"']],
  ["truncate a, only b", ['line 1: TRUNCATE "a", "b"']],
  ["delete from x", ['line 1: DELETE FROM "x" without WHERE']],
  ["update x set a = 1", ['line 1: UPDATE "x" without WHERE']],
  ["delete from x where 1 = 1", ['line 1: DELETE FROM "x" with a WHERE that names no column']],
  ["update x set a = 1 where true", ['line 1: UPDATE "x" with a WHERE that names no column']],
  ["with gone as (delete from x returning *)\nselect count(*) from gone", ['line 1: DELETE FROM "x" without WHERE']],
  ["explain analyze delete from x", ['line 1: DELETE FROM "x" without WHERE']],
  ["explain (analyze, buffers) delete from x", ['line 1: DELETE FROM "x" without WHERE']],
  ["copy (delete from x returning *) to stdout", ['line 1: DELETE FROM "x" without WHERE']],
  ["prepare p as delete from x", ['line 1: DELETE FROM "x" without WHERE']],
  [
    "alter table a drop column b, alter c drop default, drop constraint d cascade",
    [
      'line 1: ALTER TABLE "a" DROP COLUMN "b"',
      'line 1: ALTER TABLE "a" DROP DEFAULT "c"',
      'line 1: ALTER TABLE "a" DROP CONSTRAINT "d" CASCADE'
    ]
  ],
  ["alter domain d drop not null", ['line 1: ALTER DOMAIN "d" DROP NOT NULL']],
  ["alter publication p drop table t", ['line 1: ALTER PUBLICATION "p" DROP']],
  ["alter server s options (drop host)", ["line 1: ALTER … OPTIONS (DROP …)"]],
  [
    "merge into a using b on a.x = b.x when not matched by source then delete",
    ["line 1: MERGE that deletes every row not matched by the source"]
  ],
  ["merge into a using b on true when matched then delete", ['line 1: MERGE that deletes from "a" by a condition that names no column']],
  [
    "merge into a using b on 1 = 1 when matched and true then update set x = 1",
    ['line 1: MERGE that updates "a" by a condition that names no column']
  ],
  ["do $$ begin delete from x; end $$", ['line 1: in DO: DELETE FROM "x" without WHERE']],
  ["do $$ begin if true then for r in 1..3 loop truncate y; end loop; end if; end $$", ['line 1: in DO: TRUNCATE "y"']],
  ["do $$ begin execute 'truncate y'; end $$", ['line 1: in DO: TRUNCATE "y"']],
  ["do $$ begin execute format('drop table %I', current_user); end $$", ['line 1: in DO: EXECUTE builds "drop table %I"']],
  ["do $$ begin perform pg_terminate_backend(1); end $$", ["line 1: in DO: pg_terminate_backend() ends other sessions"]],
  ["select pg_terminate_backend(pid) from pg_stat_activity", ["line 1: pg_terminate_backend() ends other sessions"]],
  [
    "select 'é', 1;\nselect pg_catalog.pg_drop_replication_slot('s')",
    ["line 2: pg_catalog.pg_drop_replication_slot() drops a replication slot"]
  ],
  ["frobnicate 1;\ndrop table x", ['line 2: DROP TABLE "x"']]
];

const harmless: readonly string[] = [
  "",
  "-- only a comment",
  "select 1",
  "select count(*), now(), pg_catalog.version(), has_table_privilege('x', 'select') from t",
  "delete from x where id = 1",
  "delete from x using y where x.id = y.id",
  "update x set a = 1 where current of c",
  "insert into x values (1) on conflict (id) do update set a = 1",
  "explain delete from x",
  "explain (analyze false) delete from x",
  "alter table a add column b int, alter c set default 1, alter d set not null",
  "alter domain d set default 1",
  "create function f() returns void language sql as 'drop table x'",
  "create function f() returns void language sql begin atomic delete from x; end",
  "create rule r as on delete to x do instead delete from y",
  "select 'drop table x', $$truncate y$$ -- drop table z",
  "do $$ begin raise notice 'hello'; end $$",
  "begin; savepoint a; rollback to a; commit",
  "copy x to stdout",
  "vacuum full x",
  "create database shop"
];

const unknown: readonly (readonly [string, readonly string[]])[] = [
  ["select my.check(1)", ["line 1: what function my.check() does"]],
  ["select restock(1)", ["line 1: what function restock() does"]],
  ["call restock(1)", ["line 1: what procedure restock() does"]],
  ["execute p", ["line 1: EXECUTE of the prepared statement p"]],
  ["do language plpython3u $$ import os $$", ["line 1: what a DO block in plpython3u does"]],
  ["do $$ declare q text := 'x'; begin execute q; end $$", ["line 1: in DO: EXECUTE of a computed text: q"]],
  ["do $$ begn $$", ["line 1: what the DO block does: PL/pgSQL's parser refuses it"]],
  ["copy x to program 'gzip'", ['line 1: COPY runs a program on the server: "gzip"']],
  ["copy x to '/tmp/x'", ['line 1: COPY writes the server\'s file "/tmp/x"']],
  ["select 1;\nfrobnicate 1", ['line 2: "frobnicate 1" is not understood by the parser']]
];

describe("the destructive guard", () => {
  test.each(destructive)("%s", async (text, reasons) => {
    expect(await assessSql(text)).toMatchObject({verdict: "destructive", reasons});
  });
  test.each(harmless)("harmless: %s", async (text) => {
    expect(await assessSql(text)).toMatchObject({verdict: "harmless", reasons: [], unknown: []});
  });
  test.each(unknown)("unknown: %s", async (text, what) => {
    expect(await assessSql(text)).toMatchObject({verdict: "unknown", reasons: [], unknown: what});
  });
});

describe("variables", () => {
  test("are read past and named", async () => {
    const text = "delete from :\"TABLE\" where at < :'BEFORE' limit :N";
    expect(await assessSql(text, ["TABLE", "BEFORE", "N"])).toMatchObject({names: ["TABLE", "BEFORE", "N"]});
    expect(await assessSql("select * from t where at < :'BEFORE' limit :N", ["BEFORE", "N"])).toMatchObject({verdict: "harmless"});
  });
  test("a slice is none", async () => {
    expect(await assessSql("select a[1:n] from t", ["N"])).toMatchObject({verdict: "harmless", names: []});
  });
  test("of psql may hold any text where they stand raw", async () => {
    expect(await assessSql("select * from t where id = :x")).toMatchObject({verdict: "unknown", unknown: ["line 1: what :x puts in"]});
  });
});

describe("input of psql", () => {
  test.each([
    ["\\dt\nselect 1;\n\\echo 'done", "harmless", []],
    ["\\i restore.sql", "unknown", ["line 1: \\i runs the file restore.sql"]],
    ["select 1;\n\\! rm -rf /", "unknown", ['line 2: \\! runs the shell command "rm -rf /"']],
    ["\\set x `rm -rf /`", "unknown", ['line 1: \\set runs the shell command "x `rm -rf /`"']],
    ["select 1 \\g | sh", "unknown", ['line 1: \\g runs the shell command "| sh"']],
    ["select 1 \\g /etc/motd", "unknown", ["line 1: \\g writes the file /etc/motd"]],
    ["select 1 \\gx", "harmless", []],
    ["\\c other", "unknown", ["line 1: psql's \\c"]],
    ["select 'drop table x' \\gexec", "unknown", ["line 1: \\gexec runs what the query returns"]],
    ["copy t from stdin;\n1\tit's\n\\.\nselect 1;", "harmless", []]
  ])("%j", async (text, verdict, what) => {
    expect(await assessSql(text)).toMatchObject({verdict, unknown: what});
  });
  test("data of COPY does not hide what follows", async () => {
    expect(await assessSql("copy t from stdin;\n1\tit's\n\\.\ndrop table x;")).toMatchObject({reasons: ['line 4: DROP TABLE "x"']});
  });
  test("\\copy of a query is judged", async () => {
    expect(await assessSql("\\copy (delete from x returning *) to 'x'")).toMatchObject({
      reasons: ['line 1: DELETE FROM "x" without WHERE']
    });
  });
});

describe("hostile text", () => {
  test.each([
    ["a great many commands", "\\a\n".repeat(200_000)],
    ["a great many statements", "drop table x;\n".repeat(20_000)],
    ["a great many statements that do not parse", "frob :x;\n".repeat(20_000)],
    ["deep nesting", `select ${"1+".repeat(30_000)}1`],
    ["deep parentheses", `select ${"(".repeat(30_000)}1`],
    ["an open quote", `select '${"x\n".repeat(300_000)}`]
  ])("%s is judged in seconds", async (_, text) => {
    const began = Date.now();
    await assessSql(text);
    expect(Date.now() - began).toBeLessThan(8000);
  });
});

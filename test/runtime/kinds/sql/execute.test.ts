import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from "vitest";
import type {TestCluster} from "../../../support/postgres.ts";
import {startCluster} from "../../../support/postgres.ts";
import type {Notebook} from "./notebook.ts";
import {openNotebook} from "./notebook.ts";

let cluster: TestCluster;
let notebook: Notebook;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  notebook = await openNotebook(cluster.url);
});
afterEach(() => notebook.close());

describe("statements", () => {
  test("run one by one, with tables, tags and times", async () => {
    const {tables, tags, finish} = await notebook.run(
      "select 1 as n, 'é' as n;\n\n-- why\nselect null as \"Empty\" where false; create temp table t (a int);\ninsert into t values (1), (2)"
    );
    expect(tables).toMatchObject([
      {
        statement: 1,
        line: 1,
        columns: [
          {name: "n", type: "int4"},
          {name: "n", type: "text"}
        ],
        rows: [["1", "é"]],
        total: 1
      },
      {statement: 2, line: 4, columns: [{name: "Empty", type: "text"}], rows: [], total: 0}
    ]);
    expect(tags).toEqual(["SELECT 1", "SELECT 0", "CREATE TABLE", "INSERT 0 2"]);
    expect(finish).toMatchObject({sqlstate: "00000", error: null, lost: null, transaction: "idle"});
  });

  test("keep values as the server's own text", async () => {
    const {tables} =
      await notebook.run(`select 12345678901234567000::numeric, '{"a": 12345678901234567000}'::json, '2026-01-02 03:04:05.123456+00'::timestamptz at time zone 'UTC',
      '\\xdeadbeef'::bytea, array[1,null,3], true, 'NaN'::float8, '1 mon 2 days'::interval`);
    expect(tables[0]!.rows).toEqual([
      [
        "12345678901234567000",
        '{"a": 12345678901234567000}',
        "2026-01-02 03:04:05.123456",
        "\\xdeadbeef",
        "{1,NULL,3}",
        "t",
        "NaN",
        "1 mon 2 days"
      ]
    ]);
    expect(tables[0]!.columns.map(({type}) => type)).toEqual([
      "numeric",
      "json",
      "timestamp",
      "bytea",
      "_int4",
      "bool",
      "float8",
      "interval"
    ]);
  });

  test("name types that the database defines", async () => {
    await notebook.run("create type mood as enum ('glad')");
    const {tables} = await notebook.run("select 'glad'::mood, array['glad']::mood[]; drop type mood");
    expect(tables[0]!.columns.map(({type}) => type)).toEqual(["mood", "_mood"]);
  });

  test("stop at the first error, which has a place, a state and its details", async () => {
    const {finish, tags} = await notebook.run("select 'é😀';\nselect 1,\n  'é😀', frobnicate(2);\nselect 3");
    expect(tags).toEqual(["SELECT 1"]);
    expect(finish).toMatchObject({
      sqlstate: "42883",
      error: {
        message: "function frobnicate(integer) does not exist",
        place: {line: 3, column: 10},
        detail: expect.stringContaining("HINT: No function matches")
      }
    });
  });

  test("tell notices as they come", async () => {
    const {notices, outputs} = await notebook.run(
      "do $$ begin raise notice 'hello %', 1; raise warning 'careful' using hint = 'slowly'; end $$; select 1"
    );
    expect(notices).toMatchObject([
      {severity: "NOTICE", sqlstate: "00000", message: "hello 1"},
      {severity: "WARNING", message: "careful", hint: "slowly"}
    ]);
    expect(outputs.map(({type}) => type)).toEqual(["notice", "notice", "command", "table", "command"]);
  });

  test("may fail again and again on one connection", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on("warning", hear);
    for (let left = 30; left > 0; left--) expect((await notebook.run("select 1/0")).finish.sqlstate).toBe("22012");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("warning", hear);
    expect(warnings).toEqual([]);
  });

  test("may be none", async () => {
    expect((await notebook.run("-- nothing\n;;")).finish).toMatchObject({sqlstate: "00000", error: null});
  });

  test("that the parser does not know go to the server, which judges", async () => {
    const {finish, tags} = await notebook.run("select 1;\nfrobnicate the database;\nselect 2");
    expect(tags).toEqual(["SELECT 1"]);
    expect(finish).toMatchObject({
      sqlstate: "42601",
      error: {message: 'syntax error at or near "frobnicate"', place: {line: 2, column: 1}}
    });
  });
});

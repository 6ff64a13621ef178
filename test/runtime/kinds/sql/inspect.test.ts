import {describe, expect, test} from "vitest";
import type {Runbook} from "../../../../src/model/runbook.ts";
import {optionNames, readOptions} from "../../../../src/runtime/kinds/sql/options.ts";
import {sql} from "../../../../src/runtime/kinds/sql/sql.ts";
import {toCell} from "./notebook.ts";

const runbook = {
  settings: {connections: {}},
  inputs: [{name: "LIMIT"}],
  steps: [{type: "cell", captures: [{name: "DAY"}]}]
} as unknown as Runbook;
const inspect = async (source: string, options: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
  const flaws = await sql.inspect(
    toCell(
      source,
      readOptions(options, () => {})
    ),
    runbook
  );
  return flaws.map(({rule, severity, message, place}) => `${place.line}:${place.column} ${severity} ${message} ${rule}`);
};

describe("the text of a cell", () => {
  test.each([
    "select 1",
    "",
    "select :LIMIT, :'DAY', :\"DAY\", a[1:2], a::int, :unknown from t limit :LIMIT",
    "copy t to stdout",
    "vacuum",
    "begin; commit"
  ])("%j has no flaws but what psql leaves alone", async (source) => {
    expect((await inspect(source)).filter((flaw) => !flaw.includes("sql-syntax"))).toEqual([]);
  });
  test("that the parser refuses is a warning with its place", async () => {
    expect(await inspect("select 1;\nselect 'é😀' frm t x;\nselect 2")).toEqual([
      '2:18 warning syntax error at or near "t", says PostgreSQL\'s parser (version 18); the server will judge sql-syntax'
    ]);
  });
  test("that is never closed is an error where it opens", async () => {
    expect(await inspect("select 1,\n  'abc")).toEqual(["2:3 error the quoted string is never closed sql-unterminated"]);
    expect(await inspect("do $x$ begin")).toEqual(["1:4 error the dollar-quoted string $x$ is never closed sql-unterminated"]);
    expect(await inspect("/* select")).toEqual(["1:1 error the comment is never closed sql-unterminated"]);
  });
  test("with commands of psql is refused, each at its place", async () => {
    expect(await inspect("\\set x 'it\nselect 1; \\gset\n  \\copy t from 'x'")).toEqual(
      ["1:1 error psql's \\set", "2:11 error psql's \\gset", "3:3 error psql's \\copy"].map(
        (start) => `${start} is not SQL; use a bash cell: psql -X -v ON_ERROR_STOP=1 sql-meta-command`
      )
    );
  });
  test("that reads standard input is refused", async () => {
    expect(await inspect("select 1;\ncopy t from stdin")).toEqual([
      expect.stringMatching(/^2:1 error COPY FROM STDIN has no data in an SQL cell.* -c '\\copy … from file' +sql-copy-input$/)
    ]);
  });
  test("names only variables that can exist", async () => {
    expect(await inspect("select :'GONE', :LIMIT")).toEqual(['1:8 error there is no input and no capture "GONE" sql-variable']);
  });
  test("with its own transaction has no room for transaction=single", async () => {
    expect(await inspect("begin;\nvacuum", {transaction: "single"})).toEqual([
      expect.stringMatching(/^1:1 error a cell with transaction=single has its own transaction.* sql-transaction$/),
      expect.stringMatching(/^2:1 error VACUUM cannot run in a transaction block.* sql-transaction$/)
    ]);
    expect(await inspect("savepoint a; rollback to a", {transaction: "rollback"})).toEqual([]);
  });
});

test("a cell without on= needs a connection called default, where there are any", async () => {
  const elsewhere = {...runbook, settings: {connections: {shop: {}, admin: {}}}} as unknown as Runbook;
  const cell = toCell(
    "select 1",
    readOptions({}, () => {})
  );
  expect(await sql.inspect(cell, elsewhere)).toMatchObject([
    {
      rule: "sql-target",
      severity: "error",
      message: 'no connection of the frontmatter is called "default"; say on=shop or another of shop, admin',
      place: {line: 1, column: 1}
    }
  ]);
  expect(await sql.inspect({...cell, options: {...cell.options, on: "shop"}}, elsewhere)).toEqual([]);
});

test("options are read, and what is wrong is said", () => {
  const said: string[] = [];
  expect(readOptions({transaction: "single", readonly: "", "max-rows": "5"}, (message) => said.push(message))).toEqual({
    transaction: "single",
    readonly: true,
    maxRows: 5
  });
  expect(said).toEqual([]);
  readOptions({transaction: "none", readonly: "maybe", "max-rows": "-1"}, (message) => said.push(message));
  expect(said).toEqual([
    'transaction must be auto, single or rollback, not "none"',
    'readonly is written without a value, not "maybe"',
    'max-rows must be a number of rows from 0 to 9999999, not "-1"'
  ]);
  expect(optionNames).toEqual(["transaction", "readonly", "max-rows"]);
});

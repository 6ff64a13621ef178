import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {BoundVariable} from "../../../../src/model/kind.ts";
import {substitute} from "../../../../src/runtime/kinds/sql/variables.ts";
import type {TestCluster} from "../../../support/postgres.ts";
import {startCluster} from "../../../support/postgres.ts";
import type {Notebook} from "./notebook.ts";
import {openNotebook} from "./notebook.ts";

const bind = (values: Readonly<Record<string, string>>): ReadonlyMap<string, BoundVariable> =>
  new Map(Object.entries(values).map(([name, value]) => [name, {value, secret: false, setAt: 1}]));
const put = (text: string, values: Readonly<Record<string, string>>): string => {
  const result = substitute(text, bind(values));
  return "text" in result ? result.text : `${result.offset}: ${result.message}`;
};

describe("psql's variables", () => {
  test.each([
    ["select :'A'", {A: "it's"}, "select 'it''s'"],
    ["select :'A'", {A: "back\\slash"}, "select  E'back\\\\slash'"],
    ['select * from :"A"', {A: 'odd "name"'}, 'select * from "odd ""name"""'],
    ["select :A, -:B, 5-:B", {A: "42", B: "-3"}, "select 42, - -3, 5- -3"],
    ["select * from :A limit :B", {A: "messages", B: "1e2"}, "select * from messages limit 1e2"],
    ["select a::A, a[1:B], f(x := :B)", {A: "int", B: "2"}, "select a::A, a[12], f(x := 2)"],
    [
      "select ':A', \":A\", $$:A$$, $x$:'A'$x$, E'\\':A' -- :A\n/* :'A' /* :A */ */ , :A",
      {A: "1"},
      "select ':A', \":A\", $$:A$$, $x$:'A'$x$, E'\\':A' -- :A\n/* :'A' /* :A */ */ , 1"
    ],
    ["select :unknown, :B", {A: "1"}, "select :unknown, :B"],
    ["select 'a'\n  ':A'", {A: "1"}, "select 'a'\n  ':A'"],
    ["select :{?A}", {A: "1"}, "select :{?A}"]
  ])("%j", (text, values, expected) => {
    expect(put(text, values)).toBe(expected);
  });
  test("that do not exist are an error in quotes", () => {
    expect(put("select 1, :'GONE'", {})).toBe('10: there is no variable "GONE"; an input or an earlier cell\'s capture must set it');
  });
  test.each(["1; drop table x", "a b", "'x'", "", "1--", "$$"])("raw takes no %j", (value) => {
    expect(put("select :A", {A: value})).toContain("7: :A takes a number or a plain identifier");
  });
  test("never show a secret in an error", () => {
    const result = substitute("select :A", new Map([["A", {value: "hunter two", secret: true, setAt: 1}]]));
    expect(JSON.stringify(result)).not.toContain("hunter");
  });
});

describe("with a server", () => {
  let cluster: TestCluster;
  let notebook: Notebook;
  beforeAll(async () => {
    cluster = await startCluster();
    notebook = await openNotebook(cluster.url);
  });
  afterAll(async () => {
    await notebook.close();
    await cluster.stop();
  });
  test.each(["it's", "back\\slash", "new\nline", "é😀", "'; drop table x; --", "$$", ""])("%j arrives as it is", async (value) => {
    const {tables, finish} = await notebook.run("select :'VALUE', 1 as :\"NAME\"", {variables: {VALUE: value, NAME: `n${value}`}});
    expect(finish.error).toBe(null);
    expect(tables[0]!.rows[0]![0]).toBe(value);
    expect(tables[0]!.columns[1]!.name).toBe(`n${value}`);
  });
  test("an error keeps its place in the cell as it was written", async () => {
    const {finish} = await notebook.run("select :'LONG',\n  :'LONG', frobnicate(1)", {
      variables: {LONG: "a much longer value\nwith a line"}
    });
    expect(finish.error!.place).toEqual({line: 2, column: 12});
  });
  test("a value that the server refuses is placed at the variable", async () => {
    const {finish} = await notebook.run("select 1,\n  :'DAY'::date", {variables: {DAY: "no day"}});
    expect(finish).toMatchObject({sqlstate: "22007", error: {place: {line: 2, column: 3}}});
  });
});

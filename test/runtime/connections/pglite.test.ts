import {afterAll, beforeAll, expect, test} from "vitest";
import type {Embedded} from "../../../src/runtime/connections/embedded/embedded.ts";
import {startPglite} from "../../../src/runtime/connections/embedded/pglite.ts";
import {openNotebook} from "../kinds/sql/notebook.ts";

let server: Embedded;
beforeAll(async () => {
  server = await startPglite();
});
afterAll(() => server.stop());

test("PGlite answers SQL cells, marked as a demonstration", async () => {
  const notebook = await openNotebook(`postgresql://postgres@${server.host}:${server.port}/postgres?sslmode=disable`, {
    embedded: true,
    demo: server.demo
  });
  const {tables, finish} = await notebook.run("create table t (n int); insert into t values (1), (2); select sum(n) from t");
  expect(tables[0]!.rows).toEqual([["3"]]);
  expect(finish).toMatchObject({error: null, transaction: "idle"});
  expect(notebook.facts).toMatchObject([
    {type: "connection-opened", server: {demo: true, embedded: true, version: expect.stringMatching(/^18/)}}
  ]);
  expect((await notebook.run("select frobnicate()")).finish).toMatchObject({sqlstate: "42883"});
  await notebook.close();
});

test("PGlite knows places of errors, notices, COPY and transactions of a cell", async () => {
  const notebook = await openNotebook(`postgresql://postgres@${server.host}:${server.port}/postgres`);
  expect((await notebook.run("select 1,\n  gone from t")).finish.error!.place).toEqual({line: 2, column: 3});
  expect((await notebook.run("do $$ begin raise notice 'hello'; end $$")).notices).toMatchObject([{message: "hello"}]);
  expect((await notebook.run("copy (select 1) to stdout")).stdout).toBe("1\n");
  await notebook.run("insert into t values (9)", {options: {transaction: "rollback"}});
  expect((await notebook.run("select count(*) from t where n = 9", {options: {readonly: ""}})).tables[0]!.rows).toEqual([["0"]]);
  await notebook.close();
});

test("a second connection sees what the first one made", async () => {
  const notebook = await openNotebook(`postgresql://postgres@${server.host}:${server.port}/postgres`);
  expect((await notebook.run("select count(*) from t")).tables[0]!.rows).toEqual([["2"]]);
  await notebook.close();
});

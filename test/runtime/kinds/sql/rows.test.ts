import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from "vitest";
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

test("a million rows are counted, and the first are kept, in little memory", async () => {
  await notebook.run("select 1");
  const before = process.memoryUsage().rss;
  const began = Date.now();
  const {tables, tags} = await notebook.run("select n, 'row ' || n as text, now() from generate_series(1, 1000000) n");
  const ms = Date.now() - began;
  expect(tables[0]).toMatchObject({total: 1_000_000});
  expect(tables[0]!.rows).toHaveLength(1000);
  expect(tags).toEqual(["SELECT 1000000"]);
  expect((process.memoryUsage().rss - before) / 1024 ** 2).toBeLessThan(120);
  expect(ms).toBeLessThan(20_000);
});

test("max-rows says how many are kept", async () => {
  const {tables} = await notebook.run("select * from generate_series(1, 10)", {options: {"max-rows": "3"}});
  expect(tables[0]).toMatchObject({rows: [["1"], ["2"], ["3"]], total: 10});
  expect((await notebook.run("select 1", {options: {"max-rows": "0"}})).tables[0]).toMatchObject({rows: [], total: 1});
});

test("kept text is bounded, however long the rows are", async () => {
  const {tables} = await notebook.run("select repeat('x', 1000000) from generate_series(1, 40)");
  expect(tables[0]!.total).toBe(40);
  expect(tables[0]!.rows.length).toBeLessThan(17);
});

test("COPY TO STDOUT is text output", async () => {
  const {stdout, tags, finish} = await notebook.run(
    "copy (select n, 'é' from generate_series(1, 3) n) to stdout with (format csv, header)"
  );
  expect(stdout).toBe("n,?column?\n1,é\n2,é\n3,é\n");
  expect(tags).toEqual(["COPY 3"]);
  expect(finish.error).toBe(null);
});

test("COPY waits for whoever keeps up with it, and loses nothing", async () => {
  let most = 0;
  const {stdout, tags} = await notebook.run("copy (select repeat('y', 99) from generate_series(1, 100000)) to stdout", {
    emit: async (output) => {
      if (output.type === "bytes") most = Math.max(most, output.bytes.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  expect(stdout.length).toBe(10_000_000);
  expect(tags).toEqual(["COPY 100000"]);
  expect(most).toBeLessThan(1024 ** 2);
});

test("an error in the middle of COPY TO STDOUT fails the cell and keeps what came", async () => {
  const {stdout, finish} = await notebook.run("copy (select 1 / (5 - n) from generate_series(1, 9) n) to stdout");
  expect(finish.sqlstate).toBe("22012");
  expect(stdout).toBe("0\n0\n0\n1\n");
  expect((await notebook.run("select 1")).finish.error).toBe(null);
});

test.each([
  ["copy t from stdin", "COPY FROM STDIN has no data"],
  ["select 1;\n\\copy t from 'x'", "psql's \\copy is not SQL"],
  ["\\i x.sql", "psql's \\i is not SQL"]
])("%j is refused before anything runs", async (source, message) => {
  const {finish, outputs} = await notebook.run(source);
  expect(finish.error!.message).toContain(message);
  expect(outputs).toEqual([]);
});

import {afterAll, beforeAll, expect, test} from "vitest";

import {fence, usePlace} from "../cli/command.ts";
import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import type {Journalled, Trial} from "./trial.ts";
import {begin, journalled, trial, until} from "./trial.ts";

const place = usePlace();
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const head = '---\nconnections: {default: "${URL}"}\n---\n# Database\n\n';
const query = (text: string, args: readonly string[] = []): Promise<Trial> => trial(place, head + text, args, {URL: cluster.url});
const rows = (run: Journalled, id: string): readonly (readonly (string | null)[])[] =>
  run.outputs(id).flatMap((output) => (output.type === "table" ? output.rows : []));
const active = async (mark: string): Promise<string> => {
  const run = await query(
    fence(
      "sql {#ask}",
      `select count(*) from pg_stat_activity where query like '%${mark}%' and query not like '%pg_stat_activity%' and state = 'active'`
    )
  );
  return rows(run, "ask")[0]![0]!;
};

test("SQL cells share one connection: what the first sets, the next finds", async () => {
  const run = await query(
    `${fence("sql {#one}", "create temp table mine (n int);", "set work_mem = '7MB';", "select pg_backend_pid()")}\n${fence("sql {#two}", "insert into mine values (1);", "select pg_backend_pid(), current_setting('work_mem')")}`
  );
  expect(run.exit).toBe(0);
  expect(rows(run, "two")[0]).toEqual([rows(run, "one")[0]![0], "7MB"]);
  expect(run.events.filter(({type}) => type === "connection-opened")).toHaveLength(1);
});

test("a timestamptz, a numeric, a pg_lsn, an interval and a NULL are each shown as what they are", async () => {
  const run = await query(
    fence(
      "sql {#values}",
      "select timestamptz '2026-11-22 18:00:00.123456+00', 12345678901234567890.10::numeric, 'A/B0'::pg_lsn, interval '1 mon 2 days 03:04:05', null::int, 9007199254740993::int8, '\\x00ff'::bytea, array[1,null]"
    )
  );
  expect(run.exit).toBe(0);
  const [row] = rows(run, "values");
  expect(new Date(row![0]!).toISOString()).toBe("2026-11-22T18:00:00.123Z");
  expect(row!.slice(1)).toEqual([
    "12345678901234567890.10",
    "A/B0",
    "1 mon 2 days 03:04:05",
    null,
    "9007199254740993",
    "\\x00ff",
    "{1,NULL}"
  ]);
});

test("SQL that the parser here does not know goes to the server, which judges it", async () => {
  const text = fence("sql {#strange}", "select 1; frobnicate the table");
  expect((await query(text)).exit).toBe(3); // nobody confirmed what cannot be judged
  const run = await query(text, ["--confirm", "strange"]);
  expect(run).toMatchObject({exit: 1});
  expect(rows(run, "strange")).toEqual([["1"]]);
  expect(run.events.find((event) => event.type === "cell-ended")).toMatchObject({ending: {sqlstate: "42601"}});
});

test("cancelling and a timeout end the statement at the server, not only here", async () => {
  const late = await query(fence("sql {#sleep timeout=500ms}", "select pg_sleep(31.51)"));
  expect([late.exit, late.stands("sleep")]).toEqual([1, "timed-out"]);
  expect(await active("31.51")).toBe("0");
  const {process, folder} = begin(place, head + fence("sql {#sleep}", "select 1;", "select pg_sleep(31.52)"), [], {URL: cluster.url});
  await until(() => journalled(folder()).outputs("sleep").length > 0);
  process.kill("SIGINT");
  const {exitCode} = await process;
  expect([exitCode, journalled(folder()).stands("sleep")]).toEqual([130, "cancelled"]);
  expect(await active("31.52")).toBe("0");
});

test("a COMMIT that the server answers by ROLLBACK is a failure", async () => {
  const run = await query(
    `${fence("sql {#begin}", "begin")}\n${fence("sql {#fail}", "select 1/0")}::expect{that='sqlstate == "22012"'}\n\n${fence("sql {#commit}", "commit")}`
  );
  expect([run.stands("fail"), run.stands("commit"), run.exit]).toEqual(["passed", "failed", 1]);
});

test("an expected SQLSTATE must occur: its absence fails the cell", async () => {
  const run = await query(`${fence("sql {#fine}", "select 1")}::expect{that='sqlstate == "22012"'}\n`);
  expect([run.stands("fine"), run.exit]).toEqual(["failed", 1]);
});

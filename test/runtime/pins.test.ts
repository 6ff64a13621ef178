import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import {startStandby} from "../support/standby.ts";
import {eventsOf, fence, performText} from "./document.ts";
import type {Notebook} from "./kinds/sql/notebook.ts";
import {openNotebook} from "./kinds/sql/notebook.ts";

let cluster: TestCluster;
let other: TestCluster;
let notebook: Notebook;
let id: string;
beforeAll(async () => {
  [cluster, other] = await Promise.all([startCluster(), startCluster()]);
  notebook = await openNotebook(cluster.url);
  id = (await notebook.run("select system_identifier from pg_control_system()")).tables[0]!.rows[0]![0]!;
});
afterAll(async () => {
  await notebook.close();
  await Promise.all([cluster.stop(), other.stop()]);
});

const book = (pins: string, ...cells: readonly string[]): string =>
  `---\nconnections:\n  default: {url: "\${URL}", ${pins}}\n---\n# Book\n\n${cells.join("\n")}`;
const given = (URL: string, more: Readonly<Record<string, string>> = {}) => ({
  environment: {PATH: process.env.PATH ?? "", URL, ...more}
});
const drop = fence("sql {#drop}", "drop table if exists gone");
const exists = async (table: string): Promise<unknown> =>
  (await notebook.run(`select to_regclass('${table}') is not null`)).tables[0]!.rows;

describe("what a connection pins", () => {
  test("is checked on the very connection before a cell that destroys, and recorded", async () => {
    await notebook.run("create table if not exists gone (n int)");
    const {performance, events} = await performText(
      book(`system_identifier: "${id}", role: primary, database: postgres`, drop),
      given(cluster.url)
    );
    expect((await performance.done).ended).toMatchObject({outcome: "passed"});
    expect(eventsOf(events, "target-checked")).toMatchObject([
      {
        step: "drop",
        connection: "default",
        pins: {system_identifier: id, role: "primary", database: "postgres"},
        server: {systemIdentifier: id, recovering: false, database: "postgres"},
        problem: null
      }
    ]);
    expect(await exists("gone")).toEqual([["f"]]);
  });

  test.each([
    ["system_identifier: '7000000000000000001'", "expected system_identifier 7000000000000000001, found "],
    ["role: standby", "expected role standby, found primary"],
    ["database: shop", "expected database shop, found postgres"]
  ])("fails the cell before anything is sent: %s", async (pins, message) => {
    await notebook.run("create table if not exists stays (n int)");
    const {performance, events} = await performText(book(pins, fence("sql {#drop}", "drop table stays")), given(cluster.url));
    const {ended} = await performance.done;
    expect(ended).toMatchObject({outcome: "failed", reason: expect.stringContaining(message)});
    expect(eventsOf(events, "target-checked")).toMatchObject([{problem: expect.stringContaining("nothing was run")}]);
    expect(await exists("stays")).toEqual([["t"]]);
  });

  test("does not trouble a cell that destroys nothing", async () => {
    const {performance, events} = await performText(book("role: standby", fence("sql {#look}", "select 1")), given(cluster.url));
    expect((await performance.done).ended).toMatchObject({outcome: "passed"});
    expect(eventsOf(events, "target-checked")).toEqual([]);
  });

  test("holds for a shell by what its environment reaches", async () => {
    const cell = fence("bash {#purge}", 'psql -XAtc "select 1" && rm -rf ./never-there');
    const text = book(`system_identifier: "${id}"`, cell);
    const right = await performText(text, given(cluster.url, cluster.environment));
    expect((await right.performance.done).ended).toMatchObject({outcome: "passed"});
    const wrong = await performText(text, given(cluster.url, other.environment));
    expect((await wrong.performance.done).ended).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(
        new RegExp(`expected system_identifier ${id}, found \\d+, at postgres@127.0.0.1:${other.port}/postgres`)
      )
    });
    expect(eventsOf(wrong.events, "output-written")).toEqual([]);
  });

  test("follows a shell that an earlier cell led elsewhere", async () => {
    const {performance} = await performText(
      book(
        `system_identifier: "${id}"`,
        fence("bash {#leave}", `export PGPORT=${other.port} PGPASSWORD=${other.environment.PGPASSWORD}`),
        fence("bash {#purge}", "rm -rf ./never-there")
      ),
      given(cluster.url, cluster.environment)
    );
    expect((await performance.done).ended).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining(`at postgres@127.0.0.1:${other.port}/`)
    });
  });

  test("that cannot be checked fails a shell's cell", async () => {
    const {performance} = await performText(
      book(`system_identifier: "${id}"`, fence("bash {#purge}", "rm -rf ./never-there")),
      given(cluster.url, {PGHOST: "127.0.0.1", PGPORT: "1"})
    );
    expect((await performance.done).ended).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("could not be checked: connection")
    });
  });
});

describe("a second run that would destroy on the same server", () => {
  const hold = fence("bash {#wait}", "until [ -e go ]; do sleep 0.05; done");
  test("is refused with who holds it, until the first has ended", async () => {
    await notebook.run("create database shop");
    const shop = cluster.url.replace(/postgres$/, "shop");
    const first = await performText(book(`system_identifier: "${id}"`, drop, hold), given(shop));
    while (eventsOf(first.events, "cell-ended").length < 1) await new Promise((wake) => setTimeout(wake, 20));
    const second = await performText(book(`system_identifier: "${id}"`, drop), {...given(cluster.url), operator: "grace"});
    expect((await second.performance.done).ended).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(`is held by runbook ${first.performance.id} by ada`)
    });
    // what holds the lock does not keep the database from being dropped
    const holders = await notebook.run("select distinct datname from pg_stat_activity where application_name like 'runbook % by ada%'");
    expect(holders.tables[0]!.rows).toEqual([["postgres"]]);
    await first.performance.cancel("ada");
    await first.performance.done;
    const third = await performText(book(`system_identifier: "${id}"`, drop), given(cluster.url));
    expect((await third.performance.done).ended).toMatchObject({outcome: "passed"});
  });
});

test("a run is not in its own way when it reaches one server by two connections", async () => {
  const pin = `system_identifier: "${id}"`;
  const local = cluster.url.replace("127.0.0.1", "localhost");
  const text = book(pin, drop, fence("sql {#again on=local}", "drop table if exists gone")).replace(
    "\n---\n#",
    `\n  local: {url: "\${LOCAL}", ${pin}}\n---\n#`
  );
  const {performance, events} = await performText(text, given(cluster.url, {LOCAL: local}));
  expect((await performance.done).ended).toMatchObject({outcome: "passed"});
  expect(eventsOf(events, "target-checked").map(({connection, server}) => [connection, server!.host])).toEqual([
    ["default", "127.0.0.1"],
    ["local", "localhost"]
  ]);
});

test("a standby that a cell has promoted is no standby for the next one", async () => {
  const standby = await startStandby(cluster);
  try {
    const text = book(
      `system_identifier: "${id}", role: standby`,
      fence("sql {#promote}", "select pg_promote()"),
      fence("sql {#drop}", "drop table if exists gone")
    );
    const {performance, events} = await performText(text, given(standby.url));
    expect((await performance.done).ended).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/^"drop" failed: .*expected role standby, found primary/)
    });
    expect(eventsOf(events, "target-checked").map(({step, server, problem}) => [step, server!.recovering, problem === null])).toEqual([
      ["promote", true, true],
      ["drop", false, false]
    ]);
  } finally {
    await standby.stop();
  }
});

test("a shell that reaches the run's own server needs to hold nothing", async () => {
  const text = `---\nconnections: {default: {url: embedded, role: primary}}\n---\n# Book\n\n${fence("bash {#purge}", "rm -rf ./never-there")}`;
  const {performance, events} = await performText(text);
  expect((await performance.done).ended).toMatchObject({outcome: "passed"});
  expect(eventsOf(events, "target-checked")).toMatchObject([{step: "purge", server: {embedded: true}, problem: null}]);
});

test("an embedded server starts before the clock of the first cell", async () => {
  const {performance, events} = await performText(
    `---\nconnections: {default: embedded}\n---\n# Book\n\n${fence("bash {#first}", "true")}`
  );
  await performance.done;
  const [start] = eventsOf(events, "run-started");
  const [started] = eventsOf(events, "cell-started");
  const [ended] = eventsOf(events, "cell-ended");
  expect(started!.ms - start!.ms).toBeGreaterThan(ended!.ms - started!.ms);
  expect(ended!.ending.durationMs).toBeLessThan(5000);
});

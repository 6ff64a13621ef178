import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from "vitest";
import type {TestCluster} from "../../../support/postgres.ts";
import {startCluster} from "../../../support/postgres.ts";
import type {Notebook} from "./notebook.ts";
import {locked, openNotebook, sleeping, untilOther} from "./notebook.ts";

let cluster: TestCluster;
let notebook: Notebook;
let other: Notebook;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  notebook = await openNotebook(cluster.url);
  other = await openNotebook(cluster.url);
  await other.run("drop table if exists kept; create table kept (n int primary key)");
});
afterEach(async () => {
  await notebook.close();
  await other.close();
});
/** Ends the connection of `notebook` at the server. */
async function endOther(): Promise<void> {
  const mine = "application_name = 'runbook 0190 cell'";
  await other.run(`select pg_terminate_backend(pid) from pg_stat_activity where ${mine} and pid <> pg_backend_pid()`);
  await untilOther(other, mine, false);
}
const kept = async (): Promise<unknown> => (await other.run("select n from kept order by n")).tables[0]!.rows.flat();

describe("a session", () => {
  test("is one connection, which says who and where it is", async () => {
    const first = await notebook.run("create temp table t as select 1 as n; select pg_backend_pid()");
    const second = await notebook.run("select n, pg_backend_pid() from t");
    expect(second.tables[0]!.rows).toEqual([["1", first.tables[0]!.rows[0]![0]]]);
    expect(notebook.facts).toEqual([
      {
        type: "connection-opened",
        connection: "default",
        session: "main",
        server: {
          version: expect.stringMatching(/^\d+/),
          host: cluster.host,
          port: cluster.port,
          database: "postgres",
          user: "postgres",
          systemIdentifier: expect.stringMatching(/^\d{15,}$/),
          timeline: 1,
          recovering: false,
          embedded: false,
          demo: false
        }
      }
    ]);
  });

  test("shows the run and the step as its application_name", async () => {
    expect((await notebook.run("select current_setting('application_name')")).tables[0]!.rows).toEqual([["runbook 0190 cell"]]);
  });

  test("in which a backslash escapes refuses text with one, which it would cut elsewhere", async () => {
    await notebook.run("set standard_conforming_strings = off");
    expect((await notebook.run("select 'a\\'; select 1 --'")).finish.error!.message).toContain("standard_conforming_strings is off here");
    expect((await notebook.run("set standard_conforming_strings = on; select 1")).finish.error).toBe(null);
    expect((await notebook.run("select 'a\\'")).tables[0]!.rows).toEqual([["a\\"]]);
  });

  test("rolls an open transaction back when it is closed, and says so", async () => {
    const {finish} = await notebook.run("begin; insert into kept values (1)");
    expect(finish.transaction).toBe("open");
    expect(await notebook.close()).toEqual(['SQL session "main" on "default": an open transaction was rolled back']);
    expect(await kept()).toEqual([]);
  });

  test("reconnects after the connection was lost between cells, and warns", async () => {
    await notebook.run("set work_mem = '1MB'");
    await endOther();
    const {finish, notices} = await notebook.run("select 1");
    expect(finish).toMatchObject({error: null, sqlstate: "00000"});
    expect(notices[0]!.message).toContain("has been opened again");
    expect(notebook.facts).toHaveLength(2);
  });

  test("reconnects too where nobody had heard that the connection was lost", async () => {
    await notebook.run("select 1");
    // the peer is gone, and no packet has said so
    notebook.session.connected!.client.connection.stream.pause();
    await endOther();
    setTimeout(() => notebook.session.connected?.client.connection.stream.resume(), 50);
    notebook.session.named = "another cell";
    const {finish, notices} = await notebook.run("select 1");
    expect(finish.error).toBe(null);
    expect(notices[0]!.message).toContain("has been opened again");
  });

  test("does not reconnect silently where a transaction was open", async () => {
    await notebook.run("begin");
    await endOther();
    await expect(notebook.run("select 1")).rejects.toThrow("lost while a transaction of an earlier cell was open");
    expect((await notebook.run("select 1")).finish.error).toBe(null);
  });
});

describe("a connection lost in flight", () => {
  const kill = async (): Promise<void> => {
    await untilOther(other, sleeping);
    await other.run("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()");
  };
  test("leaves the statement lost: the server may have completed it", async () => {
    const [{finish}] = await Promise.all([notebook.run("select 1;\nselect pg_sleep(20)"), kill()]);
    expect(finish).toMatchObject({
      error: null,
      lost: expect.stringContaining("the connection was lost during statement 2 (line 2)"),
      transaction: "idle"
    });
    expect((await notebook.run("select 1")).finish.error).toBe(null);
  });
  test("is a plain failure where the cell could only read", async () => {
    const [{finish}] = await Promise.all([notebook.run("select pg_sleep(20)", {options: {readonly: ""}}), kill()]);
    expect(finish).toMatchObject({lost: null, error: {message: expect.stringContaining("it could only read")}});
  });
  test("is a plain failure where a transaction was open and not being committed", async () => {
    const [{finish}] = await Promise.all([notebook.run("begin; select pg_sleep(20)"), kill()]);
    expect(finish).toMatchObject({lost: null, error: {message: expect.stringContaining("the transaction it stood in is rolled back")}});
  });
});

describe("transactions", () => {
  test("auto keeps what ran before the error", async () => {
    const {finish} = await notebook.run("insert into kept values (1); select 1/0");
    expect(finish).toMatchObject({sqlstate: "22012", transaction: "idle"});
    expect(await kept()).toEqual(["1"]);
  });
  test("single keeps all or nothing", async () => {
    await notebook.run("insert into kept values (1); select 1/0", {options: {transaction: "single"}});
    expect(await kept()).toEqual([]);
    const {finish, tags} = await notebook.run("insert into kept values (2); insert into kept values (3)", {
      options: {transaction: "single"}
    });
    expect(finish).toMatchObject({error: null, transaction: "idle"});
    expect(tags).toEqual(["INSERT 0 1", "INSERT 0 1"]);
    expect(await kept()).toEqual(["2", "3"]);
  });
  test("single fails at a COMMIT that the server refuses", async () => {
    await other.run("drop table if exists late; create table late (n int unique deferrable initially deferred)");
    const {finish} = await notebook.run("insert into late values (1); insert into late values (1)", {options: {transaction: "single"}});
    expect(finish).toMatchObject({
      sqlstate: "23505",
      error: {message: expect.stringMatching(/^at COMMIT: duplicate key/)},
      transaction: "idle"
    });
  });
  test("rollback keeps nothing and shows everything", async () => {
    const {tables, finish} = await notebook.run("insert into kept values (1) returning n", {options: {transaction: "rollback"}});
    expect(tables[0]!.rows).toEqual([["1"]]);
    expect(finish).toMatchObject({error: null, transaction: "idle", detail: "rolled back, as transaction=rollback says"});
    expect(await kept()).toEqual([]);
  });
  test.each([
    ["select 1;\n  commit", {line: 2, column: 3}, "has its own transaction"],
    ["vacuum kept", {line: 1, column: 1}, "VACUUM cannot run in a transaction block"],
    ["create index concurrently on kept (n)", {line: 1, column: 1}, "CREATE INDEX CONCURRENTLY cannot run"]
  ])("single refuses %j before anything runs", async (source, place, message) => {
    const {finish, outputs} = await notebook.run(source, {options: {transaction: "single"}});
    expect(finish.error).toMatchObject({place, message: expect.stringContaining(message)});
    expect(outputs).toEqual([]);
  });
  test("single refuses to begin inside an open transaction", async () => {
    await notebook.run("begin");
    const {finish} = await notebook.run("select 1", {options: {transaction: "single"}});
    expect(finish.error!.message).toContain("a transaction that an earlier cell opened is still open");
  });
  test("a COMMIT answered by ROLLBACK fails the cell", async () => {
    await notebook.run("begin; insert into kept values (1)");
    expect((await notebook.run("select 1/0")).finish.transaction).toBe("failed");
    const {finish} = await notebook.run("commit");
    expect(finish).toMatchObject({
      sqlstate: "40000",
      transaction: "idle",
      error: {message: expect.stringContaining("answered by ROLLBACK")}
    });
    expect(await kept()).toEqual([]);
  });
  test("a retry starts after a rollback", async () => {
    await notebook.run("begin; insert into kept values (1); select 1/0", {retries: 2});
    const {finish} = await notebook.run("begin; insert into kept values (2); commit", {retries: 2, attempt: 2});
    expect(finish).toMatchObject({error: null, transaction: "idle"});
    expect(await kept()).toEqual(["2"]);
  });
  test("of an earlier cell outlives retries of a later one", async () => {
    await notebook.run("begin; insert into kept values (1)", {id: "begins"});
    await notebook.run("select false", {id: "waits", retries: 2});
    await notebook.run("select true", {id: "waits", retries: 2, attempt: 2});
    await notebook.run("commit", {id: "commits"});
    expect(await kept()).toEqual(["1"]);
  });
  test("of an earlier cell outlive a cell that a person executes again", async () => {
    await notebook.run("select 1/0", {id: "writes"});
    await notebook.run("begin; insert into kept values (1)", {id: "begins"});
    await notebook.run("insert into kept values (2)", {id: "writes", attempt: 2});
    await notebook.run("commit", {id: "commits"});
    expect(await kept()).toEqual(["1", "2"]);
  });
});

describe("readonly", () => {
  test("keeps a cell from writing, and only that cell", async () => {
    expect((await notebook.run("insert into kept values (1)", {options: {readonly: ""}})).finish).toMatchObject({sqlstate: "25006"});
    expect((await notebook.run("insert into kept values (1)")).finish.error).toBe(null);
  });
  test("that is the role's own setting comes back after a readonly cell", async () => {
    await other.run("create role careful login; alter role careful set default_transaction_read_only = on");
    const careful = await openNotebook(`host=${cluster.host} port=${cluster.port} user=careful dbname=postgres`);
    await careful.run("select 1", {options: {readonly: ""}});
    expect((await careful.run("select current_setting('default_transaction_read_only')")).tables[0]!.rows).toEqual([["on"]]);
    await careful.close();
  });
  test("of a connection holds for all its cells", async () => {
    const reader = await openNotebook(cluster.url, {readonly: true});
    expect((await reader.run("insert into kept values (1)")).finish).toMatchObject({sqlstate: "25006"});
    expect((await reader.run("select 1")).finish.error).toBe(null);
    await reader.close();
  });
});

test("a statement whose runner is gone is ended by the server", async () => {
  const running = notebook.run("select pg_sleep(60)");
  const backends = async (): Promise<unknown> =>
    (await other.run("select count(*) from pg_stat_activity where query = 'select pg_sleep(60)'")).tables[0]!.rows[0]![0];
  while ((await backends()) !== "1") await sleep(20);
  notebook.session.connected!.client.connection.stream.destroy(); // as the system does when a process is killed
  await running;
  const began = performance.now();
  while ((await backends()) !== "0") await sleep(100);
  expect(performance.now() - began).toBeLessThan(10_000);
});

describe("an aborted cell", () => {
  test("that waits for a lock waits no longer", async () => {
    await other.run("begin; lock table kept");
    const control = new AbortController();
    const running = notebook.run("select * from kept", {signal: control.signal});
    await untilOther(other, locked);
    control.abort();
    const {finish} = await running;
    expect(finish).toMatchObject({sqlstate: "57014", transaction: "idle"});
    await other.run("rollback");
  });

  test("is cancelled at the server", async () => {
    const abort = new AbortController();
    const running = notebook.run("select 1; select pg_sleep(300); select 2", {signal: abort.signal});
    await untilOther(other, sleeping);
    abort.abort();
    const {finish} = await running;
    expect(finish).toMatchObject({sqlstate: "57014", transaction: "idle", error: {message: "canceling statement due to user request"}});
    const active = await other.run(
      "select count(*) from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()"
    );
    expect(active.tables[0]!.rows).toEqual([["0"]]);
    expect((await notebook.run("select 3")).tables[0]!.rows).toEqual([["3"]]);
  });
  test("with transaction=single leaves nothing behind", async () => {
    const abort = new AbortController();
    const running = notebook.run("insert into kept values (1); select pg_sleep(300)", {
      signal: abort.signal,
      options: {transaction: "single"}
    });
    await untilOther(other, sleeping);
    abort.abort();
    const {finish} = await running;
    expect(finish.transaction).toBe("idle");
    expect(await kept()).toEqual([]);
  });
  test("ends while it is flooded with notices, and keeps what was said", async () => {
    const abort = new AbortController();
    let heard = 0;
    const {notices, finish} = await notebook.run("do $$ begin loop raise notice 'again'; end loop; end $$", {
      signal: abort.signal,
      emit: () => {
        if (++heard === 20) abort.abort();
        return sleep(0);
      }
    });
    expect(finish.sqlstate).toBe("57014");
    expect(notices.length).toBeGreaterThan(10);
  });
});

describe("a notification", () => {
  test("is shown where it comes, or with the next cell of the session, or at its end", async () => {
    const during = await notebook.run("listen news; notify news, 'one'; select 1");
    expect(during.notices).toMatchObject([{severity: "NOTIFICATION", message: "news: one", detail: null}]);
    await other.run("notify news, 'two'; notify news");
    await sleep(100);
    const next = await notebook.run("select 1");
    expect(next.notices).toMatchObject([
      {message: "news: two", detail: "it came before this cell"},
      {message: "news", detail: "it came before this cell"}
    ]);
    await other.run("notify news, 'three'");
    await sleep(100);
    expect(await notebook.close()).toEqual([
      'SQL session "main" on "default": after its last cell came a notification, the first: news: three'
    ]);
  });
});

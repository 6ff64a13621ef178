import {readFileSync} from "node:fs";
import {setTimeout as sleep} from "node:timers/promises";
import {execa} from "execa";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {findServerUser} from "../../../../src/runtime/connections/embedded/server-user.ts";
import type {TestCluster} from "../../../support/postgres.ts";
import {startCluster} from "../../../support/postgres.ts";
import {eventsOf, fence, performText} from "../../document.ts";
import type {Notebook} from "./notebook.ts";
import {openNotebook, sleeping, untilOther} from "./notebook.ts";

let cluster: TestCluster;
let data: string;
let options: string; // of the server, which `pg_ctl start` does not know
beforeAll(async () => {
  cluster = await startCluster();
  data = await ask("show data_directory");
  options = readFileSync(`${data}/postmaster.opts`, "utf8").trim().replace(/^\S+ /, "");
});
afterAll(async () => {
  await control("stop", "-m", "immediate"); // the one that was started anew is not the cluster's own child
  await cluster.stop();
});

async function ask(text: string): Promise<string> {
  const notebook = await openNotebook(cluster.url);
  try {
    return (await notebook.run(text)).tables[0]!.rows[0]![0]!;
  } finally {
    await notebook.close();
  }
}
/** Until the server itself sees the statement that is to be lost. */
async function untilSleeping(): Promise<void> {
  const notebook = await openNotebook(cluster.url);
  await untilOther(notebook, sleeping);
  await notebook.close();
}
async function control(...args: readonly string[]): Promise<void> {
  const user = await findServerUser();
  await execa(`${cluster.bin}/pg_ctl`, [...args, "-w", "-s", "-D", data], {
    cwd: "/",
    stdio: "ignore",
    reject: false,
    ...(user && {uid: user.uid, gid: user.gid})
  });
}
const start = (): Promise<void> => control("start", "-l", "/dev/null", "-o", options);
const restart = (mode: string): Promise<void> => control("restart", "-m", mode, "-l", "/dev/null");

describe("a server that is restarted", () => {
  test.each([
    ["fast", "57P01"],
    ["immediate", "08006"]
  ])("(%s) leaves the statement in flight lost, with %s, and the next cell connects anew", async (mode, sqlstate) => {
    const notebook = await openNotebook(cluster.url);
    await notebook.run("create temp table mine (n int)");
    const running = notebook.run("select 1;\nselect pg_sleep(300)");
    await untilSleeping();
    await restart(mode);
    const {finish} = await running;
    expect(finish).toMatchObject({sqlstate, error: null, lost: expect.stringContaining("during statement 2 (line 2)")});
    const next = await notebook.run("select to_regclass('pg_temp.mine') is null");
    expect(next.finish.error).toBe(null);
    expect(next.notices[0]!.message).toContain("has been opened again: settings and temporary tables of earlier cells are gone");
    expect(next.tables[0]!.rows).toEqual([["t"]]);
    await notebook.close();
  });

  test("between two cells is met by a new connection", async () => {
    const notebook = await openNotebook(cluster.url);
    await notebook.run("select 1");
    await restart("fast");
    const {finish, notices} = await notebook.run("select 2");
    expect(finish.error).toBe(null);
    expect(notices[0]!.message).toContain("has been opened again");
    await notebook.close();
  });

  test("takes an open transaction with it, which the next cell says", async () => {
    const notebook = await openNotebook(cluster.url);
    await notebook.run("begin; create table half_made (n int)");
    await restart("fast");
    await expect(notebook.run("insert into half_made values (1)")).rejects.toThrow("the server has rolled it back");
    expect((await notebook.run("select to_regclass('half_made')")).tables[0]!.rows).toEqual([[null]]);
    await notebook.close();
  });

  test("that is down is said to be, and is reached when it is up", async () => {
    const notebook: Notebook = await openNotebook(cluster.url);
    await notebook.run("select 1");
    await control("stop", "-m", "fast");
    await expect(notebook.run("select 2")).rejects.toThrow(`${cluster.host}:${cluster.port} refuses connections`);
    await start();
    expect((await notebook.run("select 3")).tables[0]!.rows).toEqual([["3"]]);
    await notebook.close();
  });

  test("in the middle of a run loses that step, which nothing repeats by itself", async () => {
    const text = `---\nconnections: {default: "\${URL}"}\n---\n# Book\n\n${fence("sql {#long retries=3 every=100ms}", "select pg_sleep(300)")}\n${fence("sql {#next}", "select 1")}`;
    const {performance, events} = await performText(text, {environment: {PATH: process.env.PATH ?? "", URL: cluster.url}});
    await untilSleeping();
    await restart("fast");
    const {ended} = await performance.done;
    expect(eventsOf(events, "cell-ended").map(({step, outcome}) => [step, outcome.type])).toEqual([["long", "lost"]]);
    expect(ended).toMatchObject({outcome: "failed", reason: expect.stringContaining("the server may have completed it")});
  });

  test("that a cell has stopped does not keep a checked cell of a shell from its files", async () => {
    const id = await ask("select system_identifier from pg_control_system()");
    const cells = [
      fence("sql {#drop}", "drop table if exists gone"),
      fence("bash {#wait}", "until [ -e stopped ]; do sleep 0.05; done"),
      fence("bash {#purge}", "rm -rf ./never-there")
    ];
    const text = `---\nconnections:\n  default: {url: "\${URL}", system_identifier: "${id}"}\n---\n# Book\n\n${cells.join("\n")}`;
    const {performance, events} = await performText(text, {environment: {PATH: process.env.PATH ?? "", URL: cluster.url}});
    while (eventsOf(events, "cell-started").length < 2) await sleep(20);
    await control("stop", "-m", "fast");
    await execa("touch", [`${performance.folder}/../../stopped`]);
    expect((await performance.done).ended).toMatchObject({outcome: "passed"});
    expect(eventsOf(events, "target-checked")).toMatchObject([
      {step: "drop", problem: null},
      {step: "purge", server: null, problem: null}
    ]);
    await start();
  });
});

test("a transaction that is still open at the end of a run is rolled back, and the record says so", async () => {
  const text = `---\nconnections: {default: "\${URL}"}\n---\n# Book\n\n${fence("sql {#begin}", "begin; create table half_made (n int)")}\n${fence("sql {#on-default on=default}", "select count(*) = 1 as seen from pg_class where relname = 'half_made'")}::expect{that='rows[0].seen'}\n`;
  const {performance, events} = await performText(text, {environment: {PATH: process.env.PATH ?? "", URL: cluster.url}});
  const {ended} = await performance.done;
  expect(ended).toMatchObject({outcome: "passed", notes: ['SQL session "main" on "default": an open transaction was rolled back']});
  expect(eventsOf(events, "cell-ended").map(({ending}) => ending.transaction)).toEqual(["open", "open"]);
  expect(eventsOf(events, "connection-opened")).toHaveLength(1);
  expect(await ask("select to_regclass('half_made') is null")).toBe("t");
});

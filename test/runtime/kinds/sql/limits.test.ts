import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from "vitest";
import type {TestCluster} from "../../../support/postgres.ts";
import {startCluster} from "../../../support/postgres.ts";
import {eventsOf, fence, performText} from "../../document.ts";
import type {Notebook, Options} from "./notebook.ts";
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
afterEach(async () => void (await notebook.close()));

const shown = "select current_setting('statement_timeout'), current_setting('lock_timeout')";
const limits = async (options: Options): Promise<unknown> => (await notebook.run(shown, options)).tables[0]!.rows[0];

describe("the time of an attempt", () => {
  test("ends a statement at the server, also when nobody here cancels it, and that is a timeout", async () => {
    const {finish} = await notebook.run("select pg_sleep(20)", {timeoutMs: 200});
    expect(finish).toMatchObject({sqlstate: "57014", timedOut: true, lost: null, transaction: "idle"});
    expect(finish.error!.detail).toBe("the server ended it: canceling statement due to statement timeout");
  });

  test("ends the wait for a lock", async () => {
    const other = await openNotebook(cluster.url);
    await other.run("create table held (); begin; lock table held");
    const {finish} = await notebook.run("set statement_timeout = '1min'; drop table held", {timeoutMs: 200});
    expect(finish).toMatchObject({sqlstate: "55P03", timedOut: true});
    await other.run("rollback; drop table held");
    await other.close();
  });

  test("is the cell's alone: the next one has its own, or none", async () => {
    expect(await limits({timeoutMs: 60_000})).toEqual(["60001ms", "60001ms"]);
    expect(await limits({timeoutMs: 5000})).toEqual(["5001ms", "5001ms"]);
    expect(await limits({timeoutMs: null})).toEqual(["0", "0"]);
  });

  test("leaves alone what a cell has set itself, where that is shorter, and gives it back where it is longer", async () => {
    await notebook.run("set statement_timeout = '5min'", {timeoutMs: 1_800_000});
    expect(await limits({timeoutMs: 1_800_000})).toEqual(["5min", "1800001ms"]);
    expect(await limits({timeoutMs: 1000})).toEqual(["1001ms", "1001ms"]);
    expect(await limits({timeoutMs: 1_800_000})).toEqual(["5min", "1800001ms"]);
    await notebook.run("begin; set statement_timeout = '7s'", {timeoutMs: 1000});
    expect(await limits({timeoutMs: 60_000})).toEqual(["7s", "60001ms"]);
    await notebook.run("rollback", {timeoutMs: 60_000});
    expect(await limits({timeoutMs: 600_000})).toEqual(["5min", "600001ms"]);
    await notebook.run("reset all", {timeoutMs: 1000});
    expect(await limits({timeoutMs: null})).toEqual(["0", "0"]);
  });

  test("is counted from where a failed transaction ends, too: nothing of an earlier cell's stays", async () => {
    await notebook.run("begin; select 1/0", {timeoutMs: 300});
    const {finish} = await notebook.run("rollback; select pg_sleep(0.6)", {timeoutMs: 60_000});
    expect(finish).toMatchObject({sqlstate: "00000", error: null});
  });

  test("is no excuse for a shorter time that the cell had set: that is its failure, and can be promised", async () => {
    const {finish} = await notebook.run("set statement_timeout = '50ms'; select pg_sleep(20)", {timeoutMs: 20_000});
    expect(finish).toMatchObject({sqlstate: "57014", timedOut: false});
  });

  test("makes the outcome timed-out, whoever was first, and the session goes on", async () => {
    const text = `---\nconnections: {default: "\${URL}"}\n---\n# T\n\n${fence("sql {#slow timeout=300ms continue-on-error}", "select pg_sleep(20)")}\n${fence("sql {#next}", "select 1")}`;
    const {performance, events} = await performText(text, {environment: {PATH: process.env.PATH ?? "", URL: cluster.url}});
    await performance.done;
    expect(eventsOf(events, "cell-ended").map(({outcome}) => outcome)).toEqual([{type: "timed-out", afterMs: 300}, {type: "passed"}]);
  });
});

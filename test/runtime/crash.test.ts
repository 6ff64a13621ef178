import {appendFile, readFile, truncate} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {runStanding, standing} from "../../src/model/standing.ts";
import {killProcessesOf} from "../../src/runtime/kill-run.ts";
import {isHeld} from "../../src/runtime/lock.ts";
import {findRun, followRun, listRuns, readRun} from "../../src/runtime/runs.ts";
import {begin, temporaryFolder} from "./begin.ts";
import {firstLine, startProgram} from "./child.ts";
import {cell, runbook} from "./tiny.ts";

describe("a runner that was killed in the middle of a cell", () => {
  test("leaves an interrupted run of which nothing claims to have passed that had not", async () => {
    const runs = await temporaryFolder();
    const child = await startProgram("runtime/endless.ts", [runs]);
    const folder = await firstLine(child);
    const before = await readRun(folder);
    expect(before).toMatchObject({live: true, damage: null});
    expect(runStanding(before.run, before.live)).toBe("running");

    const exited = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGKILL");
    await exited;
    const bytes = await readFile(join(folder, "journal.ndjson"));
    const after = await readRun(folder);
    expect(after).toMatchObject({live: false, damage: null});
    expect(runStanding(after.run, after.live)).toBe("interrupted");
    expect(["one", "two", "three"].map((id) => standing(stepRun(after.run, id as StepId)))).toEqual(["passed", "running", "pending"]);
    expect(after.events.slice(0, before.events.length)).toEqual(before.events);
    expect((await listRuns(runs))[0]).toMatchObject({id: after.id, standing: "interrupted", reason: ""});
    for await (const group of followRun(folder)) expect(group).toEqual(after.events); // ends by itself
    expect(await readFile(join(folder, "journal.ndjson"))).toEqual(bytes);
    expect(killProcessesOf(after.id)).toHaveLength(1); // the cell's shell; its kind here has no watchdog
  });
});

describe("a journal that is damaged", () => {
  test("is read up to the damage, which is said", async () => {
    const {performance} = await begin(runbook([cell("one", "echo eins"), cell("two", "echo zwei")]));
    await performance.done;
    const {folder} = performance;
    const path = join(folder, "journal.ndjson");
    const whole = await readRun(folder);
    expect(isHeld(folder)).toBe(false);

    await truncate(path, (await readFile(path)).length - 5);
    const torn = await readRun(folder);
    expect(torn.damage).toMatch(/^line 8 is not whole: the last \d+ bytes/);
    expect(torn.events).toEqual(whole.events.slice(0, -1));
    expect(runStanding(torn.run, torn.live)).toBe("interrupted");

    const lines = (await readFile(path, "utf8")).split("\n");
    await truncate(path, 0);
    await appendFile(path, lines.map((line) => line.replace("eins\\n", "EINS\\n")).join("\n"));
    const forged = await readRun(folder);
    expect(forged.damage).toBe("line 4: it does not continue the line before it: its prev is another sha256");
    expect(forged.events).toHaveLength(3);
  });

  test("of a folder that is none is an error of the call", async () => {
    const folder = await temporaryFolder();
    await expect(readRun(folder)).rejects.toThrow(/is no run folder/);
    await expect(findRun(folder, "latest")).rejects.toThrow(/there is no run in/);
  });
});

import {createHash} from "node:crypto";
import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test, vi} from "vitest";
import type {Event, Fact} from "../../src/model/event.ts";
import {attemptsOf, stepRun} from "../../src/model/run.ts";
import {standing} from "../../src/model/standing.ts";
import {openJournal} from "../../src/runtime/journal.ts";
import {isHeld, LockedError, takeLock} from "../../src/runtime/lock.ts";
import {followRun, readRun} from "../../src/runtime/runs.ts";
import {began, id, printed, started} from "../model/story.ts";
import {begin, temporaryFolder} from "./begin.ts";
import {firstLine, startProgram} from "./child.ts";
import {cell, runbook} from "./tiny.ts";

async function openIn(folder: string) {
  const heard: Event[] = [];
  const groups: number[] = [];
  const journal = await openJournal(folder, {
    accept(event) {
      if (event.type === "run-ended") throw new Error("not yet");
    },
    hear(events) {
      heard.push(...events);
      groups.push(events.length);
    }
  });
  return {journal, heard, groups};
}

describe("a journal", () => {
  test("chains its lines by sha256, as anybody can check", async () => {
    const {performance} = await begin(runbook([cell("one", "echo é")]));
    await performance.done;
    let prev = "0".repeat(64);
    for (const line of (await readFile(join(performance.folder, "journal.ndjson"), "utf8")).split(/(?<=\n)/)) {
      expect(JSON.parse(line)).toHaveProperty("prev", prev);
      prev = createHash("sha256").update(line).digest("hex");
    }
  });

  test("is heard in order and only after it was written", async () => {
    const folder = await temporaryFolder();
    const {journal, heard} = await openIn(folder);
    journal.write(started("a"));
    journal.write(began("a"));
    expect(heard).toHaveLength(0);
    await journal.append(printed("a", "x"));
    expect(heard.map(({seq}) => seq)).toEqual([1, 2, 3]);
    expect((await readFile(join(folder, "journal.ndjson"), "utf8")).split("\n")).toHaveLength(4);
    await journal.close();
  });

  test("waits for the disk once for all that came meanwhile", async () => {
    const {journal, groups} = await openIn(await temporaryFolder());
    await journal.append(started("a"));
    await Promise.all(Array.from({length: 1000}, () => journal.append(printed("a", "x"))));
    expect(journal.syncs).toBeLessThanOrEqual(4);
    expect(groups.reduce((sum, size) => sum + size)).toBe(1001);
    await journal.close();
  });

  test("writes what is grouped within 50 ms, and never syncs for it", async () => {
    const {journal, heard} = await openIn(await temporaryFolder());
    await journal.append(started("a"));
    for (let index = 0; index < 100; index++) journal.write(printed("a", "x"));
    expect(heard).toHaveLength(1);
    await vi.waitFor(() => expect(heard).toHaveLength(101), {timeout: 20_000, interval: 20});
    expect(journal.syncs).toBe(1);
    await journal.close();
  });

  test("asks its sources before each group, so that what they hold comes first", async () => {
    const {journal, heard} = await openIn(await temporaryFolder());
    await journal.append(started("a"));
    let pending: Fact[] = [printed("a", "late")];
    const remove = journal.addSource(() => {
      for (const fact of pending) journal.write(fact);
      pending = [];
    });
    await journal.append(began("a"));
    remove();
    expect(heard.map(({type}) => type)).toEqual(["run-started", "output-written", "cell-started"]);
    await journal.close();
  });

  test("never holds what cannot have happened", async () => {
    const {journal, heard} = await openIn(await temporaryFolder());
    await journal.append(started("a"));
    await expect(journal.append({type: "run-ended", outcome: "passed", reason: "", notes: [], by: null})).rejects.toThrow("not yet");
    await journal.append(began("a"));
    expect(heard.map(({seq, type}) => [seq, type])).toEqual([
      [1, "run-started"],
      [2, "cell-started"]
    ]);
    await journal.close();
  });

  test("of a folder that has one is not begun again", async () => {
    const folder = await temporaryFolder();
    await (await openIn(folder)).journal.close();
    await expect(openIn(folder)).rejects.toThrow(/EEXIST/);
    expect(isHeld(folder)).toBe(false);
  });

  test("can be followed while it is written", async () => {
    const tried = await begin(runbook([cell("one", "echo 1; sleep 0.3; echo 2"), cell("two", "true")]));
    const followed: Event[] = [];
    for await (const group of followRun(tried.performance.folder, {after: 1, everyMs: 20})) followed.push(...group);
    expect(followed).toEqual(tried.events.slice(1));
    expect(followed.at(-1)!.type).toBe("run-ended");
  });

  test("that cannot be written any more ends the run honestly", async () => {
    const folder = await temporaryFolder();
    const child = await startProgram("runtime/full-disk.ts", [folder], {fileLimitKiB: 100});
    const {folder: runFolder, ended} = JSON.parse(await firstLine(child)) as {folder: string; ended: string};
    expect(ended).toMatch(/^JournalWriteError: the journal cannot be written: EFBIG/);
    const {run, live, damage} = await readRun(runFolder);
    expect(live).toBe(false);
    expect(damage === null || /is not whole/.test(damage)).toBe(true);
    expect(run.ended).toBeNull();
    const ran = (await readdir(folder)).filter((name) => name.startsWith("ran-")).length;
    const startedCells = run.start!.plan.steps.filter(({step}) => standing(stepRun(run, step)) !== "pending").length;
    expect(startedCells).toBeGreaterThan(10);
    expect(startedCells).toBeGreaterThanOrEqual(ran); // nothing ran that the journal does not know of
    expect(attemptsOf(stepRun(run, id("cell-0")))[0]!.outcome).toEqual({type: "passed"});
  });
});

describe("the lock of a run folder", () => {
  test("keeps a second writer out while the first lives", async () => {
    const folder = await temporaryFolder();
    const lock = takeLock(folder);
    expect(() => takeLock(folder)).toThrow(LockedError);
    expect(() => takeLock(folder)).toThrow(`is being performed by process ${process.pid} on `);
    lock.release();
    takeLock(folder).release();
  });

  test("of a process that is gone is stale, also when its pid was given to another", async () => {
    const folder = await temporaryFolder();
    const lock = takeLock(folder);
    const holder = JSON.parse(await readFile(join(folder, "lock"), "utf8")) as Record<string, unknown>;
    lock.release();
    for (const stale of [
      {...holder, startedAt: "1"},
      {...holder, pid: 2 ** 22 + 1},
      {...holder, boot: "another"}
    ]) {
      await writeFile(join(folder, "lock"), JSON.stringify(stale));
      expect(isHeld(folder)).toBe(false);
      takeLock(folder).release();
    }
    await writeFile(join(folder, "lock"), JSON.stringify({...holder, host: "elsewhere"}));
    expect(() => takeLock(folder)).toThrow(LockedError); // whether that one lives, nobody here can know
  });
});

import {describe, expect, test} from "vitest";
import {stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {standing} from "../../src/model/standing.ts";
import {readRun} from "../../src/runtime/runs.ts";
import {begin} from "./begin.ts";
import {cell, runbook} from "./tiny.ts";

const id = (name: string): StepId => name as StepId;

describe("a run", () => {
  test("executes its cells in order and leaves a folder that tells the same", async () => {
    const book = runbook([cell("one", "echo eins"), cell("two", "echo zwei >&2")]);
    const {performance, events} = await begin(book);
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed", reason: "2 of 2 steps passed"});
    expect(events.map(({type}) => type)).toEqual([
      "run-started",
      "cell-started",
      "output-written",
      "cell-ended",
      "cell-started",
      "output-written",
      "cell-ended",
      "run-ended"
    ]);
    const recording = await readRun(performance.folder);
    expect(recording).toMatchObject({id: performance.id, path: "tiny.md", live: false, damage: null});
    expect(recording.events).toEqual(events);
    expect(recording.run).toEqual(run);
    expect(Buffer.from(recording.bytes).toString()).toBe("tiny\n");
  });

  test("stops at the first cell that fails, and says which promise broke", async () => {
    const book = runbook([cell("one", "echo three", {expect: ["stdout == 'four\\n'"]}), cell("two", "true")]);
    const run = await (await begin(book)).performance.done;
    expect(run.ended).toMatchObject({outcome: "failed"});
    expect(run.ended!.reason).toContain(`"one" failed: expected stdout == 'four\\n'; found stdout = `);
    expect(standing(stepRun(run, id("two")))).toBe("pending");
  });

  test("a quiet cell costs two syncs", async () => {
    const quiet = [cell("one", "true"), cell("two", "true"), cell("three", "echo 3", {capture: {THREE: {}}})];
    const {performance, events} = await begin(runbook(quiet));
    await performance.done;
    expect(events.filter(({type}) => type === "variable-captured")).toHaveLength(1);
    // run-started and run-ended, and two for each cell
    expect(performance.syncs).toBe(2 + 2 * quiet.length);
  });
});

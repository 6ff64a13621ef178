import {describe, expect, test} from "vitest";
import type {Event} from "../../src/model/event.ts";
import {stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {standing} from "../../src/model/standing.ts";
import {resume} from "../../src/runtime/resume.ts";
import {readRun} from "../../src/runtime/runs.ts";
import {begin} from "./begin.ts";
import {cell, conduct, runbook, sh} from "./tiny.ts";

const id = (name: string): StepId => name as StepId;

describe("a run that was left while a cell ran", () => {
  const book = runbook([cell("one", "echo one"), cell("two", "test -e ../go || sleep 60; echo two"), cell("three", "echo three")]);

  test("goes on with a person's word about the cell that was cut short, and with nothing else of it again", async () => {
    const {performance} = await begin(book);
    while (standing(stepRun(performance.run, id("two"))) !== "running") await new Promise((wake) => setTimeout(wake, 10));
    await performance.leave();
    const before = await readRun(performance.folder);
    expect(before).toMatchObject({live: false, damage: null, run: {ended: null}});
    expect(standing(stepRun(before.run, id("two")))).toBe("cancelled");

    const asked: string[] = [];
    const events: Event[] = [];
    let first = true;
    const course = conduct(book, {
      ask: async (step, question) => {
        asked.push(`${step.id}: ${question.type}`);
        return {answer: {type: "done"}, by: "grace", note: "seen", via: "--lost"};
      }
    });
    const resumed = await resume({
      folder: performance.folder,
      runbook: book,
      bytes: Buffer.from("tiny\n"),
      directory: `${performance.folder}/..`,
      acceptChanges: false,
      cutShort: new Set([id("two")]),
      operator: "grace",
      kinds: [sh],
      environment: {PATH: process.env.PATH ?? ""},
      values: [],
      conductor: {
        ...course,
        async choose(run) {
          if (!first) return course.choose(run);
          first = false;
          return {type: "pass", step: id("two"), by: "grace"};
        }
      },
      onEarlier: (earlier) => expect(earlier).toEqual(before.events),
      onEvents: (heard) => events.push(...heard)
    });
    const run = await resumed.done;
    expect(asked).toEqual(["two: lost"]);
    expect(run.ended).toMatchObject({outcome: "passed"});
    expect(events.flatMap((event) => (event.type === "cell-started" ? [event.step] : []))).toEqual(["three"]);
    expect(events[0]).toMatchObject({type: "run-resumed", seq: before.run.seq + 1, operator: "grace"});
    const whole = await readRun(performance.folder);
    expect(whole.damage).toBeNull();
    expect(whole.events).toEqual([...before.events, ...events]);
    expect(whole.run).toEqual(run);
  });

  test("is left as it was when whoever resumes it says no, and its lock with it", async () => {
    const {performance} = await begin(book);
    while (standing(stepRun(performance.run, id("two"))) !== "running") await new Promise((wake) => setTimeout(wake, 10));
    await performance.leave();
    const before = await readRun(performance.folder);
    const refused = resume({
      folder: performance.folder,
      runbook: book,
      bytes: Buffer.from("tiny\n"),
      directory: `${performance.folder}/..`,
      acceptChanges: false,
      cutShort: new Set(),
      operator: "grace",
      kinds: [sh],
      environment: {},
      values: [],
      conductor: conduct(book),
      onEarlier() {
        throw new Error("not now");
      },
      onEvents: () => {}
    });
    await expect(refused).rejects.toThrow("not now");
    expect(await readRun(performance.folder)).toEqual(before);
  });
});

import {describe, expect, test} from "vitest";
import {comesNext} from "../../src/model/course.ts";
import {formatDuration} from "../../src/model/duration.ts";
import type {Fact} from "../../src/model/event.ts";
import type {PlannedStep} from "../../src/model/plan.ts";
import {fold} from "../../src/model/run.ts";
import type {Objective, SectionId, StepId} from "../../src/model/runbook.ts";
import {concludeRun, judgeRun} from "../../src/model/verdict.ts";
import {cell, runbook, span} from "../runtime/tiny.ts";
import {answered, asked, began, failed, id, passed, planned, started, story} from "./story.ts";

const book = runbook([cell("one", "true"), cell("two", "true", {title: "Count what was restored"}), cell("three", "true")]);
const conclude = (...facts: readonly Fact[]) => concludeRun(book, fold(story(started("one", "two", "three"), ...facts)), null);
const all = [began("one"), passed("one"), began("two"), passed("two"), began("three"), passed("three")];

describe("what came of a run", () => {
  test("names the step and its promise when one broke", () => {
    expect(conclude(began("one"), passed("one"), began("two"), failed("two", "expected rows[0].n == 3; found rows[0].n = 2"))).toEqual({
      outcome: "failed",
      reason: '"Count what was restored" failed: expected rows[0].n == 3; found rows[0].n = 2'
    });
  });

  test("is passed only when every step that was wanted is through", () => {
    expect(conclude(...all)).toEqual({outcome: "passed", reason: "3 of 3 steps passed"});
    expect(conclude(...all.slice(0, 4))).toEqual({outcome: "stopped", reason: 'stopped before "three", which was not reached'});
    expect(conclude(...all.slice(0, 4), {type: "step-skipped", step: id("three"), reason: "not today", by: "ada"})).toEqual({
      outcome: "passed",
      reason: "2 of 3 steps passed, 1 skipped"
    });
  });

  test("is never passed while a cell has no end", () => {
    expect(conclude(...all.slice(0, 5)).outcome).toBe("stopped");
  });

  test("takes a repeated step as it ended last", () => {
    expect(conclude(...all, began("one", 2), failed("one", "gone", 2))).toMatchObject({outcome: "failed"});
    expect(conclude(began("one"), failed("one", "gone"), began("one", 2), passed("one", 2), ...all.slice(2))).toMatchObject({
      outcome: "passed"
    });
  });

  test("is cancelled before it is failed", () => {
    expect(conclude(began("one"), failed("one", "gone"), {type: "cancel-requested", by: "bo", step: null})).toEqual({
      outcome: "cancelled",
      reason: 'cancelled by bo; "one" failed: gone'
    });
  });

  test("counts what the plan wanted, and not what no decision led to", () => {
    const branch: PlannedStep = planned("two", {group: "branch" as SectionId, chosenBy: [{decision: id("one"), choice: 1}]});
    const facts: readonly Fact[] = [
      started(planned("one", {action: "ask"}), branch, planned("three", {action: "offer"})),
      asked("one"),
      {type: "question-answered", step: id("one"), answer: {type: "chosen", choice: 0, proposed: false}, by: "bo", note: "", via: "page"}
    ];
    const verdict = judgeRun(book, fold(story(...facts)));
    expect(verdict).toMatchObject({wanted: 1, broken: null});
    expect(verdict.counts).toMatchObject({answered: 1, pending: 0});
  });

  test("says objectives with what they were to be", () => {
    const rto: Objective = {
      id: "rto",
      title: null,
      metric: "rto",
      maxMs: 900_000,
      from: "a",
      to: "b",
      value: null,
      section: "main" as SectionId,
      span
    };
    const withRto = {...book, objectives: [rto]};
    const measured = (measure: object): string =>
      judgeRun(
        withRto,
        fold(
          story(started("one", "two", "three"), {
            type: "objective-measured",
            objective: "rto",
            measure: {result: "met", actualMs: 723_000, waitingMs: 0, idleMs: 0, reason: null, ...measure}
          })
        )
      ).objectives[0]!.words;
    expect(measured({})).toBe("RTO 12m 3s of at most 15m");
    expect(measured({waitingMs: 240_000})).toBe("RTO 12m 3s of at most 15m, 4m of it waiting for people");
    expect(measured({result: "missed", actualMs: null})).toBe("RTO missed, at most 15m");
    expect(judgeRun(withRto, fold(story(started("one")))).objectives[0]!.words).toBe("RTO: at most 15m");
  });
});

describe("the course", () => {
  const plan = (...steps: readonly PlannedStep[]) => started(...steps);
  const next = (facts: readonly Fact[], options = {}): StepId | null => comesNext(book, fold(story(...facts)), options)?.step ?? null;
  const clean = planned("three", {phase: "always", group: "clean" as SectionId});
  const undo = planned("two", {phase: "on-failure", group: "undo" as SectionId});

  test("goes to what a failure leads to, then to what always runs", () => {
    expect(next([plan(planned("one"), undo, clean), began("one"), failed("one", "x")])).toBe("two");
    expect(next([plan(planned("one"), undo, clean), began("one"), passed("one")])).toBe("three");
    expect(next([plan(planned("one"), undo, clean), began("one"), failed("one", "x"), began("two"), failed("two", "y")])).toBe("three");
  });

  test("leaves nothing but the clean-up when it is halted", () => {
    expect(next([plan(planned("one"), undo, clean)], {halted: true})).toBe("three");
  });

  test("stops behind a refused gate", () => {
    expect(
      next([plan(planned("one", {action: "ask"}), planned("two"), planned("three")), asked("one"), answered("one", "refused")])
    ).toBeNull();
  });
});

test("durations are as people read them", () => {
  expect([0, 999, 1234, 42_000, 65_000, 3_600_000, 3_665_000, 90_061_000, -5000].map(formatDuration)).toEqual([
    "0ms",
    "999ms",
    "1.2s",
    "42s",
    "1m 5s",
    "1h",
    "1h 1m",
    "1d 1h",
    "-5s"
  ]);
});

import {describe, expect, test} from "vitest";
import type {Checklist, Gate, Milestone, Objective, SectionId, StepId} from "../../src/model/runbook.ts";
import {begin} from "./begin.ts";
import {cell, conduct, expression, runbook, section, span} from "./tiny.ts";

const main = "main" as SectionId;
const milestone = (id: string, before: number, rest: Partial<Milestone> = {}): Milestone => ({
  id,
  title: id,
  at: null,
  section: main,
  before,
  span,
  ...rest
});
const objective = (rest: Partial<Objective>): Objective => ({
  id: "rto",
  title: null,
  metric: "rto",
  maxMs: 60_000,
  from: null,
  to: null,
  value: null,
  section: main,
  span,
  ...rest
});
const rto = objective({from: "lost", to: "verified"});

describe("an objective", () => {
  test("is met between the milestones around the work, with the wait for people as its own part", async () => {
    const gate: Gate = {
      type: "gate",
      id: "gate" as StepId,
      role: null,
      nodes: [],
      written: true,
      title: null,
      section: main,
      uses: [],
      span
    };
    const book = runbook([gate, cell("restore", "sleep 0.05")], {
      milestones: [milestone("lost", 0), milestone("verified", 2)],
      objectives: [rto]
    });
    const ask = async () => {
      await new Promise((wake) => setTimeout(wake, 100));
      return {answer: {type: "confirmed"}, by: "bo", note: "", via: "page"} as const;
    };
    const {performance, events} = await begin(book, {conductor: conduct(book, {ask})});
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    const measure = run.measures.get("rto")!;
    expect(measure).toMatchObject({result: "met", idleMs: 0, reason: null});
    expect(measure.waitingMs).toBeGreaterThanOrEqual(95);
    expect(measure.actualMs!).toBeGreaterThanOrEqual(measure.waitingMs + 45);
    expect(events.map(({type}) => type)).toEqual([
      "run-started",
      "milestone-reached",
      "question-asked",
      "question-answered",
      "cell-started",
      "cell-ended",
      "milestone-reached",
      "objective-measured",
      "run-ended"
    ]);
  });

  test("that took too long makes the run miss", async () => {
    const book = runbook([cell("restore", "sleep 0.1")], {
      milestones: [milestone("lost", 0), milestone("verified", 1)],
      objectives: [{...rto, maxMs: 50}]
    });
    const run = await (await begin(book)).performance.done;
    expect(run.ended!.outcome).toBe("missed");
    expect(run.ended!.reason).toMatch(/^RTO \d+ms of at most 50ms$/);
  });

  test("whose milestone was not reached is missed, and the step that failed is the reason of the run", async () => {
    const book = runbook([cell("restore", "false")], {milestones: [milestone("lost", 0), milestone("verified", 1)], objectives: [rto]});
    const run = await (await begin(book)).performance.done;
    expect(run.measures.get("rto")).toMatchObject({result: "missed", actualMs: null, reason: 'milestone "verified" was not reached'});
    expect(run.ended).toMatchObject({outcome: "failed", reason: '"restore" failed: exit 1, expected 0'});
  });

  test("of a part that was not run is not measured", async () => {
    const other = "other" as SectionId;
    const book = runbook([cell("one", "true"), cell("two", "true", {section: other})], {
      milestones: [milestone("lost", 0), milestone("verified", 2, {section: other})],
      objectives: [rto]
    });
    const run = await (await begin(book, {section: main})).performance.done;
    expect(run.measures.get("rto")).toMatchObject({result: "not-measured"});
    expect(run.ended).toMatchObject({outcome: "passed"});
  });

  test("by value is measured from captured times, and fails when it is negative", async () => {
    const rpo = objective({
      id: "rpo",
      metric: "rpo",
      maxMs: 300_000,
      value: expression("timestamp(vars.LOST_AT) - timestamp(vars.LAST_COMMIT)")
    });
    const times = (lost: string, last: string) => [
      cell("lost", `echo ${lost}`, {capture: {LOST_AT: {}}}),
      cell("last", `echo ${last}`, {capture: {LAST_COMMIT: {}}})
    ];
    const good = await (await begin(runbook(times("2026-01-01T00:02:00Z", "2026-01-01T00:00:30Z"), {objectives: [rpo]}))).performance.done;
    expect(good.measures.get("rpo")).toMatchObject({result: "met", actualMs: 90_000});
    const bad = await (await begin(runbook(times("2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z"), {objectives: [rpo]}))).performance.done;
    expect(bad.ended).toMatchObject({
      outcome: "failed",
      reason: "RPO -30s of at most 5m: it is negative: its end came before its beginning"
    });
  });
});

describe("a milestone", () => {
  test("with a captured time has that time, as soon as it can be read", async () => {
    const at = expression("timestamp(vars.AT)");
    const book = runbook([cell("one", "echo 2026-01-01T00:00:00Z", {capture: {AT: {}}}), cell("two", "true")], {
      milestones: [milestone("early", 0, {at}), milestone("late", 2, {at})],
      objectives: [objective({from: "early", to: "late"})]
    });
    const run = await (await begin(book)).performance.done;
    expect(run.milestones.get("late")!.last).toEqual({at: "2026-01-01T00:00:00Z", ms: null});
    expect(run.milestones.get("early")?.first.at).toBe("2026-01-01T00:00:00Z");
  });

  test("after an advisory checklist is reached without anybody ticking it", async () => {
    const list: Checklist = {
      type: "checklist",
      id: "list" as StepId,
      advisory: true,
      items: [],
      nodes: [],
      written: false,
      title: null,
      section: main,
      uses: [],
      span
    };
    const book = runbook([cell("one", "true"), list], {milestones: [milestone("done", 2)]});
    expect((await (await begin(book)).performance.done).milestones.has("done")).toBe(true);
  });

  test("after a section that a decision did not choose is reached when the run gets past the decision", async () => {
    const branch = "branch" as SectionId;
    const end = "end" as SectionId;
    const decision = {
      type: "decision",
      id: "decide" as StepId,
      choices: [
        {label: "A", file: null, section: branch, span},
        {label: "B", file: null, section: null, span}
      ],
      choose: null,
      nodes: [],
      written: true,
      title: null,
      section: main,
      uses: [],
      span
    } as const;
    const book = runbook([decision, cell("in-branch", "true", {section: branch})], {
      sections: [section("main"), section("branch", {rule: "chosen"}), section("end")],
      milestones: [milestone("done", 2, {section: end})]
    });
    for (const choice of [0, 1]) {
      const ask = async () => ({answer: {type: "chosen", choice, proposed: false}, by: "bo", note: "", via: "page"}) as const;
      const {performance, events} = await begin(book, {conductor: conduct(book, {ask})});
      const run = await performance.done;
      expect(run.ended).toMatchObject({outcome: "passed"});
      const types = events.map(({type}) => type);
      expect(types.indexOf("milestone-reached")).toBe(
        choice === 0 ? types.indexOf("cell-ended") + 1 : types.indexOf("question-answered") + 1
      );
    }
  });

  test("in a clean-up section is not reached by the steps in order", async () => {
    const clean = "clean" as SectionId;
    const book = runbook([cell("one", "true"), cell("two", "false", {section: clean})], {
      sections: [section("main"), section("clean", {rule: "always"})],
      milestones: [milestone("cleaned", 2, {section: clean})]
    });
    expect((await (await begin(book)).performance.done).milestones.has("cleaned")).toBe(false);
  });
});

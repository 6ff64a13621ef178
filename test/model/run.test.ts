import {describe, expect, test} from "vitest";
import type {Event, Fact} from "../../src/model/event.ts";
import type {Run} from "../../src/model/run.ts";
import {apply, attemptsOf, blank, fold, JournalError, stepRun} from "../../src/model/run.ts";
import {runStanding, standing} from "../../src/model/standing.ts";
import {answered, asked, began, everything, failed, id, passed, printed, started, story} from "./story.ts";

describe("the fold of a journal", () => {
  test("knows every attempt of a cell", () => {
    const run = fold(story(started("a"), began("a"), printed("a", "x"), failed("a", "no"), began("a", 2), passed("a", 2)));
    const now = stepRun(run, id("a"));
    expect(standing(now)).toBe("passed");
    expect(attemptsOf(now).map(({number, outcome}) => `${number} ${outcome.type}`)).toEqual(["1 failed", "2 passed"]);
    expect(attemptsOf(now)[0]!.outputs.toArray()).toEqual([{type: "text", stream: "stdout", text: "x"}]);
  });

  test("takes nothing for granted that has no end", () => {
    const run = fold(story(started("a", "b"), began("a"), printed("a", "all is well")));
    expect(standing(stepRun(run, id("a")))).toBe("running");
    expect(runStanding(run, true)).toBe("running");
    expect(runStanding(run, false)).toBe("interrupted");
  });

  test("counts the time that people took", () => {
    const run = fold(story(started("gate"), asked("gate"), answered("gate", "confirmed")));
    expect(run.waits.toArray()).toEqual([{fromMs: 1000, toMs: 2000}]);
  });

  test("keeps who confirmed a cell with what it became", () => {
    const confirmation: Fact = {
      type: "question-asked",
      step: id("a"),
      question: {type: "confirmation", phrase: null, reasons: [], unknown: [], values: {}, text: "", sha256: "0".repeat(64)}
    };
    expect(stepRun(fold(story(started("a"), confirmation, answered("a", "confirmed"), began("a"), passed("a"))), id("a"))).toMatchObject({
      status: "ended",
      confirmed: {by: "bo", via: "page"}
    });
    expect(standing(stepRun(fold(story(started("a"), confirmation, answered("a", "refused"))), id("a")))).toBe("refused");
  });

  test.each<[string, readonly Fact[], string]>([
    ["a beginning that is none", [began("a")], 'journal broken at event 1: expected "run-started", found "cell-started"'],
    ["an end without a beginning", [started("a"), passed("a")], 'journal broken at event 2: "cell-ended" of step "a", which is pending'],
    [
      "the end of another attempt",
      [started("a"), began("a"), passed("a", 2)],
      'journal broken at event 3: "cell-ended" of step "a", which is running'
    ],
    [
      "an answer to no question",
      [started("a"), answered("a", "confirmed")],
      'journal broken at event 2: "question-answered" of step "a", which is pending'
    ],
    [
      "output of another attempt among its own",
      [started("a"), began("a"), printed("a", "x"), printed("a", "y", {attempt: 2}), printed("a", "z")],
      'journal broken at event 4: "output-written" of step "a", which is running'
    ],
    ["a step that was not planned", [started("a"), began("b")], 'journal broken at event 2: step "b" is not in the plan'],
    [
      "anything after the end",
      [started("a"), {type: "run-ended", outcome: "passed", reason: "", notes: [], by: null}, began("a")],
      'journal broken at event 3: "cell-started" after the run had ended'
    ]
  ])("refuses %s", (_, facts, message) => {
    expect(() => fold(story(...facts))).toThrow(new JournalError(Number(/\d+/.exec(message)![0]), message.replace(/^.*?: /, "")));
  });

  test("refuses a gap, and ignores what it has seen", () => {
    const events = story(started("a"), began("a"), passed("a"));
    expect(() => fold([events[0]!, events[2]!])).toThrow("journal broken at event 3: expected event 2");
    expect(fold([...events, ...events])).toEqual(fold(events));
  });

  test("is the same from every prefix, however much of it is repeated", () => {
    const whole = fold(everything);
    for (let cut = 0; cut <= everything.length; cut++) {
      for (const overlap of [0, 2, cut]) {
        const before = fold(everything.slice(0, cut));
        expect(JSON.stringify(before.steps)).toBe(JSON.stringify(fold(everything.slice(0, cut)).steps));
        const resumed = fold(everything.slice(Math.max(0, cut - overlap)), before);
        expect(resumed).toEqual(whole);
        expect(JSON.stringify(resumed)).toBe(JSON.stringify(whole));
      }
    }
  });

  test("is the same taken one by one, in pieces or all at once", () => {
    const printing = story(
      started("a", "b"),
      began("a"),
      began("b"),
      ...["1", "2", "3"].flatMap((text) => [printed("a", text), printed("a", text, {stream: "stderr"}), printed("b", text)]),
      passed("b"),
      printed("a", "4"),
      printed("a", "5"),
      failed("a", "no"),
      began("a", 2),
      printed("a", "6", {attempt: 2})
    );
    for (const events of [everything, printing]) {
      const whole = JSON.stringify(fold(events));
      for (let size = 1; size < events.length; size++) {
        let run = blank;
        const seen: [run: Run, text: string][] = [];
        for (let from = 0; from < events.length; from += size) {
          run = fold(events.slice(from, from + size), run);
          seen.push([run, JSON.stringify(run)]);
        }
        expect(JSON.stringify(run)).toBe(whole);
        for (const [earlier, text] of seen) expect(JSON.stringify(earlier)).toBe(text);
      }
    }
  });

  test("leaves earlier runs as they were", () => {
    const events = story(started("a"), began("a"), printed("a", "1"), printed("a", "2"));
    const early = fold(events.slice(0, 3));
    const branched = [
      apply(early, events[3]!),
      apply(early, {...events[3]!, output: {type: "text", stream: "stderr", text: "other"}} as Event)
    ];
    const texts = [early, ...branched].map((run) =>
      JSON.stringify((stepRun(run, id("a")) as {attempt: {outputs: unknown}}).attempt.outputs)
    );
    expect(texts.map((text) => text.match(/"text":"(\w+)"/g))).toEqual([
      ['"text":"1"'],
      ['"text":"1"', '"text":"2"'],
      ['"text":"1"', '"text":"other"']
    ]);
  });
});

describe("folding", () => {
  /** Both streams in turn, over many steps. */
  function long(events: number, steps: number): readonly Event[] {
    const names = Array.from({length: steps}, (_, index) => `s${index}`);
    const facts: Fact[] = [started(...names), ...names.map((name) => began(name))];
    for (let index = facts.length; index < events; index++)
      facts.push(printed(names[index % steps]!, "x", {stream: index % 2 === 0 ? "stdout" : "stderr"}));
    return story(...facts);
  }
  /** How many times as long the second takes: the best of several rounds, taken in turn, because other work may be going on. */
  /** By processor time, as what others do on the machine meanwhile is none of it; it is told in steps of some milliseconds. */
  function growth(one: readonly Event[], other: readonly Event[]): number {
    const [spent, folds] = [[0, 0], 25];
    for (let round = 0; round < folds; round++) {
      for (const [index, events] of [one, other].entries()) {
        const began = process.cpuUsage();
        fold(events);
        spent[index] = spent[index]! + process.cpuUsage(began).user;
      }
    }
    return spent[1]! / Math.max(1, spent[0]!);
  }

  test("four times as many events of alternating streams takes about four times as long, and not sixteen", () => {
    expect(growth(long(25_000, 1), long(100_000, 1))).toBeLessThan(10);
  });

  test("eight times as many steps takes hardly longer, and not eight times", () => {
    expect(growth(long(50_000, 500), long(50_000, 4000))).toBeLessThan(4);
  });
});

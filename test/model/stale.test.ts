import {expect, test} from "vitest";
import {durationsOf} from "../../src/model/durations.ts";
import type {Fact} from "../../src/model/event.ts";
import {fold} from "../../src/model/run.ts";
import type {Runbook} from "../../src/model/runbook.ts";
import {findStale} from "../../src/model/stale.ts";
import {began, ending, failed, id, passed, started, story} from "./story.ts";

const runbook = {steps: ["a", "b", "c"].map((name) => ({id: id(name), type: "cell"}))} as unknown as Runbook;

test("a result is stale once a cell above it has been executed again, until it is executed itself", () => {
  const first = [started("a", "b", "c"), began("a"), passed("a"), began("b"), passed("b"), began("c"), failed("c", "no")];
  const stale = (...facts: readonly Fact[]) => Object.fromEntries(findStale(runbook, fold(story(...first, ...facts))));
  expect(stale()).toEqual({});
  expect(stale(began("a", 2))).toEqual({b: "a", c: "a"});
  expect(stale(began("a", 2), passed("a", 2), began("b", 2))).toEqual({c: "b"});
  expect(stale(began("a", 2), passed("a", 2), began("b", 2), passed("b", 2), began("c", 2), passed("c", 2))).toEqual({});
  expect(stale(began("c", 2), passed("c", 2))).toEqual({});
});

test("how long cells took is told by their last attempt that passed", () => {
  const run = fold(
    story(started("a", "b", "c"), began("a"), passed("a"), began("a", 2), failed("a", "no", 2), began("b"), failed("b", "no"))
  );
  expect(durationsOf(run)).toEqual({a: ending.durationMs});
});

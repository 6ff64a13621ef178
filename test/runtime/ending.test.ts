import {describe, expect, test} from "vitest";
import {stepRun} from "../../src/model/run.ts";
import type {SectionId, StepId} from "../../src/model/runbook.ts";
import {runStanding, standing} from "../../src/model/standing.ts";
import {killProcessesOf} from "../../src/runtime/kill-run.ts";
import {createBash} from "../../src/runtime/kinds/bash/bash.ts";
import {readRun} from "../../src/runtime/runs.ts";
import type {Tried} from "./begin.ts";
import {begin} from "./begin.ts";
import {cell, conduct, expression, runbook, section, sh} from "./tiny.ts";

const id = (name: string): StepId => name as StepId;
const main = "main" as SectionId;
const clean = cell("clean", "echo clean", {section: "clean" as SectionId});
const sections = [section("main"), section("clean", {rule: "always"})];

async function untilPrinted({events}: Tried, step: string): Promise<void> {
  while (!events.some((event) => event.type === "output-written" && event.step === step)) await new Promise((wake) => setTimeout(wake, 10));
}

describe("a cell", () => {
  test("that takes too long is timed out, and keeps what it printed", async () => {
    const {performance} = await begin(runbook([cell("slow", "echo begun; sleep 100", {options: {timeoutMs: 200}})]));
    const run = await performance.done;
    const now = stepRun(run, id("slow"));
    expect(now).toMatchObject({status: "ended", attempt: {outcome: {type: "timed-out", afterMs: 200}, ending: {signal: "SIGKILL"}}});
    expect(now.status === "ended" && now.attempt.outputs.toArray()).toEqual([{type: "text", stream: "stdout", text: "begun\n"}]);
    expect(run.ended).toMatchObject({outcome: "failed", reason: '"slow" timed out: not done after 200ms'});
  });

  test("that had ended when its time was over has ended by itself, though what it left is still being ended", async () => {
    const config = {cwd: null, shell: "-eu", flags: ["-eu"]};
    const left = "(trap '' TERM; sleep 1000; sleep 1000) > /dev/null 2>&1 & sleep 0.1";
    const book = runbook([cell("leaves", left, {kind: "bash", config, options: {timeoutMs: 3000}})]);
    const {performance} = await begin(book, {kinds: [createBash({graceMs: 3500, settleMs: 200})]});
    const now = stepRun(await performance.done, id("leaves"));
    expect(now).toMatchObject({attempt: {outcome: {type: "passed"}, ending: {exit: 0}}});
    expect(now.status === "ended" && now.attempt.ending.durationMs).toBeGreaterThan(3000);
  });

  test("that fails is tried again while there are retries, each an attempt of its own", async () => {
    const flaky = cell("flaky", 'echo x >> "$RUNBOOK_RUN_DIRECTORY/tries"; test "$(wc -l < "$RUNBOOK_RUN_DIRECTORY/tries")" -ge 3', {
      options: {retries: 5, everyMs: 10}
    });
    const book = runbook([cell("go", "true"), flaky]);
    const {performance} = await begin(book, {environment: {PATH: process.env.PATH!}});
    const run = await performance.done;
    const now = stepRun(run, id("flaky"));
    expect(now.status === "ended" && [...now.earlier, now.attempt].map(({number, outcome}) => [number, outcome.type])).toEqual([
      [1, "failed"],
      [2, "failed"],
      [3, "passed"]
    ]);
  });

  test("that waits gives up when its time is over", async () => {
    const never = cell("never", "false", {options: {withinMs: 6000, everyMs: 1000}});
    const run = await (await begin(runbook([never]))).performance.done;
    const now = stepRun(run, id("never"));
    expect(now.status === "ended" && now.earlier.length).toBeGreaterThan(1);
    expect(run.ended).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/^"never" (failed: exit 1, expected 0|timed out: not done within 6s)$/)
    });
  });

  test("whose last attempt is cut short by the end of `within` says that time, not what was left of it", async () => {
    const hangs = cell("hangs", "sleep 100", {options: {withinMs: 300, everyMs: 10, timeoutMs: 60_000}});
    const run = await (await begin(runbook([hangs]))).performance.done;
    expect(stepRun(run, id("hangs"))).toMatchObject({status: "ended", attempt: {outcome: {type: "timed-out"}}});
    expect(run.ended).toMatchObject({outcome: "failed", reason: '"hangs" timed out: not done within 300ms'});
  });

  test("whose `when` is false is skipped, and one whose `when` raises fails", async () => {
    const book = runbook([
      cell("maybe", "false", {options: {when: expression('steps["after"].outcome == "passed"')}}),
      cell("after", "true", {options: {when: expression('vars.NOBODY == "x"')}})
    ]);
    const run = await (await begin(book)).performance.done;
    expect(stepRun(run, id("maybe"))).toMatchObject({status: "skipped", reason: 'when steps["after"].outcome == "passed"', by: null});
    expect(run.ended).toMatchObject({outcome: "failed"});
    expect(run.ended!.reason).toMatch(/^"after" failed: when vars.NOBODY == "x": /);
  });

  test("that fails with `continue-on-error` lets the next ones run, and the run still fails", async () => {
    const run = await (await begin(runbook([cell("one", "false", {options: {continueOnError: true}}), cell("two", "true")]))).performance
      .done;
    expect(standing(stepRun(run, id("two")))).toBe("passed");
    expect(run.ended).toMatchObject({outcome: "failed"});
  });

  test("whose session cannot be opened fails with the reason", async () => {
    const broken = {...sh, open: () => Promise.reject(new Error("no database of that name"))};
    const run = await (await begin(runbook([cell("one", "true")]), {kinds: [broken]})).performance.done;
    expect(run.ended).toMatchObject({outcome: "failed", reason: '"one" failed: no database of that name'});
  });
});

describe("a run", () => {
  test("that is cancelled ends the running cell, and cleans up", async () => {
    const tried = await begin(runbook([cell("long", "echo begun; sleep 100", {section: main}), clean], {sections}));
    await untilPrinted(tried, "long");
    await tried.performance.cancel("bo");
    const run = await tried.performance.done;
    expect(standing(stepRun(run, id("long")))).toBe("cancelled");
    expect(standing(stepRun(run, id("clean")))).toBe("passed");
    expect(run.ended).toMatchObject({outcome: "cancelled", reason: 'cancelled by bo; "long" was cancelled'});
  });

  test("whose running cell is cancelled fails there", async () => {
    const tried = await begin(runbook([cell("long", "echo begun; sleep 100"), cell("after", "true")]));
    await untilPrinted(tried, "long");
    await tried.performance.cancelStep("bo");
    const run = await tried.performance.done;
    expect(tried.events.find(({type}) => type === "cancel-requested")).toMatchObject({by: "bo", step: "long"});
    expect(run.ended).toMatchObject({outcome: "failed", reason: '"long" was cancelled'});
  });

  test("that is killed ends at once, with a whole journal and no process left", async () => {
    const tried = await begin(runbook([cell("long", "echo begun; setsid sleep 100 & sleep 100"), clean], {sections}));
    await untilPrinted(tried, "long");
    await tried.performance.kill();
    const run = await tried.performance.done;
    expect(run.ended).toMatchObject({outcome: "cancelled"});
    expect(standing(stepRun(run, id("clean")))).toBe("pending");
    expect(killProcessesOf(tried.performance.id)).toEqual([]);
  });

  test("takes no word for what cannot have happened", async () => {
    const tried = await begin(runbook([cell("long", "echo begun; sleep 100")]));
    await untilPrinted(tried, "long");
    await expect(tried.performance.record({type: "step-skipped", step: id("long"), reason: "now", by: "bo"})).rejects.toThrow(
      '"step-skipped" of step "long", which is running'
    );
    await tried.performance.cancel("bo");
    await tried.performance.done;
    expect((await readRun(tried.performance.folder)).damage).toBeNull();
  });

  test("that is cancelled before its cell has begun does not begin it", async () => {
    const {performance, events} = await begin(runbook([cell("one", "true")]), {
      kinds: [{...sh, assess: () => performance.cancel("bo").then(() => ({verdict: "harmless", reasons: [], unknown: [], names: []}))}]
    });
    expect((await performance.done).ended).toMatchObject({outcome: "cancelled"});
    expect(events.some(({type}) => type === "cell-started")).toBe(false);
  });

  test("that is left while nobody does anything has no end, and can be told from one that was", async () => {
    const book = runbook([cell("one", "true"), cell("two", "echo begun; sleep 100")]);
    const waiting = await begin(book, {conductor: {...conduct(book), choose: () => new Promise(() => {})}});
    await waiting.performance.leave();
    const running = await begin(book);
    await untilPrinted(running, "two");
    await running.performance.leave();
    for (const {performance} of [waiting, running]) {
      const {run, live, damage} = await readRun(performance.folder);
      expect(runStanding(run, live)).toBe("interrupted");
      expect(damage).toBeNull();
    }
    expect(standing(stepRun(running.performance.run, id("two")))).toBe("cancelled");
  });

  test("that is killed while nobody does anything ends all the same", async () => {
    const book = runbook([cell("one", "true")]);
    const {performance} = await begin(book, {conductor: {...conduct(book), choose: () => new Promise(() => {})}});
    await performance.kill();
    expect((await performance.done).ended).toMatchObject({outcome: "cancelled"});
    await expect(performance.record({type: "step-skipped", step: id("one"), reason: "late", by: "bo"})).rejects.toThrow(
      "the run has ended"
    );
  });

  test("goes on when a view of it fails", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    let heard = 0;
    const {performance} = await begin(runbook([cell("one", "true")]), {
      onEvents() {
        if (++heard === 1) throw new Error("the terminal is gone");
      }
    });
    expect((await performance.done).ended).toMatchObject({outcome: "passed"});
    expect((await warned).message).toContain("the terminal is gone");
  });
});

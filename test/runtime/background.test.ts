import {appendFile, readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import type {Event} from "../../src/model/event.ts";
import {stepRun} from "../../src/model/run.ts";
import type {CellOptions, SectionId, StepId} from "../../src/model/runbook.ts";
import {createBash} from "../../src/runtime/kinds/bash/bash.ts";
import type {Tried} from "./begin.ts";
import {begin, temporaryFolder} from "./begin.ts";
import {processesOf} from "./kinds/bash/shell.ts";
import {cell, runbook, section} from "./tiny.ts";

const bash = createBash({graceMs: 1000, settleMs: 200});
const id = (name: string): StepId => name as StepId;
const shell = (name: string, source: string, options: Partial<CellOptions> = {}, rest: Parameters<typeof cell>[2] = {}) =>
  cell(name, source, {kind: "bash", config: {cwd: null, shell: "-euo pipefail", flags: ["-euo", "pipefail"]}, ...rest, options});
const perform = (steps: readonly ReturnType<typeof shell>[], rest: Parameters<typeof runbook>[1] = {}) =>
  begin(runbook(steps, rest), {kinds: [bash]});

const outcome = ({performance}: Tried, step: string) => {
  const now = stepRun(performance.run, id(step));
  return now.status === "ended" ? now.attempt.outcome.type : now.status;
};
const ended = ({events}: Tried, step: string) => {
  const found = events.find((event) => event.type === "cell-ended" && event.step === step);
  return found?.type === "cell-ended" ? found : null;
};
const printed = ({events}: Tried, step: string): string =>
  events
    .flatMap((event) => (event.type === "output-written" && event.step === step && event.output.type === "text" ? [event.output.text] : []))
    .join("");
const places = ({events}: Tried): readonly string[] =>
  events.flatMap((event: Event) => (event.type.startsWith("cell-") && "step" in event ? [`${event.type} ${event.step}`] : []));

test("a follower passes at the first matching line, and what it ran is ended", async () => {
  const folder = await temporaryFolder();
  const log = join(folder, "log");
  await appendFile(log, "not ready yet\n");
  setTimeout(() => void appendFile(log, "server ready\nmore\n"), 300);
  const tried = await perform([shell("follow", `tail -f ${log}`, {ready: "^server (ready|up)$"}), shell("next", "echo next")]);
  const run = await tried.performance.done;
  expect(run.ended).toMatchObject({outcome: "passed"});
  expect(printed(tried, "follow")).toContain("not ready yet\nserver ready\n");
  expect(ended(tried, "follow")).toMatchObject({outcome: {type: "passed"}, ending: {state: "not taken", signal: "SIGTERM"}});
  expect(await processesOf(run.start!.run)).toEqual([]);
});

test("a line on stderr, and a last line without an end, count as well", async () => {
  const tried = await perform([
    shell("errors", "echo up >&2; sleep 1000", {ready: "^up$"}),
    shell("unended", "printf 'a\\nup'; exit 3", {ready: "^up$"})
  ]);
  await tried.performance.done;
  expect([outcome(tried, "errors"), outcome(tried, "unended")]).toEqual(["passed", "passed"]);
});

test("a follower without a match is ended by its timeout", async () => {
  const tried = await perform([shell("follow", "echo one; sleep 1000", {ready: "two", timeoutMs: 300})]);
  const run = await tried.performance.done;
  expect(ended(tried, "follow")).toMatchObject({outcome: {type: "timed-out", afterMs: 300}});
  expect(await processesOf(run.start!.run)).toEqual([]);
});

test("a follower that ends before it was ready fails, whatever its status", async () => {
  const tried = await perform([shell("follow", "echo one", {ready: "two"}, {expect: ["exit == 0"]})]);
  await tried.performance.done;
  expect(ended(tried, "follow")?.outcome).toMatchObject({
    type: "failed",
    message: 'it ended before a line matched ready="two": exit status 0'
  });
});

test("a background cell goes on while later cells run, prints on, and is ended with the run", async () => {
  const tried = await perform([
    shell(
      "server",
      'echo "pid $$"; while :; do echo tick; sleep 0.05; done',
      {ready: "^pid", background: true},
      {
        capture: {SERVER_PID: {value: 'lines[0].split(" ")[1]'}}
      }
    ),
    shell("later", 'kill -0 "$SERVER_PID"; sleep 0.5; export SET_HERE=yes'),
    shell("last", 'echo "$SET_HERE"')
  ]);
  const run = await tried.performance.done;
  expect(run.ended).toMatchObject({outcome: "passed", reason: "3 of 3 steps passed"});
  expect(printed(tried, "server").split("tick").length).toBeGreaterThan(5);
  expect(printed(tried, "last")).toBe("yes\n");
  expect(places(tried)).toEqual([
    "cell-started server",
    "cell-ready server",
    "cell-started later",
    "cell-ended later",
    "cell-started last",
    "cell-ended last",
    "cell-ended server"
  ]);
  expect(await processesOf(run.start!.run)).toEqual([]);
});

test("a background cell that ignores TERM is killed at the end of the run", async () => {
  const tried = await perform([shell("server", "trap '' TERM; echo up; while :; do sleep 0.1; done", {ready: "up", background: true})]);
  const run = await tried.performance.done;
  expect(ended(tried, "server")).toMatchObject({outcome: {type: "passed"}, ending: {signal: "SIGKILL"}});
  expect(await processesOf(run.start!.run)).toEqual([]);
});

test("a background cell that dies stops the course and fails the run; the always sections still run", async () => {
  const clean = "clean" as SectionId;
  const tried = await perform(
    [
      shell("server", "echo up; sleep 0.2; exit 4", {ready: "up", background: true}),
      shell("later", "sleep 0.6"),
      shell("never", "true"),
      shell("clean", "true", {}, {section: clean})
    ],
    {sections: [section("main"), section("clean", {rule: "always"})]}
  );
  const run = await tried.performance.done;
  expect(ended(tried, "server")?.outcome).toMatchObject({
    type: "failed",
    message: "it was ready, and ended by itself before the run did: exit status 4"
  });
  expect([outcome(tried, "later"), outcome(tried, "never"), outcome(tried, "clean")]).toEqual(["passed", "pending", "passed"]);
  expect(run.ended).toMatchObject({outcome: "failed"});
});

test("with continue-on-error the course goes on, and the run still fails", async () => {
  const tried = await perform([
    shell("server", "echo up; sleep 0.1", {ready: "up", background: true, continueOnError: true}),
    shell("later", "sleep 0.5"),
    shell("after", "true")
  ]);
  const run = await tried.performance.done;
  expect(outcome(tried, "after")).toBe("passed");
  expect(run.ended).toMatchObject({outcome: "failed"});
});

test("a background cell whose promise is broken is ended at once", async () => {
  const tried = await perform([
    shell("server", "echo up; sleep 1000", {ready: "up", background: true, keep: true}, {expect: ['stdout == "down"']})
  ]);
  const run = await tried.performance.done;
  expect(ended(tried, "server")?.outcome.type).toBe("failed");
  expect(places(tried)).toEqual(["cell-started server", "cell-ended server"]);
  expect(await processesOf(run.start!.run)).toEqual([]);
});

test("keep lets a background cell outlive the run, and it can print on", async () => {
  const folder = await temporaryFolder();
  const source = `echo up; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo "$i"; done; echo whole > ${folder}/end`;
  const tried = await perform([shell("server", source, {ready: "up", background: true, keep: true})]);
  const run = await tried.performance.done;
  expect(run.ended).toMatchObject({outcome: "passed"});
  expect(ended(tried, "server")?.ending.kept[0]).toMatch(/^\S*bash .*\(pid \d+, started /s);
  await expect.poll(() => readFile(join(folder, "end"), "utf8").catch(() => ""), {timeout: 5000}).toBe("whole\n");
  await expect.poll(() => processesOf(run.start!.run), {timeout: 5000}).toEqual([]);
});

test("killing the run ends what goes on in the background, which is cancelled then", async () => {
  const tried = await perform([shell("server", "echo up; sleep 1000", {ready: "up", background: true}), shell("later", "sleep 1000")]);
  while (!places(tried).includes("cell-started later")) await new Promise((wake) => setTimeout(wake, 10));
  await tried.performance.kill();
  const run = await tried.performance.done;
  expect(outcome(tried, "server")).toBe("cancelled");
  expect(run.ended).toMatchObject({outcome: "cancelled"});
  expect(await processesOf(run.start!.run)).toEqual([]);
});

test("a run that is left ends it, and nobody can say any more that it passed", async () => {
  const tried = await perform([shell("server", "echo up; sleep 1000", {ready: "up", background: true}), shell("later", "sleep 1000")]);
  while (!places(tried).includes("cell-started later")) await new Promise((wake) => setTimeout(wake, 10));
  await tried.performance.leave();
  expect(outcome(tried, "server")).toBe("lost");
  expect(await processesOf(tried.performance.id)).toEqual([]);
});

test("a run that is left lets go of what is to be kept: nobody ends it, or says that it has ended", async () => {
  const tried = await perform([
    shell("server", "echo up; sleep 1000", {ready: "up", background: true, keep: true}),
    shell("later", "sleep 1000")
  ]);
  while (!places(tried).includes("cell-started later")) await new Promise((wake) => setTimeout(wake, 10));
  await tried.performance.leave();
  expect(ended(tried, "server")).toBeNull();
  expect(await processesOf(tried.performance.id)).toHaveLength(2);
});

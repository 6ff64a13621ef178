import {hostname, userInfo} from "node:os";
import {afterAll, beforeAll, expect, test} from "vitest";
import {stepRun} from "../../src/model/run.ts";
import type {CellOptions, StepId} from "../../src/model/runbook.ts";
import {createBash} from "../../src/runtime/kinds/bash/bash.ts";
import {type Sshd, startSshd} from "../support/sshd.ts";
import {begin} from "./begin.ts";
import {processesOf} from "./kinds/bash/shell.ts";
import {cell, runbook, span} from "./tiny.ts";

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.close());

const id = (name: string): StepId => name as StepId;
const shell = (name: string, source: string, options: Partial<CellOptions> = {}) =>
  cell(name, source, {kind: "bash", config: {cwd: null, shell: "-euo pipefail", flags: ["-euo", "pipefail"]}, options});
const settings = (url: string) => ({...runbook([]).settings, hosts: {box: {name: "box", url, span}}});
const perform = (steps: readonly ReturnType<typeof shell>[], url = "ssh://${BOX}") =>
  begin(runbook(steps, {settings: settings(url)}), {
    kinds: [createBash({graceMs: 1000, settleMs: 200})],
    environment: {...sshd.environment, BOX: sshd.url.replace("ssh://", "")}
  });

test("a host's cells say in the record where they ran and as whom, in a session of their own", async () => {
  const {performance} = await perform([
    shell("here", "export PLACE=here"),
    shell("there", 'echo "${PLACE-nowhere}"; export PLACE=there', {on: "box"}),
    shell("again", 'echo "$PLACE" "${RUNBOOK_OPERATOR}" "${RUNBOOK_RUN_DIRECTORY-}"', {on: "box"})
  ]);
  const run = await performance.done;
  const there = stepRun(run, id("there"));
  expect(there).toMatchObject({
    status: "ended",
    attempt: {outcome: {type: "passed"}, execution: {target: "box", host: hostname(), user: userInfo().username}}
  });
  const again = stepRun(run, id("again"));
  expect(again.status === "ended" && again.attempt.outputs.toArray()).toEqual([{type: "text", stream: "stdout", text: "there ada \n"}]);
  expect(await processesOf(performance.id)).toEqual([]);
});

test("a timeout ends what runs on the host; a host that cannot be reached fails the cell and says why", async () => {
  const {performance} = await perform([shell("slow", "sleep 992", {on: "box", timeoutMs: 700, continueOnError: true})]);
  expect(stepRun(await performance.done, id("slow"))).toMatchObject({attempt: {outcome: {type: "timed-out"}, ending: {signal: "SIGTERM"}}});
  expect(await processesOf(performance.id)).toEqual([]);
  const {performance: nowhere} = await perform([shell("lost", "true", {on: "box"})], "ssh://127.0.0.1:1");
  expect(stepRun(await nowhere.done, id("lost"))).toMatchObject({
    attempt: {outcome: {type: "failed", message: expect.stringMatching(/^host "box" could not be reached by ssh: .*refused/)}}
  });
});

test("a background cell goes on on its host while later cells run there, and is ended with the run", async () => {
  const {performance, events} = await perform([
    shell("server", "echo up; while :; do sleep 0.1; echo tick; done", {on: "box", ready: "up", background: true}),
    shell("later", "sleep 0.5", {on: "box"})
  ]);
  const run = await performance.done;
  expect(run.ended).toMatchObject({outcome: "passed"});
  expect(events.filter((event) => event.type === "output-written" && event.step === "server").length).toBeGreaterThan(2);
  expect(await processesOf(performance.id)).toEqual([]);
});

test("a cell whose connection breaks is lost, and the run does not go on by itself", async () => {
  const {performance, events} = await perform([shell("cut", "echo begun; sleep 991", {on: "box", retries: 3}), shell("next", "true")]);
  while (!events.some(({type}) => type === "output-written")) await new Promise((wake) => setTimeout(wake, 10));
  await sshd.cut();
  const run = await performance.done;
  expect(stepRun(run, id("cut"))).toMatchObject({status: "ended", earlier: [], attempt: {outcome: {type: "lost"}}});
  expect(stepRun(run, id("next")).status).toBe("pending");
  // The far side ends its own once it notices; nobody here can be told when that is.
  await expect.poll(() => processesOf(performance.id)).toEqual([]);
});

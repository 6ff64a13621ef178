import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {fence, usePlace} from "../cli/command.ts";
import {alive, begin, journalled, trial, until} from "./trial.ts";

const place = usePlace();
const ended = (id: string): string => fence(`bash {#${id}}`, `echo ${id}`);
const cleanUp = `## Clean up\n\n::procedure{run=always}\n\n${ended("tidy")}`;

test("a killed run is never completed by its clean-up, nor by anybody who reads it", async () => {
  const {process, runs, folder} = begin(
    place,
    `${ended("one")}\n${fence("bash {#two}", "echo begun; sleep 7401")}\n${ended("three")}\n${cleanUp}`
  );
  await until(() => journalled(folder()).printed("two") === "begun\n");
  process.kill("SIGKILL");
  await process;
  const {stdout} = await place.runbook("show", "latest", "--runs-dir", runs);
  expect(stdout).toContain("interrupted");
  const left = journalled(folder());
  expect(left.events.some(({type}) => type === "run-ended")).toBe(false);
  expect(["one", "two", "three", "tidy"].map((id) => left.stands(id))).toEqual(["passed", "running", "pending", "pending"]);
});

test("a cell of a dead runner does not run for ever: nobody saw its end, and only a person says what becomes of it", async () => {
  const {process, runs, folder} = begin(place, `${fence("bash {#one}", "echo begun; sleep 7402")}\n${ended("two")}`);
  await until(() => journalled(folder()).printed("one") === "begun\n");
  process.kill("SIGKILL");
  await process;
  const [run] = JSON.parse((await place.runbook("runs", "--json", "--runs-dir", runs)).stdout);
  expect(run).toMatchObject({standing: "interrupted"});
  const refused = await place.runbook("resume", "latest", "--runs-dir", runs);
  expect(refused.exit).toBe(3);
  expect(refused.stderr).toContain("nobody saw how it ended");
  expect((await place.runbook("resume", "latest", "--lost", "one=skip:it only waited", "--runs-dir", runs)).exit).toBe(0);
  expect(journalled(folder()).stands("two")).toBe("passed");
  await until(() => alive("7402").length === 0);
});

test("ending a cell ends all that it started, and keeps what it had printed", async () => {
  const source = [
    "echo partly; printf 'no newline'",
    "sleep 7403 & setsid sleep 7404 & (trap '' TERM; sleep 7405; sleep 7405) &",
    "sleep 7406"
  ];
  const {exit, stands, printed} = await trial(place, `${fence("bash {#one timeout=700ms}", ...source)}\n${ended("two")}`);
  expect(exit).toBe(1);
  expect([stands("one"), stands("two")]).toEqual(["timed-out", "pending"]);
  expect(printed("one")).toBe("partly\nno newline");
  expect(["7403", "7404", "7405", "7406"].flatMap(alive)).toEqual([]);
});

test("a grandchild that holds the output open does not put off a timeout", async () => {
  const began = Date.now();
  const {stands, events} = await trial(
    place,
    fence("bash {#one timeout=500ms}", "(trap '' TERM HUP; sleep 7407) &", "disown -a", "sleep 7408")
  );
  expect(stands("one")).toBe("timed-out");
  expect(events.find(({type}) => type === "cell-ended")!.ms).toBeLessThan(9000);
  expect(Date.now() - began).toBeLessThan(20_000);
  expect([...alive("7407"), ...alive("7408")]).toEqual([]);
});

test("an interrupt neither reads as success nor lets the next cell begin", async () => {
  const {process, folder} = begin(
    place,
    `${fence("bash {#one}", "trap 'exit 0' TERM INT", "echo begun", "sleep 7409 & wait")}\n${ended("two")}\n${cleanUp}`
  );
  await until(() => journalled(folder()).printed("one") === "begun\n");
  process.kill("SIGINT");
  const {exitCode} = await process;
  const {stands, events} = journalled(folder());
  expect(exitCode).toBe(130);
  expect([stands("one"), stands("two"), stands("tidy")]).toEqual(["cancelled", "pending", "passed"]);
  expect(events.at(-1)).toMatchObject({type: "run-ended", outcome: "cancelled"});
  expect(alive("7409")).toEqual([]);
});

test("a cell that nobody gave a time has one, and a whole run can have one", async () => {
  const planned = await place.runbook("exec", place.file("limits.md", `# L\n\n${ended("one")}`), "--dry-run");
  expect(planned.stdout).toMatch(/30m/);
  const {exit, stands} = await trial(place, fence("bash {#one}", "sleep 7410"), ["--timeout", "600ms"]);
  expect({exit, stands: stands("one")}).toEqual({exit: 130, stands: "cancelled"});
  expect(alive("7410")).toEqual([]);
});

test("stopping a cell keeps the state that the cells before it left", async () => {
  const {process, runs, folder} = begin(
    place,
    `${fence("bash {#one}", "cd /usr; kept=yes")}\n${fence("bash {#two}", 'if test ! -e "$RUNBOOK_RUN_DIRECTORY/go"; then kept=no; echo begun; sleep 7411; fi')}\n${fence("bash {#three}", 'echo "$PWD $kept"')}`
  );
  await until(() => journalled(folder()).printed("two") === "begun\n");
  process.kill("SIGKILL");
  await process;
  writeFileSync(join(folder(), "go"), "");
  expect((await place.runbook("resume", "latest", "--lost", "two=again", "--runs-dir", runs)).exit).toBe(0);
  expect(journalled(folder()).printed("three")).toBe("/usr yes\n");
});

test("exit codes tell a failure from a wrong call, an open question and a missed objective", async () => {
  const objective = `::milestone[A]{#a at='now - duration("2h")'}\n\n::milestone[B]{#b}\n\n::objective{#rto metric=rto max=1h from=a to=b}\n\n`;
  const gate = ":::gate[Go?]{#go}\nReally?\n:::\n";
  const codes = await Promise.all(
    [ended("one"), fence("bash", "exit 9"), fence("bash {timout=1s}", "true"), gate, `${ended("one")}\n${objective}`].map(
      async (text) => (await trial(place, text)).exit
    )
  );
  expect(codes).toEqual([0, 1, 2, 3, 4]);
});

test("running all stops at the first failure, and what comes after it is not called done", async () => {
  const {exit, stands, stdout} = await trial(place, `${ended("one")}\n${fence("bash {#two}", "exit 9")}\n${ended("three")}`);
  expect(exit).toBe(1);
  expect([stands("one"), stands("two"), stands("three")]).toEqual(["passed", "failed", "pending"]);
  expect(stdout).toContain("1 not reached");
});

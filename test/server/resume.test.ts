import {readFileSync} from "node:fs";
import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, expect, test} from "vitest";

import {readRun} from "../../src/runtime/runs.ts";
import {processesOf} from "../runtime/kinds/bash/shell.ts";
import type {Kitchen} from "./kitchen.ts";
import {openKitchen, stands, step, until} from "./kitchen.ts";

let kitchen: Kitchen | undefined;
let again: Kitchen | undefined;
afterEach(async () => {
  await again?.stop();
  await kitchen?.close();
  again = undefined;
});

const cell = (id: string, source: string): string => `\`\`\`bash {#${id}}\n${source}\n\`\`\`\n\n`;
const text = `# A\n\n${cell("one", "NAME=ada; echo one >> ledger")}${cell("two", 'echo "two $NAME" >> ledger; test -e go-on || { setsid sleep 60 & sleep 60; }')}${cell("three", "echo three $NAME >> ledger")}`;
const all = {type: "run", to: null, section: null} as const;

/** A server that was stopped, or killed, while a cell ran; and another one on the same folder. */
async function stopInTheMiddle({killed}: {killed: boolean}): Promise<Kitchen> {
  kitchen = await openKitchen({"a.md": text});
  const desk = await kitchen.desk("a.md");
  await desk.command(all, "ada");
  await until(() => stands(desk.run, "two") === "running");
  await until(() => readFileSync(join(kitchen!.folder, "ledger"), "utf8").includes("two"));
  const [run] = await readdir(kitchen.runsDirectory);
  expect(await processesOf(run!)).not.toEqual([]);
  await kitchen.stop();
  expect(await processesOf(run!)).toEqual([]);
  const folder = join(kitchen.runsDirectory, run!);
  if (killed) {
    const lines = (await readFile(join(folder, "journal.ndjson"), "utf8")).split("\n");
    const ended = lines.findIndex((line) => line.includes('"cell-ended"') && line.includes('"two"'));
    await writeFile(join(folder, "journal.ndjson"), `${lines.slice(0, ended).join("\n")}\n`);
  }
  await writeFile(join(kitchen.folder, "go-on"), "");
  again = await openKitchen({}, {beside: kitchen});
  return again;
}

test("a server that stops leaves its run interrupted, and the next one offers to go on with it", async () => {
  const next = await stopInTheMiddle({killed: false});
  const desk = await next.desk("a.md");
  expect(desk.state).toMatchObject({run: null, interrupted: {operator: "ada", undecided: 1, changed: [], refused: null}});
  expect(JSON.stringify(desk.state)).not.toContain(next.runsDirectory);
  expect(await desk.command({type: "resume", acceptChanges: false}, "grace")).toBeNull();
  expect([stands(desk.run, "one"), stands(desk.run, "two")]).toEqual(["passed", "cancelled"]);
  expect(desk.state.interrupted).toBeNull();
  await desk.command(all, "grace");
  await until(() => stands(desk.run, "three") === "passed");
  expect(await readFile(join(next.folder, "ledger"), "utf8")).toBe("one\ntwo ada\ntwo ada\nthree ada\n");
  await desk.command({type: "finish", why: ""}, "grace");
  await until(() => desk.run.ended !== null);
  const folder = join(next.runsDirectory, (await readdir(next.runsDirectory))[0]!);
  expect(await readRun(folder)).toMatchObject({damage: null, run: {ended: {outcome: "passed"}}});
  expect(await desk.command({type: "resume", acceptChanges: false}, "grace")).toBe("a run has begun here; it must be put away first");
});

test("a cell that nobody saw end waits for somebody's word, whatever is run", async () => {
  const next = await stopInTheMiddle({killed: true});
  const desk = await next.desk("a.md");
  await desk.command({type: "resume", acceptChanges: false}, "grace");
  expect(stands(desk.run, "two")).toBe("lost");
  await desk.command(all, "grace");
  await until(() => desk.state.following === null);
  expect([stands(desk.run, "two"), stands(desk.run, "three")]).toEqual(["lost", "pending"]);
  const answer = (type: "repeated" | "done", note: string) =>
    desk.command({type: "answer", step: step("two"), answer: {type}, note, phrase: null}, "grace");
  expect(await answer("done", " ")).toBe("say how you know that it is done");
  const ledger = await readFile(join(next.folder, "ledger"), "utf8");
  expect(await answer("done", "the ledger has it")).toBeNull();
  await until(() => stands(desk.run, "two") === "answered");
  expect(await readFile(join(next.folder, "ledger"), "utf8")).toBe(ledger);
  await desk.command(all, "grace");
  await until(() => stands(desk.run, "three") === "passed");
});

test("a runbook that has changed since must be accepted first, and that is a deviation", async () => {
  const next = await stopInTheMiddle({killed: false});
  await writeFile(join(next.folder, "a.md"), text.replace("echo three", "echo drei"));
  const desk = await next.desk("a.md");
  expect(desk.state.interrupted).toMatchObject({changed: ["a.md has changed"]});
  expect(await desk.command({type: "resume", acceptChanges: false}, "grace")).toBe("this must be accepted first: a.md has changed");
  expect(await desk.command({type: "resume", acceptChanges: true}, "grace")).toBeNull();
  expect([...desk.run.deviations]).toMatchObject([{deviation: "changed", step: null, by: "grace"}]);
  await desk.command(all, "grace");
  await until(() => stands(desk.run, "three") === "passed");
  expect(await readFile(join(next.folder, "ledger"), "utf8")).toContain("drei ada");
});

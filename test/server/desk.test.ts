import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, expect, test} from "vitest";

import {readRun} from "../../src/runtime/runs.ts";
import type {Kitchen} from "./kitchen.ts";
import {openKitchen, section, stands, step, until} from "./kitchen.ts";

let kitchen: Kitchen | undefined;
afterEach(() => kitchen?.close());

const cell = (id: string, source: string, options = ""): string => `\`\`\`bash {#${id} ${options}}\n${source}\n\`\`\`\n\n`;
const all = {type: "run", to: null, section: null} as const;

test("opening a page starts nothing, and the first step that is run starts a run of the chosen mode", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("one", "echo one")}`}, {mode: "recovery"});
  const desk = await kitchen.desk("a.md");
  await kitchen.ask("/api/document?runbook=a.md");
  expect(desk.state).toMatchObject({run: null, mode: "recovery"});
  expect((await kitchen.command("a.md", {type: "set-mode", mode: "drill"})).status).toBe(202);
  expect((await kitchen.command("a.md", {type: "execute", step: step("one")})).status).toBe(202);
  await until(() => stands(desk.run, "one") === "passed");
  expect(desk.run.start).toMatchObject({mode: "drill", operator: "ada"});
  const late = await kitchen.command("a.md", {type: "set-mode", mode: "recovery"});
  expect([late.status, await late.json()]).toEqual([409, {message: "the run has started, as a drill"}]);
});

test("running all stops at the first failure, and goes on from there once it is asked again", async () => {
  kitchen = await openKitchen({
    "a.md": `# A\n\n${cell("one", "echo one")}${cell("two", 'test -e "$HOME/mended"')}${cell("three", "echo three")}`
  });
  const desk = await kitchen.desk("a.md");
  await desk.command(all, "ada");
  await until(() => stands(desk.run, "two") === "failed" && desk.state.following === null);
  expect(stands(desk.run, "three")).toBe("pending");
  await writeFile(join(kitchen.root, "mended"), "");
  await desk.command(all, "grace");
  await until(() => stands(desk.run, "three") === "passed");
  expect(stands(desk.run, "two")).toBe("passed");
});

test("a run goes to a step and no further, and through a section and no further", async () => {
  const text = `# A\n\n${cell("one", "true")}${cell("two", "true")}${cell("three", "true")}## B\n\n${cell("four", "true")}${cell("five", "true")}## C\n\n${cell("six", "true")}`;
  kitchen = await openKitchen({"a.md": text});
  const desk = await kitchen.desk("a.md");
  await desk.command({type: "run", to: step("two"), section: null}, "ada");
  await until(() => stands(desk.run, "two") === "passed" && desk.state.following === null);
  expect(stands(desk.run, "three")).toBe("pending");
  await desk.command({type: "run", to: null, section: section("b")}, "ada");
  await until(() => stands(desk.run, "five") === "passed" && desk.state.following === null);
  expect([stands(desk.run, "three"), stands(desk.run, "six")]).toEqual(["pending", "pending"]);
});

test("a gate may be answered before the run comes to ask, a checklist item by item", async () => {
  const text = `# A\n\n:::gate[Go]{#go}\nReady?\n:::\n\n:::checklist[Before]{#before}\n- [ ] first\n- [ ] second\n:::\n\n`;
  kitchen = await openKitchen({"a.md": text});
  const desk = await kitchen.desk("a.md");
  const answer = (id: string, type: "confirmed" | "completed") =>
    desk.command({type: "answer", step: step(id), answer: {type}, note: "by phone", phrase: null}, "grace");
  expect(await answer("go", "confirmed")).toBeNull();
  await until(() => stands(desk.run, "go") === "answered");
  expect(desk.run.steps.get(step("go"))).toMatchObject({by: "grace", note: "by phone", via: "page"});
  expect(await answer("before", "completed")).toContain('2 items are not ticked: "first"');
  await desk.command({type: "tick", step: step("before"), item: 0, checked: true}, "ada");
  await desk.command({type: "tick", step: step("before"), item: 1, checked: true}, "grace");
  await until(() => {
    const now = desk.run.steps.get(step("before"));
    return now?.status === "asked" && now.ticks.size === 2;
  });
  expect(await answer("before", "completed")).toBeNull();
  await until(() => stands(desk.run, "before") === "answered");
  const now = desk.run.steps.get(step("before"));
  expect(now?.status === "answered" && [...now.ticks.values()].map(({by}) => by)).toEqual(["ada", "grace"]);
});

test("a gate that was confirmed before anybody saw what it releases is asked all the same", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n:::gate[Go]{#go}\nReady?\n:::\n\n${cell("act", "echo acts")}`});
  const desk = await kitchen.desk("a.md");
  const confirm = () => desk.command({type: "answer", step: step("go"), answer: {type: "confirmed"}, note: "", phrase: null}, "grace");
  expect(await confirm()).toBeNull();
  await until(() => stands(desk.run, "go") === "asked");
  expect(desk.run.steps.get(step("go"))).toMatchObject({question: {type: "gate", releases: [{step: "act", text: "echo acts"}]}});
  expect(await confirm()).toBeNull();
  await until(() => stands(desk.run, "go") === "answered");
});

test("whether a choice is the proposed one is not for the page to say", async () => {
  kitchen = await openKitchen({
    "a.md": `# A\n\n:::decision[Which?]{#which choose='"Left"'}\n- [Left](#left)\n- [Right](#right)\n:::\n\n## Left\n\n${cell("l", "true")}\n## Right\n\n${cell("r", "true")}`
  });
  const desk = await kitchen.desk("a.md");
  await desk.command(all, "ada");
  await until(() => stands(desk.run, "which") === "asked");
  const response = await kitchen.command("a.md", {
    type: "answer",
    step: step("which"),
    answer: {type: "chosen", choice: 1, proposed: true},
    note: "",
    phrase: null
  });
  expect(response.status).toBe(202);
  await until(() => stands(desk.run, "r") === "passed");
  expect(desk.run.steps.get(step("which"))).toMatchObject({answer: {type: "chosen", choice: 1, proposed: false}});
  expect(stands(desk.run, "l")).toBe("skipped");
});

test("a destructive cell waits for the typed phrase, and a page cannot go around it", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("drop", "echo gone", 'confirm="yes, drop"')}`});
  const desk = await kitchen.desk("a.md");
  await desk.command({type: "execute", step: step("drop")}, "ada");
  await until(() => stands(desk.run, "drop") === "asked");
  const confirm = (phrase: string | null) =>
    desk.command({type: "answer", step: step("drop"), answer: {type: "confirmed"}, note: "", phrase}, "ada");
  expect(await confirm("yes")).toBe('type "yes, drop" to confirm');
  expect(await confirm(null)).toBe('type "yes, drop" to confirm');
  expect(await desk.command({type: "answer", step: step("drop"), answer: {type: "completed"}, note: "", phrase: "yes, drop"}, "ada")).toBe(
    "a confirmation is given or refused"
  );
  expect(await confirm("yes, drop")).toBeNull();
  await until(() => stands(desk.run, "drop") === "passed");
});

test("out of order, repeated and skipped are recorded as deviations, trying a failed step again is none", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("one", "true")}${cell("two", "false")}${cell("three", "true")}`});
  const desk = await kitchen.desk("a.md");
  const execute = async (id: string, word: string): Promise<void> => {
    const before = desk.run.seq;
    expect(await desk.command({type: "execute", step: step(id)}, "ada")).toBeNull();
    await until(() => desk.run.seq > before && stands(desk.run, id) === word);
  };
  await execute("one", "passed");
  await execute("two", "failed");
  await execute("two", "failed");
  await execute("three", "passed");
  await execute("three", "passed");
  expect(await desk.command({type: "skip", step: step("two"), why: " "}, "ada")).toBe("say why it is skipped");
  await desk.command({type: "skip", step: step("two"), why: "known to fail here"}, "grace");
  await until(() => stands(desk.run, "two") === "skipped");
  expect([...desk.run.deviations].map(({deviation, step, by}) => [deviation, step, by])).toEqual([
    ["out-of-order", "three", "ada"],
    ["repeated", "three", "ada"],
    ["skipped", "two", "grace"]
  ]);
});

test("inputs are judged before the start and while the run waits for them", async () => {
  kitchen = await openKitchen({
    "a.md": `# A\n\n::input[Number]{#N type=int}\n::input[Name]{#NAME pattern="[a-z]+"}\n\n${cell("show", 'echo "$N $NAME"')}`
  });
  const desk = await kitchen.desk("a.md");
  const set = (name: string, value: string) => desk.command({type: "set-input", name, value}, "ada");
  expect(await set("N", "many")).toBe('"N" must be a whole number, not "many"');
  expect(await set("NAME", "ADA")).toContain("must match [a-z]+");
  expect(await set("N", "7")).toBeNull();
  expect(desk.state.values).toEqual({N: "7"});
  await desk.command({type: "execute", step: step("show")}, "ada");
  await until(() => desk.run.inputs.get("NAME")?.status === "asked");
  expect(await set("NAME", "ada")).toBeNull();
  await until(() => stands(desk.run, "show") === "passed");
  expect(desk.run.inputs.get("N")).toMatchObject({value: "7", by: "ada", via: "page"});
});

test("a document that has changed since it was opened is not run unseen, and one with errors not at all", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("one", "echo one")}`, "bad.md": `# Bad\n\n${cell("x", "true", "timout=3s")}`});
  const desk = await kitchen.desk("a.md");
  await writeFile(join(kitchen.folder, "a.md"), `# A\n\n${cell("one", "echo other")}`);
  expect(await desk.command({type: "execute", step: step("one")}, "ada")).toContain("has changed since it was opened");
  expect(await desk.command({type: "execute", step: step("one")}, "ada")).toBeNull();
  const bad = await kitchen.desk("bad.md");
  expect(await bad.command({type: "execute", step: step("x")}, "ada")).toContain("nothing can run until it is mended");
  expect(bad.run.start).toBeNull();
});

test("only one thing runs at a time, and stopping ends it and what was to follow", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("long", "sleep 60")}${cell("next", "true")}`});
  const desk = await kitchen.desk("a.md");
  await desk.command(all, "ada");
  await until(() => stands(desk.run, "long") === "running");
  expect(await desk.command({type: "execute", step: step("next")}, "grace")).toBe('"long" is running');
  expect(await desk.command({type: "finish", why: ""}, "grace")).toBe('"long" is running');
  expect(await desk.command({type: "cancel"}, "grace")).toBeNull();
  await until(() => stands(desk.run, "long") === "cancelled");
  expect([stands(desk.run, "next"), desk.state.following]).toEqual(["pending", null]);
});

test("finishing runs the clean-up, names the steps that were not reached, and closes the record", async () => {
  kitchen = await openKitchen({
    "a.md": `# A\n\n${cell("one", "true")}${cell("two", "true")}## Clean up\n\n::procedure{run=always}\n\n${cell("tidy", "true")}`
  });
  const desk = await kitchen.desk("a.md");
  await desk.command({type: "execute", step: step("one")}, "ada");
  await until(() => stands(desk.run, "one") === "passed");
  await desk.command({type: "finish", why: ""}, "grace");
  await until(() => desk.run.ended !== null);
  expect(stands(desk.run, "tidy")).toBe("passed");
  expect(desk.run.steps.get(step("two"))).toMatchObject({status: "skipped", by: "grace"});
  expect(await desk.command({type: "execute", step: step("two")}, "ada")).toContain("the run has ended");
  expect(await desk.command({type: "begin-again"}, "ada")).toBeNull();
  expect(desk.state.run).toBeNull();
  expect(await desk.command({type: "execute", step: step("one")}, "ada")).toBeNull();
  await until(() => stands(desk.run, "one") === "passed");
});

test("closing ends what the run started, and nothing in the record claims to have passed", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("long", 'echo $$ > "$HOME/pid"; sleep 300')}`});
  const desk = await kitchen.desk("a.md");
  await desk.command({type: "execute", step: step("long")}, "ada");
  const pidFile = join(kitchen.root, "pid");
  let pid = 0;
  await until(() => stands(desk.run, "long") === "running");
  for (let tries = 0; tries < 200 && !(pid > 0); tries++) {
    pid = Number(await readFile(pidFile, "utf8").catch(() => "0"));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const began = Date.now();
  await desk.close();
  expect(Date.now() - began).toBeLessThan(8000);
  expect(() => process.kill(pid, 0)).toThrow();
  const {run} = await readRun(join(kitchen.runsDirectory, desk.run.start!.run));
  expect(stands(run, "long")).toBe("cancelled");
  expect(run.ended?.outcome).not.toBe("passed");
});

import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, expect, test} from "vitest";

import type {Command} from "../../src/model/command.ts";
import {attemptsOf, stepRun} from "../../src/model/run.ts";
import type {Recording} from "../../src/runtime/runs.ts";
import {listRuns, readRun} from "../../src/runtime/runs.ts";
import type {Kitchen} from "./kitchen.ts";
import {openKitchen, stands, step, until} from "./kitchen.ts";

let kitchen: Kitchen | undefined;
afterEach(() => kitchen?.close());

const cell = (id: string, source: string, options = ""): string => `\`\`\`bash {#${id} ${options}}\n${source}\n\`\`\`\n`;
const edited = (id: string, text: string, why = "the host has moved"): Command => ({type: "execute-edited", step: step(id), text, why});
const record = async (): Promise<Recording> => readRun((await listRuns(kitchen!.runsDirectory))[0]!.folder);

test("an edited cell runs once with its new text, as a deviation, and the document stays as it is", async () => {
  const text = `# A\n\n${cell("one", "echo old")}::expect{that='stdout.contains("new")'}\n::capture{#SAID}\n\n${cell("two", 'echo "$SAID"')}`;
  kitchen = await openKitchen({"a.md": text});
  const desk = await kitchen.desk("a.md");
  expect(await desk.command(edited("one", "echo new\necho more"), "grace")).toBeNull();
  await until(() => stands(desk.run, "one") === "passed");
  await desk.command({type: "execute", step: step("two")}, "ada");
  await until(() => stands(desk.run, "two") === "passed");
  expect(await desk.command({type: "execute", step: step("one")}, "ada")).toBeNull();
  await until(() => stands(desk.run, "one") === "failed"); // its own text again
  expect(await readFile(join(kitchen.folder, "a.md"), "utf8")).toBe(text);
  const {events, run} = await record();
  const facts = events.filter(({type}) => type === "deviation-recorded" || type === "cell-started");
  expect(facts).toMatchObject([
    {type: "deviation-recorded", deviation: "edited", step: "one", by: "grace", why: "the host has moved"},
    {type: "cell-started", step: "one", attempt: 1, execution: {edited: true, text: "echo new\necho more"}},
    {type: "cell-started", step: "two", execution: {edited: false}},
    {type: "deviation-recorded", deviation: "repeated", step: "one", by: "ada"},
    {type: "cell-started", step: "one", attempt: 2, execution: {edited: false, text: "echo old"}}
  ]);
  const [first] = attemptsOf(stepRun(run, step("one")));
  expect(first!.execution.sha256).toBe(createHash("sha256").update("echo new\necho more").digest("hex"));
  expect(run.variables.get("SAID")?.value).toBe("new\nmore");
});

test("an edited text that would destroy something is confirmed as it will run", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("clean", "ls")}`});
  const desk = await kitchen.desk("a.md");
  await desk.command(edited("clean", 'rm -rf "$HOME/scratch"'), "ada");
  await until(() => stands(desk.run, "clean") === "asked");
  const now = stepRun(desk.run, step("clean"));
  expect(now.status === "asked" && now.question).toMatchObject({type: "confirmation", text: 'rm -rf "$HOME/scratch"'});
  await desk.command({type: "answer", step: step("clean"), answer: {type: "refused"}, note: "no", phrase: null}, "grace");
  await until(() => stands(desk.run, "clean") === "refused");
  expect((await record()).events.filter(({type}) => type === "cell-started" || type === "deviation-recorded")).toEqual([]);
});

test("an edited text asks for the inputs that it mentions, and hides secrets", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n::input[Token]{#TOKEN type=secret}\n\n${cell("one", "true")}`});
  const desk = await kitchen.desk("a.md");
  await desk.command(edited("one", 'printf %s "$TOKEN" | wc -c'), "ada");
  await until(() => desk.run.inputs.get("TOKEN")?.status === "asked");
  await desk.command({type: "set-input", name: "TOKEN", value: "correct-horse"}, "ada");
  await until(() => stands(desk.run, "one") === "passed");
  await desk.command(edited("one", "echo correct-horse"), "ada");
  await until(() => attemptsOf(stepRun(desk.run, step("one"))).length === 2);
  const {run} = await record();
  expect(attemptsOf(stepRun(run, step("one"))).map(({execution}) => execution.text)).toEqual([
    'printf %s "$TOKEN" | wc -c',
    "echo [redacted:TOKEN]"
  ]);
});

test("an edit without a reason, without a change or that does not parse is refused, and nothing runs", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("one", "echo one")}\n:::gate[Go]{#go}\nReady?\n:::\n`});
  const desk = await kitchen.desk("a.md");
  const ask = (command: Command) => desk.command(command, "ada");
  expect(await ask(edited("one", "echo two", " "))).toBe("say why it is edited");
  expect(await ask(edited("one", "echo one"))).toBe("that is the text of the document; run it as it is");
  expect(await ask(edited("one", " \n"))).toBe("the edited text is empty");
  expect(await ask(edited("go", "echo go"))).toBe("only a cell has a text that can be edited");
  expect(await ask(edited("one", "true\nif true; then"))).toMatch(/^line \d of the edited text: /);
  expect(desk.run.start).toBeNull();
});

test("a run that is resumed knows the edited attempt from a change of the document", async () => {
  kitchen = await openKitchen({"a.md": `# A\n\n${cell("one", "echo one")}${cell("two", "echo two")}`});
  const desk = await kitchen.desk("a.md");
  await desk.command(edited("one", "echo other"), "ada");
  await until(() => stands(desk.run, "one") === "passed");
  await kitchen.stop();
  const again = await openKitchen({}, {beside: kitchen});
  const taken = await again.desk("a.md");
  expect(taken.state.interrupted).toMatchObject({changed: [], refused: null});
  expect(await taken.command({type: "resume", acceptChanges: false}, "ada")).toBeNull();
  await until(() => stands(taken.run, "one") === "passed");
  await again.stop();
});

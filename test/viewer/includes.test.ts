import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import type {Browser} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {listRuns, readRun} from "../../src/runtime/runs.ts";
import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";

let browser: Browser;
let stage: Stage | undefined;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await stage?.end();
  stage = undefined;
});

const bash = (id: string, source: string): string => `\`\`\`bash {#${id}}\n${source}\n\`\`\`\n\n`;
const open = async (path: string) => {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  return enter(context, stage!.serving.url, path);
};

test("what is included stands in its place, runs there, and is what the record shows", async () => {
  const part = `# Part\n\n## Data integrity\n\nEvery row must be there, see [the end](#the-end).\n\n${bash("count", "echo counted in $(basename $PWD)")}### The end\n\nNothing more.\n`;
  stage = await setStage({
    "a.md": `# A\n\n${bash("first", "echo first")}::include{#verify src="shared/part.md#data-integrity"}\n\nAfter it.\n\n${bash("last", "echo last")}`,
    "shared/part.md": part
  });
  const {page, errors} = await open("/runbook/a.md");
  const included = page.locator(".included");
  await included.getByRole("heading", {name: "Data integrity"}).waitFor();
  await expect.poll(() => included.getByRole("link", {name: "the end"}).getAttribute("href")).toBe("#verify.the-end");
  const order = await page.locator("article [id^='step:']").evaluateAll((elements) => elements.map(({id}) => id));
  expect(order).toEqual(["step:first", "step:verify.count", "step:last"]);
  await page.getByRole("button", {name: "Run all"}).click();
  await page.locator('[id="step:last"]').getByText("passed in").waitFor();
  await expect.poll(() => page.locator('[id="step:verify.count"] .terminal').textContent()).toContain("counted in shared");
  await page.getByRole("button", {name: "Finish…"}).click();
  await page.getByRole("button", {name: "Finish the run"}).click();
  await page.getByText("The drill passed").waitFor();

  await writeFile(join(stage.folder, "shared/part.md"), "# Part\n\n## Data integrity\n\nSomething else.\n");
  const [run] = await listRuns(stage.runsDirectory);
  const record = (await open(`/run/${run!.id}`)).page;
  await record.locator(".included").getByText("Every row must be there").waitFor();
  await expect.poll(() => record.locator('[id="step:verify.count"] .terminal').textContent()).toContain("counted in shared");
  expect(errors).toEqual([]);
});

test("a change of an included file is seen before it runs", async () => {
  stage = await setStage({"a.md": '# A\n\n::include{#part src="part.md"}\n', "part.md": `# Part\n\n${bash("one", "echo one")}`});
  const {page} = await open("/runbook/a.md");
  await page.locator('[id="step:part.one"]').waitFor();
  await writeFile(join(stage.folder, "part.md"), `# Part\n\n${bash("two", "echo two")}`);
  await page.locator('[id="step:part.one"]').getByRole("button", {name: "Run", exact: true}).click();
  await page.getByText("the document has changed since it was opened").waitFor();
  await page.locator('[id="step:part.two"]').waitFor();
  expect(await listRuns(stage.runsDirectory)).toEqual([]);
});

test("a person says that what a reminder asks for is done", async () => {
  stage = await setStage({"a.md": `# A\n\n::reminder[Update stakeholders]{#update every=1s role=scribe}\n\n${bash("wait", "sleep 30")}`});
  const {page, errors} = await open("/runbook/a.md");
  await page.getByRole("button", {name: "Run all"}).click();
  const reminder = page.locator(".marker", {hasText: "Update stakeholders"});
  await reminder.getByText("due since").waitFor();
  await reminder.getByRole("button", {name: "Done"}).click();
  await expect
    .poll(async () => {
      const [run] = await listRuns(stage!.runsDirectory);
      return (await readFile(join(run!.folder, "journal.ndjson"), "utf8")).includes('"type":"reminder-done"');
    })
    .toBe(true);
  const [run] = await listRuns(stage.runsDirectory);
  const recording = await readRun(run!.folder);
  expect(recording.events.find(({type}) => type === "reminder-done")).toMatchObject({reminder: "update", by: "ada"});
  expect(stepRun(recording.run, "wait" as StepId).status).toBe("running"); // nothing waited for it
  expect(errors).toEqual([]);
});

import {readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import type {Browser, Locator, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {firstLine, startProgram} from "../runtime/child.ts";
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

const open = async (
  path: string,
  {url = stage!.serving.url, width = 1280}: {url?: string; width?: number} = {}
): Promise<{page: Page; errors: string[]}> => {
  const context = await browser.newContext({viewport: {width, height: 900}});
  context.setDefaultTimeout(15_000);
  return enter(context, url, path);
};
const stepOf = (page: Page, id: string) => page.locator(`[id="step:${id}"]`);
const bash = (id: string, source: string): string => `\`\`\`bash {#${id}}\n${source}\n\`\`\`\n\n`;

test("a runbook of bash and SQL is run from the page, and its record shows the same", async () => {
  const text = `---\nconnections: { default: embedded }\n---\n# Count\n\n${bash("shell", "printf 'n=%s\\n' 41; echo careful >&2")}::expect{that='stdout.contains("41")'}\n::capture{#N value='"41"'}\n
\`\`\`sql {#table}\nselect 42::int8 as answer, null as nothing, 'x' as letter, :N + 1 as next;\n\`\`\`\n::expect{that='rows[0].answer == 42'}\n\n\`\`\`sql {#wrong}\nselect 1;\nselect nope;\n\`\`\`\n`;
  stage = await setStage({"count.md": text});
  const {page, errors} = await open("/runbook/count.md");
  await page.getByRole("button", {name: "Run all"}).click();
  await stepOf(page, "wrong").getByText("failed in").waitFor();
  await expect.poll(() => read(stepOf(page, "shell").locator(".terminal"))).toBe("n=41\ncareful");
  await expect.poll(() => read(stepOf(page, "shell").locator(".stderr"))).toBe("careful");
  await expect.poll(() => read(stepOf(page, "shell").locator(".captures"))).toMatch(/N\s*41/);
  await expect.poll(() => read(stepOf(page, "table").locator("tbody tr"))).toMatch(/42\s*NULL\s*x\s*42/);
  await expect.poll(() => stepOf(page, "table").locator("td.is-null").count()).toBe(1);
  await expect.poll(() => stepOf(page, "table").locator("td.is-number").allTextContents()).toEqual(["42", "42"]);
  await expect.poll(() => read(stepOf(page, "table").locator(".promises"))).toContain("rows[0].answer = 42");
  await expect.poll(() => read(stepOf(page, "wrong").locator(".bad-line"))).toBe("select nope;");
  await expect.poll(() => read(stepOf(page, "wrong").locator(".bad-place"))).toContain('column "nope" does not exist');
  await page.getByRole("button", {name: "Finish…"}).click();
  await page.getByRole("button", {name: "Finish the run"}).click();
  await page.getByText("The drill failed").waitFor();
  const live = await told(page);
  await page.getByRole("link", {name: "Open the record"}).click();
  await page.getByText("This is the record of a run").waitFor();
  await expect.poll(() => told(page)).toEqual(live);
  await expect.poll(() => page.getByRole("button", {name: /^(Run|Stop|Finish|Set|Change|Skip)/}).count()).toBe(0);
  expect(errors).toEqual([]);
});

test("several people see the same run live, and who answered what", async () => {
  stage = await setStage(
    {"a.md": `# A\n\n:::gate[Declare the incident]{#declare}\nTell everybody.\n:::\n\n${bash("after", "echo after")}`},
    {invite: ["grace"]}
  );
  const ada = (await open("/runbook/a.md")).page;
  const grace = (await open("/runbook/a.md", {url: stage.serving.inviteUrls.grace!})).page;
  await ada.getByText("with grace").waitFor();
  await ada.getByRole("button", {name: "Run all"}).click();
  await grace.getByText("waits for an answer").first().waitFor();
  await grace.getByLabel("Note (optional)").fill("seen by phone");
  await grace.getByRole("button", {name: "Confirm"}).click();
  await stepOf(ada, "after").getByText("passed in").waitFor();
  await expect.poll(() => read(stepOf(ada, "declare"))).toMatch(/Answered by grace at .*“seen by phone”/);
  await stepOf(grace, "after").getByText("passed in").waitFor();
  const seenByGrace = await told(grace);
  await expect.poll(() => told(ada)).toEqual(seenByGrace);
});

test("a page that is closed while a cell runs loses nothing", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("count", "for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.2; done")}`});
  const first = (await open("/runbook/a.md")).page;
  await stepOf(first, "count").getByRole("button", {name: "Run", exact: true}).click();
  await stepOf(first, "count").getByText("line 2").waitFor();
  await first.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const second = (await open("/runbook/a.md")).page;
  await stepOf(second, "count").getByText("passed in").waitFor();
  await expect
    .poll(() => read(stepOf(second, "count").locator(".terminal")))
    .toBe([1, 2, 3, 4, 5, 6, 7, 8].map((i) => `line ${i}`).join("\n"));
});

test("a run whose server was killed opens as interrupted, and claims nothing", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("one", "echo one")}${bash("two", "echo half; sleep 60")}`});
  const child = await startProgram("viewer/serving.ts", [stage.folder, stage.runsDirectory]);
  const url = await firstLine(child);
  const {page} = await open("/runbook/a.md", {url});
  await page.getByRole("button", {name: "Run all"}).click();
  await stepOf(page, "two").locator(".terminal", {hasText: "half"}).waitFor();
  const gone = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await page.getByText("Connection lost").waitFor();
  await gone;
  const home = (await open("/")).page;
  await home.locator(".run-row").getByText("interrupted").click();
  await home.getByText("Nobody ended this run").waitFor();
  await stepOf(home, "one").getByText("passed in").waitFor();
  await stepOf(home, "two").getByText("running when the run was interrupted").waitFor();
  await expect.poll(() => read(stepOf(home, "two").locator(".terminal"))).toBe("half");
  await expect.poll(() => read(home.getByRole("banner"))).toContain("interrupted");
});

test("a lost connection is said in sight of whoever has scrolled down, also on a phone, which has a way back to the list", async () => {
  const text = `# A\n\n${Array.from({length: 40}, (_, n) => `${"Words. ".repeat(40)}\n\n${bash(`c${n}`, "true")}`).join("")}`;
  stage = await setStage({"a.md": text});
  const {page} = await open("/runbook/a.md");
  await page.setViewportSize({width: 360, height: 700});
  const back = (await page.getByRole("link", {name: "Runbooks"}).boundingBox())!;
  expect(Math.min(back.width, back.height)).toBeGreaterThanOrEqual(24);
  await stepOf(page, "c39").scrollIntoViewIfNeeded();
  await page.context().setOffline(true);
  const said = page.getByText("Connection lost");
  await said.waitFor();
  const box = (await said.boundingBox())!;
  const head = (await page.getByRole("banner").boundingBox())!;
  expect(box.y).toBeGreaterThanOrEqual(head.y + head.height);
  expect(box.y + box.height).toBeLessThan(700);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test("a lost connection is said, and what was missed comes when it is back", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("slow", "for i in $(seq 1 30); do echo line $i; sleep 0.1; done")}`});
  const {page} = await open("/runbook/a.md");
  await stepOf(page, "slow").getByRole("button", {name: "Run", exact: true}).click();
  await stepOf(page, "slow").getByText("line 3").waitFor();
  await page.context().setOffline(true);
  await page.getByText("Connection lost").waitFor();
  await page.context().setOffline(false);
  await stepOf(page, "slow").getByText("passed in").waitFor();
  await expect.poll(() => page.getByText("Connection lost").count()).toBe(0);
  await expect
    .poll(() => read(stepOf(page, "slow").locator(".terminal")))
    .toBe(Array.from({length: 30}, (_, i) => `line ${i + 1}`).join("\n"));
});

test("inputs, a checklist, a decision and a typed confirmation are answered in the page", async () => {
  const text = `# A\n\n::input[How many?]{#N type=int}\n\n:::checklist[Before]{#before}\n- [ ] the **first** thing\n:::\n\n${bash("show", 'echo "n is $N"')}
\`\`\`bash {#drop confirm="drop it"}\necho dropped\n\`\`\`\n\n:::decision[Which way?]{#way choose='"Left"'}\n- [Left](#left)\n- [Right](#right)\n:::\n\n## Left\n\n${bash("l", "true")}## Right\n\n${bash("r", "true")}`;
  stage = await setStage({"a.md": text});
  const {page, errors} = await open("/runbook/a.md");
  await page.getByLabel("How many?").fill("many");
  await page.getByText('"N" must be a whole number, not "many"').waitFor();
  await page.getByLabel("How many?").fill("3");
  await page.getByRole("button", {name: "Set", exact: true}).click();
  await page.getByText("set for the run that is to be started").waitFor();
  await page.getByRole("button", {name: "Run all"}).click();
  await stepOf(page, "before").getByText("waits for an answer").waitFor();
  await expect.poll(() => page.getByRole("button", {name: "All done"}).isDisabled()).toBe(true);
  await page.getByLabel("the first thing").check();
  await stepOf(page, "before")
    .getByText(/ada · \d\d:\d\d:\d\d UTC/)
    .waitFor();
  await page.getByRole("button", {name: "All done"}).click();
  await stepOf(page, "show").getByText("n is 3").waitFor();
  await page.getByLabel("Type drop it to confirm").fill("drop");
  await page.getByRole("button", {name: "Confirm and run"}).click();
  await page.getByText('type "drop it" to confirm').waitFor();
  await page.getByLabel("Type drop it to confirm").fill("drop it");
  await page.getByRole("button", {name: "Confirm and run"}).click();
  await page.getByText("proposed").first().waitFor();
  await stepOf(page, "way").getByRole("button", {name: "Right"}).click();
  await stepOf(page, "r").getByText("passed in").waitFor();
  await stepOf(page, "l").getByText("Skipped: not chosen").waitFor();
  expect(errors.filter((text) => !text.includes("409"))).toEqual([]);
});

test("the keyboard selects and runs steps", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("one", "echo one")}${bash("two", "echo two")}`});
  const {page} = await open("/runbook/a.md");
  await stepOf(page, "one").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+Enter");
  await stepOf(page, "one").getByText("passed in").waitFor();
  await expect.poll(() => stepOf(page, "two").evaluate((step) => step === document.activeElement)).toBe(true);
  await page.keyboard.press("k");
  await expect.poll(() => stepOf(page, "one").evaluate((step) => step === document.activeElement)).toBe(true);
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("next step", {exact: true}).waitFor();
});

test("an output too long for the journal shows its beginning, its end and where the whole is", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("long", "seq 1 200000")}`});
  const {page} = await open("/runbook/a.md");
  await page.getByRole("button", {name: "Run all"}).click();
  await stepOf(page, "long").getByText("passed in").waitFor();
  await stepOf(page, "long")
    .getByText(/stdout is 1\.2 MiB long/)
    .waitFor();
  const texts = stepOf(page, "long").locator(".terminal");
  await expect.poll(() => texts.count()).toBe(2);
  await expect.poll(() => read(texts.first())).toMatch(/^1\n2\n3\n/);
  await expect.poll(() => read(texts.last())).toMatch(/\n199999\n200000$/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    stepOf(page, "long").getByRole("link", {name: "the whole"}).click()
  ]);
  const path = await download.path();
  expect((await readFile(path, "utf8")).trimEnd().split("\n")).toHaveLength(200_000);
  await rm(path, {force: true});
});

test("what is wrong with a document is listed with its place, and nothing can be run", async () => {
  stage = await setStage({"bad.md": "# Bad\n\n```bash {#x timout=3s}\ntrue\n```\n"});
  const {page} = await open("/runbook/bad.md");
  await page.getByText("1 error in the document; nothing can run until it is mended").waitFor();
  await expect.poll(() => read(page.locator(".problems li"))).toMatch(/bad\.md:3:\d+ .*timout.*timeout/);
  await expect.poll(() => stepOf(page, "x").getByRole("button", {name: "Run", exact: true}).isDisabled()).toBe(true);
});

test("a page that does not exist says so in words", async () => {
  stage = await setStage({"a.md": "# A\n"});
  const {page} = await open("/runbook/nothing.md");
  await page.getByText('there is no runbook "nothing.md" here').waitFor();
  await page.goto(new URL(join("/run", "0".repeat(36)), stage.serving.url).href);
  await page.getByText("there is no such run here").waitFor();
});

/** The text of an element, without the space around it. */
async function read(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? "").trim();
}

/** What the page says of each step, without what can be done with it. */
function told(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".step, .input .aside, .marker")].map((step) => {
      const copy = step.cloneNode(true) as HTMLElement;
      for (const control of copy.querySelectorAll("button, input, .step-actions")) control.remove();
      return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
    })
  );
}

import type {Browser, BrowserContext, Locator, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import type {Fact} from "../../src/model/event.ts";
import {stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {listRuns, readRun} from "../../src/runtime/runs.ts";
import {began, failed, passed} from "../model/story.ts";
import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";
import type {Telling} from "./telling.ts";
import {ran, table, tellRun, text, wrote} from "./telling.ts";

let browser: Browser;
let context: BrowserContext;
let stage: Stage | undefined;
let telling: Telling | undefined;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await context.close();
  await stage?.end();
  await telling?.close();
  stage = undefined;
  telling = undefined;
});

const bash = (id: string, source: string, rest = ""): string => `\`\`\`bash {#${id}${rest}}\n${source}\n\`\`\`\n\n`;
const stepOf = (page: Page, id: string): Locator => page.locator(`[id="step:${id}"]`);
async function newContext(): Promise<BrowserContext> {
  context = await browser.newContext({viewport: {width: 1280, height: 900}});
  context.setDefaultTimeout(15_000);
  return context;
}

test("a whole run is done with the keyboard alone: input, cells, gate, checklist, decision, a typed confirmation, an edit, the end", async () => {
  const book = `# A\n\n::input[Whom to greet?]{#WHO}\n\n${bash("greet", 'echo "hello $WHO"')}:::gate[Go on]{#go}\nReady?\n:::\n\n:::checklist[Before]{#before}\n- [ ] one thing\n- [ ] another\n:::\n\n${bash("wrong", "echo wrong; exit 3")}${bash("drop", "echo dropped", ' confirm="drop it"')}:::decision[Which way?]{#way}\n- [Left](#left)\n- [Right](#right)\n:::\n\n## Left\n\n${bash("l", "true")}## Right\n\n${bash("r", "echo right")}`;
  stage = await setStage({"a.md": book});
  const {page, errors} = await enter(await newContext(), stage.serving.url, "/runbook/a.md");
  page.mouse.click = () => Promise.reject(new Error("no mouse")); // so that nothing below can use one by accident
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const isAt = (id: string): Promise<unknown> =>
    expect.poll(() => stepOf(page, id).evaluate((step) => step.contains(document.activeElement))).toBe(true);
  await stepOf(page, "greet").waitFor();
  await press("j", "Shift+Enter");
  await page.locator(".banner").getByText("The run waits for a value").waitFor();
  await reach(page, page.getByLabel("Whom to greet?"));
  await page.keyboard.type("Grace");
  await press("Enter");
  await stepOf(page, "greet").getByText("hello Grace").waitFor();
  await press("Escape", "j");
  await isAt("greet");
  await press("j");
  await isAt("go");
  await press("Shift+Enter");
  await page.keyboard.type("seen by phone");
  await reach(page, stepOf(page, "go").getByRole("button", {name: "Confirm"}));
  await press("Enter");
  await stepOf(page, "go").getByText("seen by phone").waitFor();
  await stepOf(page, "go").evaluate((step: HTMLElement) => step.focus());
  await press("j");
  await isAt("before");
  await press("Shift+Enter", "Space");
  await stepOf(page, "before")
    .getByText(/ada · /)
    .first()
    .waitFor();
  await reach(page, stepOf(page, "before").getByLabel("another"));
  await press("Space");
  await expect
    .poll(() =>
      stepOf(page, "before")
        .getByText(/ada · /)
        .count()
    )
    .toBe(2);
  await reach(page, stepOf(page, "before").getByRole("button", {name: "All done"}));
  await press("Enter");
  await stepOf(page, "before").getByText("completed by ada").waitFor();
  await stepOf(page, "before").evaluate((step: HTMLElement) => step.focus());
  await press("j", "Control+Enter");
  await stepOf(page, "wrong").getByText("failed in").waitFor();
  await press("e", "Control+a");
  await page.keyboard.type("echo mended");
  await press("Tab");
  if (
    await stepOf(page, "wrong")
      .locator(".difference")
      .evaluate((box) => box === document.activeElement)
  )
    await press("Tab");
  await page.keyboard.type("the document has a mistake");
  await press("Control+Enter");
  await stepOf(page, "wrong").getByText("passed in").waitFor();
  await isAt("wrong");
  await press("j", "Control+Enter");
  await stepOf(page, "drop").getByText("Confirm before this runs").waitFor();
  await press("Shift+Enter");
  await page.keyboard.type("drop it");
  await reach(page, stepOf(page, "drop").getByRole("button", {name: "Confirm and run"}));
  await press("Enter");
  await stepOf(page, "drop").getByText("passed in").waitFor();
  await stepOf(page, "drop").evaluate((step: HTMLElement) => step.focus());
  await press("j", "Shift+Enter");
  await reach(page, stepOf(page, "way").getByRole("button", {name: "Right"}));
  await press("Enter");
  await stepOf(page, "way").getByText("decided by ada").waitFor();
  await press("Control+k");
  await page.keyboard.type("run all");
  await press("Enter");
  await stepOf(page, "r").getByText("passed in").waitFor();
  await reach(page, page.getByRole("button", {name: "Finish…"}));
  await press("Enter");
  await reach(page, page.getByRole("button", {name: "Finish the run"}));
  await press("Enter");
  await page.getByText("The drill passed").waitFor();
  const [run] = await listRuns(stage.runsDirectory);
  const record = await readRun(run!.folder);
  expect(record.run.ended?.outcome).toBe("passed");
  const wrong = stepRun(record.run, "wrong" as StepId);
  expect(wrong.status === "ended" && wrong.attempt.execution).toMatchObject({text: "echo mended", edited: true});
  expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
}, 240_000);

/** Goes on by Tab until something has the focus: nothing on the way may keep it. */
async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tries = 0; tries < 150; tries++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("it was not reached by Tab");
}

async function openTold(document: string, ...facts: readonly Fact[]): Promise<Page> {
  telling = await tellRun(`# Told\n\n${document}`, ...facts);
  const page = await (await newContext()).newPage();
  page.on("pageerror", (error) => expect.soft(error.message).toBe(""));
  await page.goto(telling.url);
  return page;
}

test("a text is found wherever it stands: in the prose, an earlier attempt, a far row, a closed tree", async () => {
  const rows = Array.from({length: 500}, (_, n) => [String(n), n === 333 ? "needle in a row" : "hay"]);
  const json = `{"deep":{"deeper":{"deepest":["needle in a tree"]}}}`;
  const page = await openTold(
    `Find the needle in the prose.\n\n${bash("twice", "true")}\`\`\`sql {#rows}\nselect 1\n\`\`\`\n\n${bash("tree", "true")}${bash("long", "true")}`,
    began("twice"),
    wrote("twice", text("\u001b[31mnee\u001b[0mdle in the first attempt\n")),
    failed("twice", "no"),
    began("twice", 2),
    wrote("twice", text("nothing\n"), 2),
    passed("twice", 2),
    ...ran("rows", table(["n:int4", "t"], rows, 1_000_000)),
    ...ran("tree", text(json)),
    ...ran("long", text(`${"hay\n".repeat(2000)}a Needle far down\n${"hay\n".repeat(2000)}`))
  );
  await stepOf(page, "twice").waitFor();
  const find = async (place: number): Promise<void> => {
    await page.keyboard.press("/");
    await page.keyboard.type("needle");
    await page.getByText("5 places").waitFor();
    for (let at = 0; at < place; at++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  };
  const marked = (): Promise<readonly string[]> =>
    page.evaluate(() =>
      [...(CSS.highlights.get("found") ?? [])].map((range) =>
        [range.toString(), (range as Range).startContainer.parentElement?.closest(".step")?.id ?? ""].join(" ")
      )
    );
  await find(0);
  await expect.poll(marked).toEqual(["needle "]);
  await find(1);
  await expect.poll(marked).toEqual(["needle step:twice"]);
  await expect
    .poll(() => stepOf(page, "twice").getByRole("button", {name: "Attempt 1 · failed"}).getAttribute("aria-pressed"))
    .toBe("true");
  await find(2);
  await stepOf(page, "rows").getByText("page 4 of 5").waitFor();
  await expect.poll(marked).toEqual(["needle step:rows"]);
  await find(3);
  await expect.poll(marked).toEqual(["needle step:tree"]);
  await find(4);
  await expect.poll(marked).toEqual(["Needle step:long"]);
  const seen = (): Promise<boolean> =>
    page.evaluate(() => {
      const [range] = [...CSS.highlights.get("found")!] as Range[];
      const {top} = range!.getBoundingClientRect();
      const box = range!.startContainer.parentElement!.closest(".terminal")!.getBoundingClientRect();
      return top > box.top && top < box.bottom && top > 0 && top < innerHeight;
    });
  await expect.poll(seen).toBe(true);
});

test("a text is found in the whole of an output that is too long for the page, by its line", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("long", "seq 1 200000")}`});
  const {page, errors} = await enter(await newContext(), stage.serving.url, "/runbook/a.md");
  await stepOf(page, "long").getByRole("button", {name: "Run", exact: true}).click();
  await stepOf(page, "long").getByText("passed in").waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("123456");
  await page.getByText("Nothing holds this text").waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("1 place", {exact: true}).waitFor();
  await page.getByRole("option", {name: "123456 long · stdout, line 123 456"}).waitFor();
  await page.keyboard.press("Enter");
  await stepOf(page, "long").getByText("Around line 123 456").waitFor();
  await expect.poll(() => page.evaluate(() => [...(CSS.highlights.get("found") ?? [])].map(String))).toEqual(["123456"]);
  expect(errors).toEqual([]);
});

test("the palette is left by Escape with the focus where it was, says what cannot be done, and letters can be turned off", async () => {
  stage = await setStage({"a.md": `# A\n\n${bash("one", "sleep 30")}${bash("two", "true")}`});
  const {page} = await enter(await newContext(), stage.serving.url, "/runbook/a.md");
  await stepOf(page, "two").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await expect.poll(() => page.getByRole("option", {name: /^Stop/}).getAttribute("aria-disabled")).toBe("true");
  await page.getByRole("option", {name: /^Run “one”/}).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => stepOf(page, "one").evaluate((step) => step === document.activeElement)).toBe(true);
  await page.keyboard.press("?");
  const letters = page.getByRole("dialog").getByRole("checkbox");
  await letters.uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect.poll(() => stepOf(page, "one").evaluate((step) => step === document.activeElement)).toBe(true);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("keys");
  await page.keyboard.press("Enter");
  await letters.check();
  await page.keyboard.press("Escape");
  await stepOf(page, "one").evaluate((step: HTMLElement) => step.focus());
  await page.keyboard.press("j");
  await expect.poll(() => stepOf(page, "two").evaluate((step) => step === document.activeElement)).toBe(true);
});

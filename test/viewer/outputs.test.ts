import {readFile} from "node:fs/promises";
import type {Browser, BrowserContext, Locator, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import type {Fact} from "../../src/model/event.ts";
import {began, failed, id, passed} from "../model/story.ts";
import {openBrowser} from "./stage.ts";
import type {Telling} from "./telling.ts";
import {broke, ran, table, tellRun, text, wrote} from "./telling.ts";

let browser: Browser;
let context: BrowserContext;
let telling: Telling | undefined;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await context.close();
  await telling?.close();
});

const bash = (id: string, source = "true"): string => `\`\`\`bash {#${id}}\n${source}\n\`\`\`\n\n`;
const sql = (id: string, source = "select 1"): string => `\`\`\`sql {#${id}}\n${source}\n\`\`\`\n\n`;
const stepOf = (page: Page, id: string): Locator => page.locator(`[id="step:${id}"]`);

async function open(document: string, ...facts: readonly Fact[]): Promise<Page> {
  telling = await tellRun(`# Told\n\n${document}`, ...facts);
  context = await browser.newContext({viewport: {width: 1280, height: 900}, permissions: ["clipboard-read", "clipboard-write"]});
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => expect.soft(error.message).toBe(""));
  await page.goto(telling.url);
  return page;
}

const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
async function fileOf(page: Page, button: Locator): Promise<{name: string; text: string}> {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return {name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8")};
}

test("links that a program prints lead to the web and nowhere else, and open apart from this page", async () => {
  const printed =
    "\u001b]8;;https://example.org/a\u0007manual\u001b]8;;\u0007 \u001b]8;;javascript:alert(1)\u0007evil\u001b]8;;\u0007 http://b.example/x.\n";
  const page = await open(bash("say"), ...ran("say", text(printed)));
  const box = stepOf(page, "say").locator(".terminal");
  await box.getByText("manual").waitFor();
  await expect.poll(() => box.textContent()).toBe("manual evil http://b.example/x.\n");
  const links = await box
    .locator("a")
    .evaluateAll((all) =>
      all.map((link) => [
        link.textContent,
        link.getAttribute("href"),
        link.getAttribute("rel"),
        link.getAttribute("target"),
        link.getAttribute("title")
      ])
    );
  expect(links).toEqual([
    ["manual", "https://example.org/a", "noopener noreferrer", "_blank", "https://example.org/a"],
    ["http://b.example/x", "http://b.example/x", "noopener noreferrer", "_blank", "http://b.example/x"]
  ]);
  await box.hover();
  await stepOf(page, "say").getByRole("button", {name: "Copy the output"}).click();
  await expect.poll(() => clipboard(page)).toBe("manual evil http://b.example/x.\n");
});

test("an output stays at its end until somebody scrolls up, and says then that more has come", async () => {
  const page = await open(bash("long"), began("long"));
  const box = stepOf(page, "long").locator(".terminal");
  const add = (from: number): void => telling!.tell(...Array.from({length: 40}, (_, at) => wrote("long", text(`line ${from + at}\n`))));
  const below = (): Promise<number> => box.evaluate(({scrollHeight, scrollTop, clientHeight}) => scrollHeight - scrollTop - clientHeight);
  for (let from = 0; from < 200; from += 40) add(from);
  await box.getByText("line 199").waitFor();
  await expect.poll(below).toBeLessThan(24);
  await page.setViewportSize({width: 500, height: 800});
  add(200);
  await expect.poll(below).toBeLessThan(24);
  await box.focus();
  await page.keyboard.press("Home");
  await expect.poll(() => box.evaluate(({scrollTop}) => scrollTop)).toBe(0);
  add(240);
  const follow = stepOf(page, "long").getByRole("button", {name: "More below"});
  await follow.waitFor();
  await expect.poll(() => box.evaluate(({scrollTop}) => scrollTop)).toBe(0);
  await follow.click();
  await expect.poll(below).toBeLessThan(24);
  add(280);
  await box.getByText("line 319").waitFor();
  await expect.poll(below).toBeLessThan(24);
  await expect.poll(() => follow.count()).toBe(0);
});

test("rows are sorted, filtered and turned over; what was kept and the exact number are said", async () => {
  const rows = Array.from({length: 1000}, (_, n) => [String(n), n === 5 ? null : `name ${999 - n}`]);
  const page = await open(sql("big"), ...ran("big", table(["n:int8", "name"], rows, 1_000_000)));
  const step = stepOf(page, "big");
  const first = (): Promise<readonly string[]> => step.locator("tbody tr").first().locator("td").allTextContents();
  await step.getByText("showing 1 to 100 of 1 000 000 rows; the first 1 000 were kept").waitFor();
  await expect.poll(() => step.locator("tbody tr").count()).toBe(100);
  await step.getByRole("button", {name: "Next"}).click();
  await step.getByText("page 2 of 10").waitFor();
  await expect.poll(first).toEqual(["100", "name 899"]);
  await step.getByRole("columnheader", {name: "name"}).getByRole("button").click();
  await expect.poll(first).toEqual(["999", "name 0"]);
  await step.getByRole("columnheader", {name: "name"}).getByRole("button").click();
  await expect.poll(() => step.getByRole("columnheader", {name: "name"}).getAttribute("aria-sort")).toBe("descending");
  await expect.poll(first).toEqual(["0", "name 999"]);
  await step.getByRole("searchbox", {name: "Show rows that hold"}).fill("NAME 99");
  await step.getByText("showing 1 to 10 of 10 that match, of 1 000 000 rows; the first 1 000 were kept").waitFor();
  const file = await fileOf(page, step.getByRole("button", {name: "CSV", exact: true}));
  expect(file.name).toMatch(/^Rows-of-statement-1.*\.csv$/);
  expect(file.text.split("\r\n")).toHaveLength(12);
  expect(file.text).toMatch(/^n,name\r\n0,name 999\r\n/);
});

test("values are exact, NULL is none of them, and a spreadsheet calculates nothing", async () => {
  const cells = [
    ["12345678901234567890.10", "=cmd()", null],
    ["-1", "", "NULL"]
  ];
  const page = await open(sql("a"), ...ran("a", table(["n:numeric", "t", "x"], cells), table(["m:int4"], [["7"]], 1, 2)));
  const step = stepOf(page, "a");
  await step.locator("runbook-table").nth(1).waitFor(); // one for each statement
  await expect
    .poll(() => step.locator("td").allTextContents())
    .toEqual(["12345678901234567890.10", "=cmd()", "NULL", "-1", "", "NULL", "7"]);
  await expect.poll(() => step.locator("td.is-null").count()).toBe(1);
  const shown = step.locator("runbook-table").first();
  expect((await fileOf(page, shown.getByRole("button", {name: "CSV", exact: true}))).text).toBe(
    'n,t,x\r\n12345678901234567890.10,\'=cmd(),\r\n-1,"",NULL\r\n'
  );
  expect((await fileOf(page, shown.getByRole("button", {name: "exact"}))).text).toContain("12345678901234567890.10,=cmd(),\r\n");
  await shown.getByRole("button", {name: "Copy the rows as CSV"}).click();
  await expect.poll(() => clipboard(page)).toContain("'=cmd()");
});

test("JSON is a tree that opens with the keyboard, in what a program printed and in a column", async () => {
  const printed = `{"checks":[{"name":"disk","free":12345678901234567890}],"ok":true,"many":[${Array.from({length: 250}, (_, n) => n).join(",")}]}`;
  const page = await open(
    bash("j") + sql("k") + bash("no"),
    ...ran("j", text(printed)),
    ...ran("k", table(["v:jsonb"], [[printed]])),
    ...ran("no", text("[1, 2] and more\n"))
  );
  const tree = stepOf(page, "j").locator(".json-tree");
  await tree.getByText("checks").waitFor();
  await tree.locator("summary", {hasText: "{name:"}).focus();
  await page.keyboard.press("Enter");
  await tree.getByText("12345678901234567890").waitFor();
  await tree.locator("summary", {hasText: "many"}).click();
  await expect.poll(() => tree.locator(".json-leaf").count()).toBe(103);
  await tree.getByRole("button", {name: "150 more of 250"}).click();
  await expect.poll(() => tree.locator(".json-leaf").count()).toBe(253);
  await stepOf(page, "j").getByRole("button", {name: "Text", exact: true}).click();
  await expect.poll(() => stepOf(page, "j").locator(".terminal").textContent()).toBe(printed);
  await stepOf(page, "k").locator("td summary").first().click();
  await stepOf(page, "k").locator("td").getByText("true").waitFor();
  await expect.poll(() => stepOf(page, "no").locator(".terminal").textContent()).toBe("[1, 2] and more\n");
});

test("numbers over time are drawn, and stand in rows as well", async () => {
  const rows = Array.from({length: 30}, (_, n) => [
    `2026-01-31 14:${String(n).padStart(2, "0")}:00+00`,
    String(n * n),
    n === 3 ? null : "1"
  ]);
  const page = await open(
    sql("s") + sql("t"),
    ...ran("s", table(["at:timestamptz", "<b>n</b>:int8", "one:int8"], rows)),
    ...ran(
      "t",
      table(
        ["a", "b:int4"],
        rows.map(([at, n]) => [at!, n!])
      )
    )
  );
  const step = stepOf(page, "s");
  await step.locator("canvas").waitFor();
  await expect
    .poll(() => step.getByRole("img", {name: "Plot of 30 rows over time: <b>n</b> from 0 to 841; one from 1 to 1."}).count())
    .toBe(1);
  const inked = (): Promise<boolean> =>
    step.locator("canvas").evaluate((canvas: HTMLCanvasElement) =>
      canvas
        .getContext("2d")!
        .getImageData(0, 0, canvas.width, canvas.height)
        .data.some((part) => part > 0)
    );
  await expect.poll(inked).toBe(true);
  await expect.poll(() => step.locator(".u-legend").textContent()).toContain("<b>n</b>");
  await step.getByRole("button", {name: "Rows", exact: true}).click();
  await expect.poll(() => step.locator("tbody tr").count()).toBe(30);
  await expect.poll(() => step.locator("canvas").count()).toBe(0);
  await expect.poll(() => stepOf(page, "t").locator("tbody tr").count()).toBe(30);
});

test("notices, times of statements and the place of an error stand where they belong", async () => {
  const notice = {type: "notice", severity: "WARNING", sqlstate: "01000", message: "careful", detail: "because", hint: "do not"} as const;
  const page = await open(
    sql("e", "select 1;\nselect nope\nfrom t"),
    began("e"),
    wrote("e", table(["a:int4"], [["1"]])),
    wrote("e", {type: "command", statement: 1, line: 1, tag: "SELECT 1", ms: 1234}),
    wrote("e", notice),
    broke("e", 'column "nope" does not exist', 2, 8)
  );
  const step = stepOf(page, "e");
  await step.getByText("failed in").waitFor();
  await expect.poll(() => step.locator(".command").textContent()).toBe("SELECT 11.2 s");
  await expect.poll(() => step.locator(".notice").textContent()).toMatch(/WARNING careful\s+because\s*Hint: do not/);
  await expect.poll(() => step.locator(".bad-line").textContent()).toBe("select nope");
  await expect.poll(() => step.locator(".bad-place").textContent()).toBe('       ^ column "nope" does not exist');
});

test("attempts are kept and can be chosen, an edited one with its difference, and what is older than a step above is stale", async () => {
  const edited = {
    ...began("b", 2),
    execution: {...(began("b") as Extract<Fact, {type: "cell-started"}>).execution, edited: true, text: "echo new\ntrue"}
  } as Fact;
  const why: Fact = {type: "deviation-recorded", deviation: "edited", step: id("b"), by: "grace", why: "the host has moved"};
  const page = await open(
    bash("a") + bash("b", "echo old\ntrue") + bash("c"),
    ...ran("a"),
    began("b"),
    wrote("b", text("first\n")),
    failed("b", "no"),
    ...ran("c"),
    why,
    edited,
    wrote("b", text("second\n"), 2),
    passed("b", 2)
  );
  const step = stepOf(page, "b");
  await step.getByText("second").waitFor();
  await expect.poll(() => step.locator(".edited p").textContent()).toBe("Edited for this attempt by grace: the host has moved");
  await expect.poll(() => step.locator(".difference .is-removed").textContent()).toContain("echo old");
  await expect.poll(() => step.locator(".difference .is-added").textContent()).toContain("echo new");
  await step.getByRole("button", {name: "Attempt 1 · failed"}).click();
  await step.getByText("first").waitFor();
  await expect.poll(() => step.locator(".edited").count()).toBe(0);
  await expect.poll(() => stepOf(page, "c").locator(".stale").getAttribute("title")).toBe("“b”, above, ran after this");
  await expect.poll(() => stepOf(page, "a").locator(".stale").count()).toBe(0);
});

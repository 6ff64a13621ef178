/** A document of hundreds of cells: not all of it is made at once, and nobody can tell. */
import type {Browser, Page} from "playwright";
import {afterAll, beforeAll, expect, test} from "vitest";

import {openBrowser} from "./stage.ts";
import type {Telling} from "./telling.ts";
import {ran, tellRun, text} from "./telling.ts";

let browser: Browser;
let telling: Telling;
const parts = 30;
const each = 20;
const count = parts * each;
beforeAll(async () => {
  browser = await openBrowser();
  const cell = (n: number): string => `\`\`\`bash {#c${n}}\necho ${n}\n\`\`\`\n`;
  const part = (p: number): string =>
    `## Part ${p}\n\nSee [the note][^n].\n\n${Array.from({length: each}, (_, n) => cell(p * each + n)).join("\n")}`;
  const book = `# Long\n\n${Array.from({length: parts}, (_, p) => part(p)).join("\n")}\n[^n]: The note.\n`;
  telling = await tellRun(book, ...Array.from({length: count}, (_, n) => ran(`c${n}`, text(`printed by ${n}\n`))).flat());
});
afterAll(async () => {
  await browser.close();
  await telling.close();
});

/** A page in which nothing is made while the browser is idle: only what is needed. */
async function open(hash = ""): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1000, height: 700}});
  await page.addInitScript(() => {
    window.requestIdleCallback = () => 0;
  });
  await page.goto(`${telling.url}${hash}`);
  await page.locator("runbook-page .step").first().waitFor();
  return page;
}
const steps = (page: Page): Promise<number> => page.locator(".step").count();

test("what is seen first is there with its results, before the rest is made", async () => {
  const page = await open();
  await page.locator('[id="step:c0"] .terminal').getByText("printed by 0").waitFor();
  expect(await steps(page)).toBeLessThan(count);
  await page.close();
});

test("a link to a step far down leads there", async () => {
  const page = await open(`#step:c${count - 1}`);
  await page
    .locator(`[id="step:c${count - 1}"] .terminal`)
    .getByText(`printed by ${count - 1}`)
    .waitFor();
  await expect.poll(() => page.locator(`[id="step:c${count - 1}"]`).evaluate((step) => step.getBoundingClientRect().top)).toBeLessThan(700);
  await page.close();
});

test("who scrolls, uses a key or the palette finds all of it", async () => {
  const ways: readonly ((page: Page) => Promise<unknown>)[] = [
    (page) => page.evaluate(() => document.scrollingElement!.scrollTo(0, 1e9)),
    (page) => page.keyboard.press("j"),
    (page) => page.keyboard.press("Control+k")
  ];
  for (const way of ways) {
    const page = await open();
    await way(page);
    await expect.poll(() => steps(page)).toBe(count);
    await page.close();
  }
});

test("on paper all of it stands, also if it is printed at once", async () => {
  const page = await open();
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.evaluate(() => 0);
  expect(await steps(page)).toBe(count);
  expect(await page.locator(`[id="step:c${count - 1}"] .terminal`).textContent()).toContain(`printed by ${count - 1}`);
  await page.close();
});

test("while the browser has nothing else to do, all of it is made", async () => {
  const page = await browser.newPage();
  await page.goto(telling.url);
  await expect.poll(() => page.locator(".step :is(.is-output, .terminal)").count(), {timeout: 30_000}).toBe(count);
  await expect.poll(() => page.locator("outline-step a").count(), {timeout: 30_000}).toBe(count);
  await page.close();
});

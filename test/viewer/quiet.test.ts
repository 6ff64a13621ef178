import type {Browser} from "playwright";
import {afterAll, beforeAll, expect, test} from "vitest";

import {began} from "../model/story.ts";
import {openBrowser} from "./stage.ts";
import {ran, tellRun, text, wrote} from "./telling.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const cells = (count: number): string => Array.from({length: count}, (_, n) => `\`\`\`bash {#c${n}}\necho ${n}\n\`\`\`\n`).join("\n");
const all = (count: number) => Array.from({length: count - 1}, (_, n) => ran(`c${n + 1}`, text(`line\n`.repeat(20)))).flat();

test("a line more changes the cell that printed it and nothing else, however many there are", async () => {
  const telling = await tellRun(`# Long\n\n${cells(400)}`, ...all(400), began("c0"), wrote("c0", text("first\n")));
  const page = await browser.newPage();
  await page.goto(telling.url);
  await page.locator('[id="step:c0"] .terminal').getByText("first").waitFor();
  await expect.poll(() => page.locator(".step :is(.is-output, .terminal)").count(), {timeout: 30_000}).toBe(400); // also what nobody has seen yet
  await expect.poll(() => page.locator("outline-step a").count(), {timeout: 30_000}).toBe(400);
  const changed = page.evaluate(
    () =>
      new Promise<readonly string[]>((resolve) => {
        const places = new Set<string>();
        const observer = new MutationObserver((records) => {
          for (const {target} of records) {
            const element = target instanceof Element ? target : target.parentElement!;
            // The clocks of what is running tick by themselves.
            if (!element.closest(".step-state, .clock, page-header"))
              places.add(element.closest(".step")?.id ?? element.outerHTML.slice(0, 120));
          }
          if (document.querySelector('[id="step:c0"] .terminal')!.textContent!.includes("last")) resolve([...places]);
        });
        observer.observe(document.body, {childList: true, characterData: true, attributes: true, subtree: true});
      })
  );
  await page.evaluate(() => 0); // it is observed
  for (let line = 0; line < 20; line++) telling.tell(wrote("c0", text(`more ${line}\n`)));
  telling.tell(wrote("c0", text("last\n")));
  expect(await changed).toEqual(["step:c0"]);
  await page.close();
  await telling.close();
});

test("a page at which nothing happens does no work", async () => {
  const telling = await tellRun(`# Long\n\n${cells(30)}`, ...all(30), {
    type: "run-ended",
    outcome: "stopped",
    reason: "enough",
    notes: [],
    by: null
  });
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const counts = async (): Promise<readonly number[]> => {
    const {metrics} = await session.send("Performance.getMetrics");
    return ["LayoutCount", "RecalcStyleCount"].map((name) => metrics.find((metric) => metric.name === name)!.value);
  };
  await page.goto(telling.url);
  await page.locator('[id="step:c1"] .terminal').getByText("line").first().waitFor();
  const changes = async (): Promise<readonly number[]> => {
    const before = await counts();
    await page.waitForTimeout(1500);
    return (await counts()).map((count, place) => count - before[place]!);
  };
  await expect.poll(changes, {timeout: 30_000}).toEqual([0, 0]);
  await page.close();
  await telling.close();
});

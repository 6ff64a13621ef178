import {readFileSync} from "node:fs";
import {readdir} from "node:fs/promises";
import type {Browser} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import type {Stage} from "../viewer/stage.ts";
import {enter, openBrowser, setStage} from "../viewer/stage.ts";
import {inRoot} from "./runbook.ts";

let browser: Browser;
let stage: Stage | undefined;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await stage?.end();
  stage = undefined;
});

async function open(path: string, name: string) {
  stage = await setStage({[name]: readFileSync(inRoot(path), "utf8")});
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  context.setDefaultTimeout(20_000);
  const {page, errors} = await enter(context, stage.serving.url, `/runbook/${name}`);
  const step = (id: string) => page.locator(`[id="step:${id}"]`);
  return {page, errors, step};
}

test("the hello runbook runs on its page as a whole, and its gate waits for the person who comes to it", async () => {
  const {page, errors, step} = await open("runbooks/hello.md", "hello.md");
  await page.getByRole("button", {name: "Run all"}).click();
  await step("no-nonsense").getByText("passed in").waitFor();
  await expect.poll(() => step("greet").locator(".terminal").textContent()).toBe("Hello, world!\n");
  expect(await step("guests").locator("tbody tr").count()).toBe(3);
  await step("all-well").getByRole("button", {name: "Confirm"}).click();
  await step("goodbye").getByRole("button", {name: "Run", exact: true}).click();
  await expect.poll(() => step("goodbye").locator(".terminal").textContent()).toContain("Goodbye, world.");
  expect(errors).toEqual([]);
});

test("a runbook that was written for people is shown as a notebook, and nothing of it is run", async () => {
  const {page, errors, step} = await open("test/parser/seed/runbook.md", "runbook.md");
  await expect.poll(() => page.locator('[id^="step:"]').count()).toBe(26); // 21 cells, 5 checklists
  const first = step("step-1-stop-application-servers-1");
  await first.scrollIntoViewIfNeeded();
  await first.getByRole("button", {name: "Run", exact: true}).waitFor();
  expect(await first.textContent()).toContain("docker-compose -f /opt/whatsapp-saas/docker-compose.yml stop app");
  await step("monthly-drill-checklist-1").scrollIntoViewIfNeeded();
  await step("monthly-drill-checklist-1").getByRole("checkbox").last().waitFor();
  expect(await page.getByText("Daily at 02:00 UTC").count()).toBe(1);
  expect(await readdir(stage!.runsDirectory).catch(() => [])).toEqual([]);
  expect(errors).toEqual([]);
});

import {readFileSync} from "node:fs";
import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {execa} from "execa";
import type {Browser, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {startCluster} from "../support/postgres.ts";
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
  await step("no-nonsense").scrollIntoViewIfNeeded();
  await step("no-nonsense").getByText("passed in").waitFor();
  await expect.poll(() => step("greet").locator(".terminal").textContent()).toBe("Hello, world!\n");
  await expect.poll(() => step("guests").locator("tbody tr").count()).toBe(3);
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
  await expect.poll(() => first.textContent()).toContain("docker-compose -f /opt/whatsapp-saas/docker-compose.yml stop app");
  await step("monthly-drill-checklist-1").scrollIntoViewIfNeeded();
  await step("monthly-drill-checklist-1").getByRole("checkbox").last().waitFor();
  await expect.poll(() => page.getByText("Daily at 02:00 UTC").count()).toBe(1);
  expect(await readdir(stage!.runsDirectory).catch(() => [])).toEqual([]);
  expect(errors).toEqual([]);
});

test("two people take last night's dump of a real server at their pages, one of whom loads theirs anew in the middle", async () => {
  const cluster = await startCluster();
  try {
    const psql = (database: string, ...args: readonly string[]) =>
      execa(join(cluster.bin, "psql"), ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, ...args], {env: cluster.environment});
    await psql("postgres", "-c", "create database whatsapp_saas");
    await psql("whatsapp_saas", "-c", "create table messages as select i as id, 'message ' || i as body from generate_series(1, 500) i");
    const files = Object.fromEntries(
      ["nightly-dump.md", "facts.sql"].map((name) => [name, readFileSync(inRoot(`runbooks/${name}`), "utf8")])
    );
    stage = await setStage(files, {invite: ["grace"], given: {...cluster.environment, PATH: `${cluster.bin}:${process.env.PATH}`}});
    const enterAs = async (url: string) => {
      const context = await browser.newContext();
      context.setDefaultTimeout(60_000);
      return enter(context, url, "/runbook/nightly-dump.md");
    };
    const {page: ada, errors} = await enterAs(stage.serving.url);
    const {page: grace} = await enterAs(stage.serving.inviteUrls.grace!);
    const at = (page: Page, id: string) => page.locator(`[id="step:${id}"]`);
    const passed = async (page: Page, id: string): Promise<void> => {
      await page.locator(`[id="step:${id}"][data-standing="passed"]`).waitFor({state: "attached"});
      await at(page, id).scrollIntoViewIfNeeded(); // far from what is seen, a cell is only its text
      await at(page, id).getByText("passed in").waitFor();
    };
    await ada.getByLabel("Folder of all backups, absolute").fill("backups");
    await ada.getByText('"BACKUPS" must match /.*, not "backups"').waitFor(); // said while it is typed
    await ada.getByLabel("Folder of all backups, absolute").fill(join(stage.folder, "backups"));
    await ada.getByRole("button", {name: "Run all"}).click();
    await grace.getByText("The run waits for a value").waitFor();
    await grace.reload();
    await passed(grace, "roles"); // what the page had before it was loaded anew
    await ada.locator(".input", {hasText: "BACKUPS"}).getByRole("button", {name: "Set"}).click();
    await passed(grace, "publish");
    await expect.poll(() => at(grace, "manifest").locator(".terminal").textContent()).toMatch(/table public\.messages\s+500/);
    await grace.getByRole("button", {name: "Finish…"}).click();
    await grace.getByRole("button", {name: "Finish the run"}).click();
    await ada.getByText("The drill passed").waitFor();
    await ada.getByRole("button", {name: "What happened"}).click();
    const log = ada.locator("run-log");
    await log.getByText("grace", {exact: true}).last().waitFor();
    await expect.poll(() => log.textContent()).toMatch(/grace finished the run: passed/);
    await expect.poll(() => log.textContent()).toMatch(/ada ran: publish/);
    await expect.poll(() => log.textContent()).toMatch(/ada set BACKUPS/);
    expect(await readdir(join(stage.folder, "backups"))).toHaveLength(1);
    expect(errors.filter((text) => !text.includes("409"))).toEqual([]);
  } finally {
    for (const context of browser.contexts()) await context.close();
    await stage?.end();
    stage = undefined;
    await cluster.stop();
  }
}, 150_000);

import {readFileSync} from "node:fs";
import {join} from "node:path";
import type {Browser} from "playwright";
import {afterAll, beforeAll, expect, test} from "vitest";
import {readRun} from "../../src/runtime/runs.ts";
import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";

let browser: Browser;
let stage: Stage;
beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage({"a.md": "# A\n\n```bash {#one}\necho one\n```\n"}, {invite: ["cy"]});
});
afterAll(async () => {
  await browser.close();
  await stage.end();
});

test("when a run is over its record is completed on the page, by whoever knows, and everybody sees it", async () => {
  const context = await browser.newContext();
  const {page, errors} = await enter(context, stage.serving.url, "/runbook/a.md");
  await page.getByRole("button", {name: "Run", exact: true}).click();
  await page.getByText("passed in").first().waitFor();
  await expect.poll(() => page.locator("closing-record section").count()).toBe(0);
  await page.getByRole("button", {name: "Finish…"}).click();
  await page.getByRole("button", {name: "Finish the run"}).click();
  await page.getByText("6 things nobody has said yet").waitFor();

  const other = await enter(await browser.newContext(), stage.serving.inviteUrls.cy!, "/runbook/a.md");
  await other.page.getByRole("button", {name: "Complete the record"}).click();
  const form = other.page.getByRole("form", {name: "For the record"});
  await form.getByLabel("Scenario", {exact: false}).fill("The disk is lost");
  await form.getByLabel("What was found").fill("it is slow");
  await form.getByLabel("Owner").fill("Bo");
  await form.getByLabel("Sign off as (role)").fill("approver");
  await form.getByRole("button", {name: "Record it"}).click();
  await page.getByText("3 things nobody has said yet").waitFor();
  await expect
    .poll(() => page.locator("closing-record dl").textContent())
    .toMatch(/The disk is lost[\s\S]*it is slow[\s\S]*owner Bo[\s\S]*cy, approver/);

  const id = await page.getByRole("link", {name: "Open the record"}).getAttribute("href");
  await page.goto(new URL(id!, stage.serving.url).href);
  await page.getByRole("button", {name: "Complete the record"}).click();
  await page.getByRole("button", {name: "Record it"}).click();
  await page.getByText("nothing new was said").waitFor();
  await page.getByLabel("Reported to").fill("the board");
  await page.getByRole("button", {name: "Record it"}).click();
  await page.getByText("2 things nobody has said yet").waitFor();

  const folder = join(stage.runsDirectory, id!.split("/").at(-1)!);
  const {damage, run} = await readRun(folder);
  expect({damage, outcome: run.ended?.outcome}).toEqual({damage: null, outcome: "passed"});
  expect([...run.closing].map(({by, via}) => `${by} ${via}`)).toEqual(["cy page", "ada page"]);
  expect(readFileSync(join(folder, "journal.ndjson"), "utf8")).toContain('"reportedTo":"the board"');
  expect(errors).toEqual([]);
  await context.close();
});

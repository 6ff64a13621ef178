import {rm, stat} from "node:fs/promises";
import {join} from "node:path";
import type {Browser, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {startCluster} from "../support/postgres.ts";
import type {Stage} from "./stage.ts";
import {enter, findPort, openBrowser, setStage} from "./stage.ts";

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
const sql = (id: string, source: string): string => `\`\`\`sql {#${id}}\n${source}\n\`\`\`\n\n`;
const stepOf = (page: Page, id: string) => page.locator(`[id="step:${id}"]`);
const open = async (path: string, url = stage!.serving.url): Promise<{page: Page; errors: string[]}> => {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  return enter(context, url, path);
};

test("ten tabs of one browser share a connection, each hears of its own runbook, and closing one loses the others nothing", async () => {
  stage = await setStage({
    "a.md": `# A\n\n${bash("one", "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.1; done")}`,
    "b.md": `# B\n\n${bash("two", "echo of b")}`
  });
  const {page: first} = await open("/runbook/a.md");
  const tabs = [first];
  for (let tab = 0; tab < 7; tab++) {
    const page = await first.context().newPage();
    await page.goto(new URL("/runbook/a.md", stage.serving.url).href);
    tabs.push(page);
  }
  const others: Page[] = [];
  for (let tab = 0; tab < 2; tab++) {
    const page = await first.context().newPage();
    await page.goto(new URL("/runbook/b.md", stage.serving.url).href);
    others.push(page);
  }
  const seats = () => first.evaluate(async () => (await navigator.locks.query()).held?.length);
  await expect.poll(seats, {timeout: 15_000}).toBe(10);
  await stepOf(tabs[3]!, "one").getByRole("button", {name: "Run", exact: true}).click();
  await stepOf(tabs[7]!, "one").getByText("line 2").waitFor();
  await tabs[3]!.close();
  await others[0]!.getByRole("button", {name: "Run all"}).click();
  await stepOf(others[1]!, "two").getByText("passed in").waitFor();
  for (const page of [tabs[0]!, tabs[7]!]) {
    await stepOf(page, "one").getByText("passed in").waitFor();
    await expect
      .poll(async () => ((await stepOf(page, "one").locator(".terminal").textContent()) ?? "").trim())
      .toBe([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `line ${i}`).join("\n"));
  }
});

test("a server that starts again at its port knows everybody's page, and a run of bash and SQL goes on from there", async () => {
  const port = await findPort();
  const cluster = await startCluster();
  try {
    const text = `---\nconnections: { default: "\${DATABASE_URL}" }\n---\n# A\n\n${bash("one", "NAME=kept; echo one")}${sql("rows", "create table kept (n int);\ninsert into kept select generate_series(1, 3);")}:::gate[Go on]{#gate}\n:::\n\n${bash("two", 'echo "$NAME"')}${sql("count", "select count(*) from kept;")}`;
    stage = await setStage({"a.md": text}, {port, invite: ["grace"], given: {DATABASE_URL: cluster.url}});
    const {page: ada} = await open("/runbook/a.md");
    const {page: grace} = await open("/runbook/a.md", stage.serving.inviteUrls.grace);
    expect((await stat(join(stage.runsDirectory, `.links-${port}.json`))).mode & 0o777).toBe(0o600);
    await ada.getByRole("button", {name: "Run all"}).click();
    await grace.getByText("waits for an answer").first().waitFor();
    await stage.restart(async () => {
      await ada.getByText("Connection lost").waitFor();
      await grace.getByText("Connection lost").waitFor();
    });
    await grace.getByRole("button", {name: "Go on with it"}).click();
    await stepOf(ada, "rows").getByText("passed in").waitFor();
    await ada.getByRole("button", {name: "Run all"}).click();
    await stepOf(grace, "gate").getByRole("button", {name: "Confirm"}).click();
    await stepOf(ada, "count").getByText("passed in").waitFor();
    await expect.poll(() => stepOf(ada, "two").locator(".terminal").textContent()).toContain("kept");
    await expect.poll(() => stepOf(ada, "count").locator("tbody").textContent()).toMatch(/^\s*3\s*$/);
    await expect.poll(() => ada.getByText("Connection lost").count()).toBe(0);
  } finally {
    for (const context of browser.contexts()) await context.close();
    await stage?.end();
    stage = undefined;
    await cluster.stop();
  }
});

test("a page that the server does not know any more says so, and what to do", async () => {
  const port = await findPort();
  stage = await setStage({"a.md": `# A\n\n${bash("one", "echo one")}`}, {port});
  const {page} = await open("/runbook/a.md");
  await stepOf(page, "one").getByRole("button", {name: "Run", exact: true}).waitFor();
  await stage.restart(() => rm(join(stage!.runsDirectory, `.links-${port}.json`)));
  await page.getByText("does not know this page any more").waitFor();
});

test("the address of a step leads somebody else to the same step", async () => {
  const steps = Array.from({length: 30}, (_, place) => bash(`step-${place}`, `echo ${place}`)).join("");
  stage = await setStage({"a.md": `# A\n\n${steps}`}, {invite: ["grace"]});
  const {page: ada} = await open("/runbook/a.md");
  await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await stepOf(ada, "step-24").scrollIntoViewIfNeeded();
  await stepOf(ada, "step-24").getByRole("button", {name: "Copy a link to this step"}).click();
  const address = new URL(await ada.evaluate(() => navigator.clipboard.readText()));
  expect(address.hash).toBe("#step:step-24");
  const {page: grace} = await open(`${address.pathname}${address.hash}`, stage.serving.inviteUrls.grace);
  const isSeen = () =>
    stepOf(grace, "step-24").evaluate(
      (step) => step.getBoundingClientRect().top >= 0 && step.getBoundingClientRect().bottom <= innerHeight
    );
  await expect.poll(isSeen, {timeout: 15_000}).toBe(true);
});

import {execFileSync} from "node:child_process";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {listRuns} from "../../src/runtime/runs.ts";
import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";
import {findViolations} from "./violations.ts";

let browser: Browser;
let stage: Stage | undefined;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(async () => {
  await stage?.end();
  stage = undefined;
});
afterAll(() => browser.close());

const text = `# Swap

\`\`\`bash {#find}
echo x >> counted; wc -l < counted
\`\`\`
::capture{#COPY}

:::gate[Put the copy in place]{#swap role=commander}
:::

\`\`\`bash {#rename}
echo "renames copy $COPY"
\`\`\`
::capture{#NAMED}

\`\`\`bash {#say}
echo "$NAMED"
\`\`\`
`;
const stepOf = (page: Page, id: string) => page.locator(`[id="step:${id}"]`);

test("a gate is confirmed for exactly what it shows, and what ran otherwise is told on the page, in the journal and in the archive", async () => {
  stage = await setStage({"a.md": text});
  const context = await browser.newContext({bypassCSP: true, viewport: {width: 1280, height: 900}});
  context.setDefaultTimeout(30_000);
  const {page, errors} = await enter(context, stage.serving.url, "/runbook/a.md");
  await page.getByRole("button", {name: "Run all"}).click();
  const gate = stepOf(page, "swap");
  await gate.getByText("waits for an answer").waitFor();
  const [rename, say] = await gate.locator("details.exactly").all();
  await rename!.locator("summary").click();
  await say!.locator("summary").click();
  await expect.poll(() => rename!.locator("pre").textContent()).toBe('echo "renames copy $COPY"');
  await expect.poll(() => rename!.locator("dl").textContent()).toMatch(/COPY\s*1/);
  await expect.poll(() => say!.textContent()).toContain("what NAMED will be");
  expect(await findViolations(page)).toEqual([]);

  await stepOf(page, "find").getByRole("button", {name: "Run again"}).click();
  await stepOf(page, "find").getByText("Attempt 2").waitFor();
  await gate.getByRole("button", {name: "Show what will run"}).click();
  await gate.getByText("waits for an answer").waitFor();
  await gate.getByRole("button", {name: "Confirm"}).click();
  await gate.getByText("Answered by").waitFor();
  await expect.poll(() => rename!.locator("dl").textContent(), {message: "asked again, it shows what is so now"}).toMatch(/COPY\s*2/);
  await stepOf(page, "find").getByRole("button", {name: "Run again"}).click();
  await stepOf(page, "find").getByText("Attempt 3").waitFor();
  await stepOf(page, "rename").getByRole("button", {name: "Run", exact: true}).click();
  const note = "Not as it was confirmed";
  const why = 'since "Put the copy in place" was confirmed: COPY was "2", is "3"';
  await stepOf(page, "rename").getByText(note).waitFor();
  await expect.poll(() => stepOf(page, "rename").textContent()).toContain(why);
  await stepOf(page, "say").getByRole("button", {name: "Run", exact: true}).click();
  await stepOf(page, "say").getByText("passed").first().waitFor();
  await expect.poll(() => stepOf(page, "say").getByText(note).count(), {message: "nobody could know it"}).toBe(0);
  expect(await findViolations(page)).toEqual([]);
  expect(errors).toEqual([]);

  const {folder} = (await listRuns(stage.runsDirectory))[0]!;
  const journal = (await readFile(join(folder, "journal.ndjson"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(journal.filter(({deviation}) => deviation === "not-as-confirmed")).toMatchObject([{step: "rename", by: "ada", why}]);
  await stage.serving.close();
  const file = join(folder, "..", "..", "archive.html");
  execFileSync(process.execPath, ["dist/cli/main.js", "export", folder, "--to", "html", "--out", file]);
  const archive = await context.newPage();
  await archive.goto(pathToFileURL(file).href);
  await stepOf(archive, "rename").getByText(note).waitFor();
  await expect.poll(() => stepOf(archive, "swap").locator("details.exactly pre").first().textContent()).toBe('echo "renames copy $COPY"');
  await archive.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await expect
    .poll(() => stepOf(archive, "swap").locator("details.exactly[open]").count(), {message: "on paper nothing is folded"})
    .toBe(2);
  const bare = await browser.newContext({javaScriptEnabled: false});
  const plain = await bare.newPage();
  await plain.goto(pathToFileURL(file).href);
  await expect.poll(() => plain.locator("body").textContent()).toMatch(/led to rename, local, COPY=2, sha256 [0-9a-f]{64}/);
  await bare.close();
});

test("a gate that the run has not come to shows what will run before it can be confirmed", async () => {
  stage = await setStage({"a.md": text});
  const context = await browser.newContext({bypassCSP: true, viewport: {width: 1280, height: 900}});
  context.setDefaultTimeout(30_000);
  const {page, errors} = await enter(context, stage.serving.url, "/runbook/a.md");
  const gate = stepOf(page, "swap");
  await gate.getByRole("button", {name: "Refuse"}).waitFor();
  await expect.poll(() => gate.getByRole("button").allTextContents()).toEqual(["", "Show what will run", "Refuse"]);
  await gate.getByRole("button", {name: "Show what will run"}).click();
  await gate.getByText("waits for an answer").waitFor();
  await gate.locator("details.exactly summary").first().click();
  await expect.poll(() => gate.locator("details.exactly pre").first().textContent()).toBe('echo "renames copy $COPY"');
  await gate.getByRole("button", {name: "Confirm"}).click();
  await gate.getByText("Answered by").waitFor();
  expect(errors).toEqual([]);
});

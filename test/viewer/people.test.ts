import {readFile} from "node:fs/promises";
import {join} from "node:path";
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
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await stage?.end();
  stage = undefined;
});

const bash = (id: string, source: string): string => `\`\`\`bash {#${id}}\n${source}\n\`\`\`\n\n`;
const stepOf = (page: Page, id: string) => page.locator(`[id="step:${id}"]`);

const text = `# Restore

::reminder[Tell the others]{#tell every=2s}

:::gate[Declare]{#declare role=commander}
Tell everybody.
:::

${bash("probe", "for i in 1 2 3; do echo line $i; done")}
:::decision[Can users reach it?]{#reach choose='steps["probe"].exit == 0 ? "No" : "Yes"'}
- [Yes](#wait)
- [No](#act)
:::

## Wait

${bash("wait", "true")}
## Act

${bash("act", "true")}
:::decision[Is it up?]{#up}
- [Up](#check)
- [Down](#start)
:::

## Check

${bash("check", "true")}
## Start

${bash("start", "true")}
`;

test("people see where a decision leads and led, what a gate stands before, and what is due; reasons are asked for at the end", async () => {
  stage = await setStage({"a.md": text});
  const context = await browser.newContext({bypassCSP: true, viewport: {width: 1280, height: 900}});
  context.setDefaultTimeout(30_000);
  const {page, errors} = await enter(context, stage.serving.url, "/runbook/a.md");
  await stepOf(page, "declare").getByText("Behind it").waitFor();
  await expect.poll(() => stepOf(page, "declare").locator(".behind").textContent()).toContain("probe");
  const said = page.locator('[role="status"].unseen');
  await page.evaluate(() => {
    const status = document.querySelector('[role="status"].unseen')!;
    const heard: string[] = [];
    Object.assign(window, {heard});
    new MutationObserver(() => heard.push(status.textContent ?? "")).observe(status, {childList: true, characterData: true, subtree: true});
  });
  await page.getByRole("button", {name: "Run all"}).click();
  await expect.poll(() => said.textContent()).toContain("Declare asks for an answer");
  const release = stepOf(page, "declare").locator(".behind details.exactly");
  const shown = await release.locator("summary").textContent();
  expect(shown).toMatch(/^1 line, local.*sha256 [0-9a-f]{12}…$/s);
  await release.locator("summary").click();
  await expect.poll(() => release.locator("pre").textContent()).toContain("for i in 1 2 3; do echo line $i; done");
  expect(await findViolations(page)).toEqual([]);
  await stepOf(page, "declare").getByRole("button", {name: "Confirm"}).click();
  await stepOf(page, "declare").getByText("Answered by").waitFor();
  await expect.poll(() => release.locator("summary").textContent(), {message: "the record keeps what was shown"}).toBe(shown);

  const reach = stepOf(page, "reach");
  await reach.getByText("waits for an answer").waitFor();
  await expect
    .poll(() => reach.locator(".choices > li").nth(1).textContent())
    .toMatch(/No\s*leads to Act.*proposed.*steps\["probe"\]\.exit = 0/s);
  await expect
    .poll(() => reach.locator(".choices > li").nth(1).textContent())
    .toMatch(/act\s*Is it up\?\s*Up\s*leads to Check\s*check\s*Down\s*leads to Start\s*start/s);
  await page.locator(".banner", {hasText: "Tell the others"}).getByRole("button", {name: "Done"}).click();
  expect(await findViolations(page)).toEqual([]);
  await reach.getByRole("button", {name: "No"}).click();
  await stepOf(page, "up").getByText("waits for an answer").waitFor();
  await expect.poll(() => reach.locator(".choices > li").nth(0).textContent()).toMatch(/Yes.*not taken/s);
  await expect.poll(() => reach.locator(".choices > .is-taken").count()).toBe(1);
  await expect.poll(() => reach.textContent()).toContain("was proposed");

  await stepOf(page, "probe").getByRole("button", {name: "Run again"}).click();
  await stepOf(page, "probe").getByText("Attempt 2").waitFor();
  await page.getByRole("button", {name: "What happened"}).click();
  await expect
    .poll(() => page.locator("run-log").textContent())
    .toMatch(/ada ran, attempt 2: probe.*ada decided: Can users reach it\?.*ada confirmed: Declare/s);
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole("button", {name: "What happened"}).click();
  await page.getByRole("button", {name: "Finish…"}).click();
  await expect.poll(() => page.locator(".end-deviations legend").textContent()).toBe("1 deviation; 1 without a reason");
  expect(await findViolations(page)).toEqual([]);
  await page.getByPlaceholder("Why?").fill("to see it again");
  await page.getByLabel("Why it ends here").fill("time is up");
  await page.getByRole("button", {name: "Finish the run"}).click();
  await page.getByText(/^The drill/).waitFor();
  expect(await findViolations(page)).toEqual([]);

  const journal = await readFile(join((await listRuns(stage.runsDirectory))[0]!.folder, "journal.ndjson"), "utf8");
  expect(journal).toMatch(/"type":"closing-answered".*"whys":\{"\d+":"to see it again"\}/);
  expect(journal).toContain("not reached when the run was finished: time is up");
  const heard = await page.evaluate(() => (window as unknown as {heard: string[]}).heard);
  expect(heard.filter((words) => words.includes("Declare asks for an answer"))).toHaveLength(1);
  expect(heard.join(" ")).not.toContain("line 1"); // never what was printed
  expect(errors.filter((words) => !words.includes("409"))).toEqual([]);
});

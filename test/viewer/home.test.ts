import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {execa} from "execa";
import type {Browser} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {listRuns} from "../../src/runtime/runs.ts";
import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";
import {findViolations} from "./violations.ts";

const cli = new URL("../../dist/cli/main.js", import.meta.url).pathname;
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

const drill = `---
owner: platform
drill: { every: 7d }
---
# Failover drill

::objective[Service back]{#rto metric=rto max=1h from=lost to=back}
::objective[Data lost]{#rpo metric=rpo max=5m value='duration(vars.LOST)'}
::milestone[Lost]{#lost}

\`\`\`bash {#probe}
echo "probed at $(date)"
echo "lag $LAG"
test "$LAG" != broken
\`\`\`

\`\`\`bash {#promote}
echo promoted
\`\`\`
::capture{#LOST value='shell.DATA_LOST'}
::milestone[Back]{#back}
`;

async function run(lag: string, lost: string, ...more: string[]): Promise<number | undefined> {
  const args = [cli, "exec", join(stage!.folder, "drill.md"), "--quiet", "--runs-dir", stage!.runsDirectory, ...more];
  return (await execa(process.execPath, args, {reject: false, env: {LAG: lag, DATA_LOST: lost}})).exitCode;
}

test("home says of each runbook what it promises, how its drills went and whether one is overdue, and two runs are compared", async () => {
  stage = await setStage({
    "drill.md": drill,
    "plain.md": "# Plain\n\n```bash\ntrue\n```\n",
    "late.md": "---\ndrill: { every: 30d }\n---\n# Late\n"
  });
  expect([await run("100", "2m", "--drill"), await run("broken", "2m", "--drill"), await run("900", "9m", "--drill")]).toEqual([0, 1, 4]);
  const context = await browser.newContext({bypassCSP: true});
  context.setDefaultTimeout(20_000);
  const {page, errors} = await enter(context, stage.serving.url, "/");
  const card = page.locator(".card", {hasText: "Failover drill"});
  await card.getByText("last drill missed").waitFor();
  await expect.poll(() => card.textContent()).toMatch(/drill\.md · 2 steps · platform/);
  await expect.poll(() => card.locator("figure", {hasText: "RPO"}).textContent()).toMatch(/RPO\s*at most 5 min\s*9 min 00 s missed/);
  await expect
    .poll(() => card.locator("figure svg").last().getAttribute("aria-label"))
    .toMatch(/^Data lost in the last 2 runs: \d{4}-\d\d-\d\d: 2 min 00 s, met; \d{4}-\d\d-\d\d: 9 min 00 s, missed$/);
  await expect.poll(() => card.textContent()).toContain("drill every 7 d, the last good one today");
  await expect.poll(() => page.locator(".card", {hasText: "Late"}).textContent()).toContain("drill overdue: every 30 d, none was good yet");
  await expect.poll(() => page.locator(".card", {hasText: "Plain"}).textContent()).toContain("never run");
  expect(await findViolations(page)).toEqual([]);

  await page.getByRole("combobox").selectOption({label: "Plain"});
  await page.getByRole("heading", {name: "0 runs"}).waitFor();
  await page.getByRole("combobox").selectOption({label: "all runbooks"});
  const boxes = page.locator(".runs input");
  await boxes.nth(0).check();
  await boxes.nth(2).check();
  await page.getByRole("link", {name: "Compare the two"}).click();
  await page.getByText("1 step of 2 went differently").waitFor();
  const lines = async (): Promise<readonly string[]> =>
    (await page.locator(".difference span").allTextContents()).map((line) => line.trim());
  await expect.poll(lines).toEqual(["− lag 100", "+ lag 900"]); // the time of the probe is no difference
  await expect
    .poll(() => page.locator("tr", {hasText: "Data lost"}).textContent())
    .toMatch(/2 min 00 s met.*9 min 00 s missed.*7 min 00 s longer/);
  expect(await findViolations(page)).toEqual([]);
  await page.getByLabel("only those").check();
  await expect.poll(() => page.locator(".steps-compared > li").count()).toBe(1);
  await page.getByRole("link", {name: "probe in the later run"}).click();
  await page.getByText("This is the record of a run").waitFor();
  expect(errors).toEqual([]);
});

test("a run whose folder is gone is still told of by the register, and cannot be opened", async () => {
  stage = await setStage({"drill.md": drill});
  await run("100", "2m");
  await rm((await listRuns(stage.runsDirectory))[0]!.folder, {recursive: true});
  const {page} = await enter(await browser.newContext(), stage.serving.url, "/");
  await page.getByText("Its folder is gone").waitFor();
  await expect.poll(() => page.locator("a.run-row").count()).toBe(0);
});

test("of a run that goes on it is told where it is: at what runs, waits or failed", async () => {
  stage = await setStage({
    "going.md": "# Going\n\n:::gate[Declare it]{#declare}\n:::\n\n```bash {#hold}\nuntil test -e free; do sleep 0.05; done\nfalse\n```\n"
  });
  const {page: home} = await enter(await browser.newContext(), stage.serving.url, "/");
  const stands = async (words: RegExp): Promise<void> => {
    await home.bringToFront();
    for (const place of [home.locator(".card-state"), home.locator(".runs .standing")])
      await expect.poll(async () => (await place.textContent())?.replace(/\s+/g, " ").trim()).toMatch(words);
  };
  const {page} = await enter(await browser.newContext(), stage.serving.url, "/runbook/going.md");
  await page.getByRole("button", {name: "Run all"}).click();
  await stands(/^waits at Declare it$/);
  await page.getByRole("button", {name: "Confirm"}).click();
  await stands(/^runs hold$/);
  await writeFile(join(stage.folder, "free"), "");
  await stands(/^failed at hold$/);
  await expect
    .poll(() =>
      home.locator(".run-facts").evaluate((facts) => {
        const [words, next] = [...facts.children].map((fact) => fact.getBoundingClientRect());
        return words!.right <= next!.left;
      })
    )
    .toBe(true);
});

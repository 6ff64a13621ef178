import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import type {Browser} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";

import {listRuns} from "../../src/runtime/runs.ts";
import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";

let browser: Browser;
let stage: Stage | undefined;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await stage?.end();
});

test("a runbook whose last run was interrupted offers to go on, and a lost cell asks what is to become of it", async () => {
  const text =
    "# A\n\n```bash {#one}\nNAME=ada\n```\n\n```bash {#two}\necho two >> ledger\ntest -e go-on || sleep 60\n```\n\n```bash {#three}\necho $NAME\n```\n";
  stage = await setStage({"a.md": text});
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  const first = await enter(context, stage.serving.url, "/runbook/a.md");
  await first.page.getByRole("button", {name: "Run all"}).click();
  await first.page.locator('[id="step:two"]').getByRole("button", {name: "Stop"}).waitFor();
  await expect.poll(() => readFile(join(stage!.folder, "ledger"), "utf8").catch(() => "")).toBe("two\n");
  await first.page.close();
  await stage.restart(async () => {
    const journal = join((await listRuns(stage!.runsDirectory))[0]!.folder, "journal.ndjson");
    const lines = (await readFile(journal, "utf8")).split("\n");
    const end = lines.findIndex((line) => line.includes('"type":"cell-ended","step":"two"'));
    await writeFile(journal, `${lines.slice(0, end).join("\n")}\n`); // as if it had been killed
    await writeFile(join(stage!.folder, "go-on"), "");
  });

  const {page, errors} = await enter(await browser.newContext(), stage.serving.url, "/runbook/a.md");
  const offer = page.locator(".banner.is-interrupted");
  await offer.waitFor();
  await expect.poll(() => offer.textContent()).toContain("1 step of it nobody saw end");
  await offer.getByRole("button", {name: "Go on with it"}).click();
  const two = page.locator('[id="step:two"]');
  await two.getByText("Nobody saw how this ended").waitFor();
  expect(await readFile(join(stage.folder, "ledger"), "utf8")).toBe("two\n");
  await two.getByRole("button", {name: "It is done"}).click();
  await page.getByText("say how you know that it is done").waitFor();
  await two.locator('input[name="note"]').fill("the ledger has it");
  await two.getByRole("button", {name: "It is done"}).click();
  await two.getByText("marked done by ada").waitFor();
  await page.getByRole("button", {name: "Run all"}).click();
  await page.locator('[id="step:three"]').getByText("passed in").waitFor();
  await expect.poll(() => page.locator('[id="step:three"] .terminal').textContent()).toContain("ada");
  expect(await readFile(join(stage.folder, "ledger"), "utf8")).toBe("two\n");
  expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
});

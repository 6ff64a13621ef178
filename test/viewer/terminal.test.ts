import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import axe from "axe-core";
import type {Browser, Page} from "playwright";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";
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
  stage = undefined;
});

async function open(path: string, url = stage!.serving.url): Promise<{page: Page; errors: string[]}> {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  context.setDefaultTimeout(15_000);
  return enter(context, url, path);
}
const screenOf = (page: Page, id: string) => page.locator(`[id="step:${id}"] .is-screen`);
const shown = async (page: Page, id: string): Promise<string> => ((await screenOf(page, id).locator("pre").textContent()) ?? "").trimEnd();
const patience = {timeout: 15_000};
const screen = (page: Page, id: string) => expect.poll(() => shown(page, id), patience);
const tty = (id: string, ...lines: readonly string[]): string => `\`\`\`bash {#${id} tty}\n${lines.join("\n")}\n\`\`\`\n\n`;

/** What would shut people out who cannot see, or use no mouse. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = await (window as unknown as {readonly axe: typeof axe}).axe.run();
    return found.violations.filter(({impact}) => impact === "serious" || impact === "critical").map(({id}) => id);
  });
}

/** All that the run has on disk. */
async function record(): Promise<string> {
  const names = await readdir(stage!.runsDirectory, {recursive: true, withFileTypes: true});
  const files = names.filter((name) => name.isFile()).map(({parentPath, name}) => readFile(join(parentPath, name), "latin1"));
  return (await Promise.all(files)).join("\n");
}

test("a cell with tty is a terminal that one types into, and what is typed unseen is kept nowhere", async () => {
  const talk = tty(
    "talk",
    "read -rp 'who? ' who",
    'echo "hello $who"',
    "read -rsp 'password: ' pw < /dev/tty",
    "echo; printf '\\e[31m%s letters\\e[0m\\n' \"${#pw}\"; unset pw",
    "stty size"
  );
  stage = await setStage({"a.md": `# A\n\n${talk}`}, {invite: ["grace"]});
  const {page, errors} = await open("/runbook/a.md");
  const grace = (await open("/runbook/a.md", stage.serving.inviteUrls.grace!)).page;
  await page.locator('[id="step:talk"]').getByRole("button", {name: "Run", exact: true}).click();
  await screen(page, "talk").toContain("who?");
  const keys = page.getByRole("textbox", {name: "Type into Terminal of talk"});
  await expect.poll(() => keys.evaluate((element) => element === document.activeElement)).toBe(true); // who let it run types on
  expect(await violations(page)).toEqual([]);
  await page.keyboard.type("adaa");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  await screen(grace, "talk").toMatch(/who\? ada *\nhello ada\npassword:$/);
  await page.keyboard.insertText("correct-horse-battery");
  await page.keyboard.press("Enter");
  await page.getByText("passed in").waitFor();
  const text = await shown(page, "talk");
  expect(text).toMatch(/21 letters\n\d+ 1\d\d$/);
  await expect.poll(() => screenOf(page, "talk").locator(".a-ink-1").textContent()).toBe("21 letters");
  await expect.poll(() => keys.count()).toBe(0);
  await page.getByText("ada typed into it").waitFor();
  const kept = await record();
  expect(kept).toContain('"type":"terminal-typed","step":"talk","attempt":1,"by":"ada","via":"page"');
  expect(kept).not.toContain("correct-horse");
  await page.reload(); // what was on the screen is in the record
  await screen(page, "talk").toBe(text);
  expect(errors).toEqual([]);
});

test("a full-screen program is drawn as it is, follows the keys, and is left by the keyboard", async () => {
  stage = await setStage(
    {"a.md": `# A\n\n${tty("read", "seq 900 | less")}${tty("top", "printf '\\e[?1049h\\e[2J\\e[5;10Hmiddle\\e[1;1Htop'; sleep 1000")}`},
    {given: {LESS: "", TERM: "xterm-256color"}}
  );
  const {page, errors} = await open("/runbook/a.md");
  await page.locator('[id="step:read"]').getByRole("button", {name: "Run", exact: true}).click();
  await screen(page, "read").toMatch(/^1\n2\n3\n/);
  await page.keyboard.press("Shift+G");
  await screen(page, "read").toMatch(/\n900\n\(END\)$/);
  await page.keyboard.press("PageUp");
  await screen(page, "read").not.toContain("900");
  await page.keyboard.press("Control+]");
  await expect.poll(() => page.evaluate(() => document.activeElement?.className), patience).toBe("stop");
  await page.keyboard.press("Shift+Tab"); // nothing of the terminal holds the focus
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("TEXTAREA");
  await screenOf(page, "read").click();
  await page.keyboard.press("q");
  await page.locator('[id="step:read"]').getByText("passed in").waitFor();

  await page.locator('[id="step:top"]').getByRole("button", {name: "Run", exact: true}).click();
  await screen(page, "top").toMatch(/^top ?\n\n\n\n {9}middle$/);
  await page.keyboard.press("Control+c");
  await page.locator('[id="step:top"]').getByText("bash was ended by SIGINT").waitFor();
  await screen(page, "top").toMatch(/^top[^\n]*\n\n\n\n {9}middle$/);
  expect(errors).toEqual([]);
});

test("a long output goes on where the journal ends, and is the same when the page is opened again", async () => {
  stage = await setStage({"a.md": `# A\n\n${tty("long", "seq 100001 112000", "read -rp 'more? ' _", "echo done")}`});
  const {page, errors} = await open("/runbook/a.md");
  await page.locator('[id="step:long"]').getByRole("button", {name: "Run", exact: true}).click();
  await screen(page, "long").toMatch(/111999\n112000\nmore\?$/);
  await page.keyboard.press("Enter");
  await page.getByText("passed in").waitFor();
  await screen(page, "long").toMatch(/112000\nmore\?\s*\ndone$/);
  await page.reload();
  await screen(page, "long").toMatch(/112000\nmore\?\s*\ndone$/);
  expect(errors).toEqual([]);
});

test("nobody types into what does not run, nor into a cell without a terminal", async () => {
  stage = await setStage({"a.md": `# A\n\n${tty("typed", "read -r _")}\`\`\`bash {#plain}\nsleep 5\n\`\`\`\n`});
  const {page} = await open("/runbook/a.md");
  const send = (command: object) =>
    page.evaluate(async (body) => {
      const response = await fetch("/api/commands?runbook=a.md", {method: "POST", headers: {"content-type": "application/json"}, body});
      return `${response.status} ${((await response.json()) as {message?: string}).message}`;
    }, JSON.stringify(command));
  expect(await send({type: "type-in", step: "typed", text: "x"})).toBe('409 "typed" is not running; there is nobody to read what is typed');
  expect(await send({type: "type-in", step: "plain", text: "x"})).toBe('409 "plain" has no terminal');
  await page.locator('[id="step:typed"]').getByRole("button", {name: "Run", exact: true}).click();
  await page.getByRole("textbox").waitFor();
  expect(await send({type: "type-in", step: "typed", text: ""})).toBe("409 nothing was typed");
  expect(await send({type: "type-in", step: "typed", text: "x".repeat(20_000)})).toMatch(/^409 at most 16384 characters/);
  expect(await send({type: "resize", step: "typed", columns: 0, rows: 24})).toMatch(/^409 a terminal has from 1 to 1000/);
  expect(await send({type: "type-in", step: "typed", text: 7})).toMatch(/^400 "text" must be a text/);
});

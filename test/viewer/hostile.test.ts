import {readFile} from "node:fs/promises";
import axe from "axe-core";
import type {Browser, Page} from "playwright";
import {afterAll, beforeAll, expect, test} from "vitest";

import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";

const hostile = `---
title: '<img src=x onerror="window.pwned=1">'
connections: { default: embedded }
---
# <script>window.pwned=2</script> title

<script>window.pwned=3</script>

<img src=x onerror="window.pwned=4"> and <b onclick="window.pwned=5">inline</b> and <a href="javascript:window.pwned=6">raw</a>

[click](javascript:window.pwned=7) [data](data:text/html,<script>window.pwned=8</script>) ![image](https://tracker.example/pixel.png) ![file](../../etc/passwd)

[reference][r] <javascript:window.pwned=9>

[r]: javascript:window.pwned=10 "x\\" onmouseover=window.pwned=11"

| <script>window.pwned=12</script> | b |
|---|---|
| <svg onload=window.pwned=13> | \`<script>\` |

:::gate[<img src=x onerror=window.pwned=14>]{#gate role="<script>window.pwned=15</script>"}
<iframe src="javascript:window.pwned=16"></iframe>
:::

\`\`\`bash {#shell}
printf '<script>window.pwned=17</script><img src=x onerror=window.pwned=18>\\n'
printf '\\033]8;;javascript:window.pwned=19\\007link\\033]8;;\\007 \\033[31m<b>red</b>\\033[0m\\n'
printf '\\033]0;title\\007\\033[2J\\033[Hafter\\n'
\`\`\`
::capture{#OUT value='stdout'}

\`\`\`bash {#json}
printf '{"<img src=x onerror=window.pwned=25>":"<script>window.pwned=26</script>","url":"javascript:window.pwned=27","__proto__":{"pwned":28}}\\n'
\`\`\`

\`\`\`sql {#drawn}
select t as "<img src=x onerror=window.pwned=29>", 1 as "<svg onload=window.pwned=30>" from generate_series(timestamptz '2026-01-01', '2026-01-02', '1 hour') t;
\`\`\`

\`\`\`sql {#formula}
select '=HYPERLINK("http://evil.example")' as "=1+1", '{"a": "<script>window.pwned=31</script>"}'::jsonb as j;
\`\`\`

\`\`\`sql {#table}
select '<script>window.pwned=20</script>' as "<img src=x onerror=window.pwned=21>", '<svg onload=window.pwned=22>' as b;
do $$ begin raise notice '<img src=x onerror=window.pwned=23>'; end $$;
select '<script>' from "<img src=x onerror=window.pwned=24>";
\`\`\`
`;

let browser: Browser;
let stage: Stage;
beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage({"hostile.md": hostile, "plain.md": plain, "<img src=x onerror=window.pwned=34>.md": "# <b>Name</b>\n"});
});
afterAll(async () => {
  await browser.close();
  await stage.end();
});

const plain = `---
connections: { default: embedded }
---
# Plain

Some prose with [a link](#second), \`code\` and a table:

| a | b |
|---|--:|
| 1 | 2 |

- [ ] a task
- [x] a task that is done

::input[Whom to greet?]{#WHO default="world"}
::milestone[Begun]{#begun}
::objective[Quick]{#quick metric=rto max=1h from=begun to=over}

:::checklist[Before]{#before}
- [ ] one thing
:::

## Second

\`\`\`bash {#greet}
printf '\\033[32mhello\\033[0m %s\\n' "$WHO"; echo careful >&2
\`\`\`
::expect{that='stdout.contains("hello")'}

\`\`\`sql {#rows}
select n, null as nothing from generate_series(1, 3) n;
select nope;
\`\`\`

\`\`\`bash {#drop confirm="drop it"}
echo dropped
\`\`\`

::milestone[Over]{#over}
`;

test("nothing that a document holds or a cell prints is ever run, fetched or followed", async () => {
  const context = await browser.newContext();
  const asked: string[] = [];
  context.on("request", (request) => asked.push(request.url()));
  const {page, errors} = await enter(context, stage.serving.url, "/runbook/hostile.md");
  page.on("dialog", () => errors.push("a dialog opened"));
  await page.locator('[id="step:gate"]').waitFor();
  for (const id of ["shell", "json", "drawn", "formula", "table"]) {
    await page.locator(`[id="step:${id}"]`).getByRole("button", {name: "Run", exact: true}).click();
    await page
      .locator(`[id="step:${id}"]`)
      .getByText(/(passed|failed) in/)
      .waitFor();
  }
  await expect
    .poll(() => page.locator('[id="step:shell"] .terminal').textContent())
    .toContain("<script>window.pwned=17</script><img src=x onerror=window.pwned=18>\nlink <b>red</b>\nafter");
  await expect
    .poll(() => page.locator('[id="step:table"] td').allTextContents())
    .toEqual(["<script>window.pwned=20</script>", "<svg onload=window.pwned=22>"]);
  await expect.poll(() => page.locator('[id="step:table"] .notice').textContent()).toContain("<img src=x onerror=window.pwned=23>");
  const step = (id: string) => page.locator(`[id="step:${id}"]`);
  await expect
    .poll(() => step("json").locator(".json-tree").textContent())
    .toContain('<img src=x onerror=window.pwned=25>"<script>window.pwned=26</script>"');
  await step("json").getByRole("button", {name: "Text", exact: true}).click();
  await step("drawn").locator("canvas").waitFor();
  await expect.poll(() => step("drawn").locator(".u-legend").textContent()).toContain("<svg onload=window.pwned=30>");
  await step("formula").locator("td summary").click();
  await step("formula").locator("td").getByText("<script>window.pwned=31</script>").waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    step("formula").getByRole("button", {name: "CSV", exact: true}).click()
  ]);
  expect(file.suggestedFilename()).toMatch(/^[A-Za-z0-9._-]+\.csv$/);
  expect(await readFile(await file.path(), "utf8")).toMatch(/^'=1\+1,j\r\n"'=HYPERLINK\(""http/);
  await step("shell").getByRole("button", {name: "Edit and run once"}).click();
  await step("shell").locator("textarea").fill("echo '<img src=x onerror=window.pwned=32>'");
  await step("shell").getByLabel("Why is it edited?").fill("<img src=x onerror=window.pwned=33>");
  await step("shell").getByRole("button", {name: "Run this text once"}).click();
  await step("shell").locator(".edited").getByText("<img src=x onerror=window.pwned=33>").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("<script>");
  await page.getByText(/^\d+ places$/).waitFor();
  const findings = await page.evaluate(() => ({
    pwned: "pwned" in window,
    scripts: document.querySelectorAll("body script").length,
    handlers: [...document.querySelectorAll("*")].filter((element) => element.getAttributeNames().some((name) => name.startsWith("on")))
      .length,
    inside: document.querySelectorAll(".document :is(img:not([src^='/api/image?']), iframe, svg:not(.mark, .icon), object, embed, b)")
      .length,
    links: [...document.querySelectorAll("a[href]")]
      .map((link) => link.getAttribute("href")!)
      .filter((href) => /^\s*(javascript|data|vbscript):/i.test(href))
  }));
  expect(findings).toEqual({pwned: false, scripts: 0, handlers: 0, inside: 0, links: []});
  const {origin} = new URL(stage.serving.url);
  expect(asked.filter((url) => !url.startsWith(origin))).toEqual([]);
  expect(errors.filter((text) => !text.includes("404"))).toEqual([]); // the image that leads out of the folder
  await page.goto(new URL("/", origin).href);
  await page.getByText("<img src=x onerror=window.pwned=34>.md").first().waitFor();
  await page.getByText('<img src=x onerror="window.pwned=1">').first().waitFor();
  await expect.poll(() => page.evaluate(() => "pwned" in window)).toBe(false);
  await context.close();
}, 240_000);

test("people who cannot see or use a mouse are not shut out: axe finds nothing serious, in light and dark, wide and narrow", async () => {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, bypassCSP: true});
  const {page} = await enter(context, stage.serving.url, "/runbook/plain.md");
  await page.locator('[id="step:greet"]').waitFor();
  expect(await violations(page)).toEqual([]);
  for (const [id, word] of [
    ["greet", "passed in"],
    ["rows", "failed in"],
    ["drop", "asks to be confirmed"]
  ] as const) {
    await page.locator(`[id="step:${id}"]`).getByRole("button", {name: "Run", exact: true}).click();
    await page.locator(`[id="step:${id}"]`).getByText(word).waitFor();
  }
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({colorScheme: "dark"});
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({width: 360, height: 740});
  expect(await violations(page)).toEqual([]);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.goto(new URL("/", stage.serving.url).href);
  await page.getByText("Plain").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await context.close();
});

interface AxeWindow extends Window {
  readonly axe: {
    run(
      options: object
    ): Promise<{violations: readonly {id: string; impact: string; nodes: readonly {target: unknown; failureSummary?: string}[]}[]}>;
  };
}

async function violations(page: Page): Promise<readonly unknown[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = await (window as unknown as AxeWindow).axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]});
    return found.violations
      .filter(({impact}) => impact === "serious" || impact === "critical")
      .flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) => ({id, target, failureSummary})));
  });
}

import axe from "axe-core";
import type {Browser, Page} from "playwright";
import {afterAll, beforeAll, expect, test} from "vitest";

import type {Stage} from "./stage.ts";
import {enter, openBrowser, setStage} from "./stage.ts";

const book = `---
connections: { default: embedded }
---
# Every view

\`\`\`bash {#said}
printf 'see https://example.org and \\033[31mred\\033[0m\\n'; echo careful >&2
\`\`\`

\`\`\`bash {#json}
printf '{"status":"ok","checks":[{"name":"disk","free":12},{"name":"cpu","free":null}]}\\n'
\`\`\`

\`\`\`sql {#series}
select t as at, extract(hour from t)::int as hour from generate_series(timestamptz '2026-01-01', '2026-01-02', '1 hour') t;
\`\`\`

\`\`\`sql {#rows}
do $$ begin raise warning 'careful'; end $$;
select n, 'name ' || n as name, null as nothing, '{"a": [1, 2]}'::jsonb as j from generate_series(1, 300) n;
\`\`\`

\`\`\`sql {#wrong}
select nope;
\`\`\`
`;

let browser: Browser;
let stage: Stage;
beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage({"a.md": book});
});
afterAll(async () => {
  await browser.close();
  await stage.end();
});

test("axe finds nothing at WCAG 2.2 AA: outputs in every view, an edit, its difference, the palette, what it found, the keys; light and dark", async () => {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, bypassCSP: true});
  context.setDefaultTimeout(20_000);
  const {page} = await enter(context, stage.serving.url, "/runbook/a.md");
  const step = (id: string) => page.locator(`[id="step:${id}"]`);
  const both = ["light", "dark"] as const;
  const clean = async (what: string, schemes: readonly ("light" | "dark")[] = ["light"]): Promise<void> => {
    for (const colorScheme of schemes) {
      await page.emulateMedia({colorScheme});
      expect.soft({what, colorScheme, found: await violations(page)}).toEqual({what, colorScheme, found: []});
    }
  };
  await page.getByRole("button", {name: "Run all"}).click();
  await step("wrong").getByText("failed in").waitFor();
  await step("series").locator("canvas").waitFor();
  await clean("a run that failed", both);
  await step("series").getByRole("button", {name: "Rows", exact: true}).click();
  await step("json").getByRole("button", {name: "Text", exact: true}).click();
  await step("rows").getByRole("button", {name: "Next"}).click();
  await step("rows").getByRole("columnheader", {name: "name"}).getByRole("button").click();
  await step("rows").locator("td summary").first().click();
  await step("wrong").getByRole("button", {name: "Edit and run once"}).click();
  await step("wrong").locator("textarea").fill("select 1;");
  await clean("an edit, and the other views");
  await step("wrong").getByLabel("Why is it edited?").fill("a mistake");
  await step("wrong").getByRole("button", {name: "Run this text once"}).click();
  await step("wrong").getByText("passed in").waitFor();
  await step("said").getByRole("button", {name: "Run again"}).click();
  await step("json").getByText("stale").waitFor();
  await clean("an edited attempt, and what is stale", both);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await clean("the palette");
  await page.getByRole("combobox").fill("name");
  await page.getByText(/places$/).waitFor();
  await clean("what was found", both);
  await page.getByRole("combobox").fill("show the keys");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", {name: "Keys"}).waitFor();
  await clean("the keys");
  await page.keyboard.press("Escape");
  await page.setViewportSize({width: 360, height: 740});
  await clean("a narrow screen");
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await context.close();
}, 240_000);

interface AxeWindow extends Window {
  readonly axe: {
    run(options: object): Promise<{violations: readonly {id: string; nodes: readonly {target: unknown; failureSummary?: string}[]}[]}>;
  };
}

async function violations(page: Page): Promise<readonly unknown[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const {violations} = await (window as unknown as AxeWindow).axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    });
    return violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) => ({id, target, failureSummary})));
  });
}

/** A run of a hostile document, exported by the built command line and opened in a real browser, with and without scripts. */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import type {Root} from "mdast";
import type {Browser, Page} from "playwright";
import remarkFrontmatter from "remark-frontmatter";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import {unified} from "unified";
import {visit} from "unist-util-visit";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {DrillRecord} from "../../src/evidence/record.ts";
import {usePlace} from "../cli/command.ts";
import {inRoot} from "../runbooks/runbook.ts";
import {openBrowser} from "../viewer/stage.ts";

const hostile = `---
title: '<img src=x onerror="window.pwned=1">'
connections: { default: embedded }
---
# <script>window.pwned=2</script> title

<script>window.pwned=3</script>

[click](javascript:window.pwned=4) [other](other.md) ![pixel](https://tracker.example/pixel.png) <img src=x onerror="window.pwned=5">

\`\`\`bash {#shell}
printf '</script><script>window.pwned=6</script><!--<script>]]>\\n</textarea></noscript></main>\\n'
printf '\`\`\`\`\\n\`\`\`\\n# no heading\\n<b>bold</b>\\n'
printf '\\033]8;;javascript:window.pwned=7\\007link\\033]8;;\\007 \\033[31mred\\033[0m\\n'
printf '\\001\\002\\377\\n' >&2
\`\`\`

- in a list

  \`\`\`bash {#listed}
  printf '%s\\n' '- [x] **not a task**' '</li></ul><script>window.pwned=8</script>'
  \`\`\`

\`\`\`bash {#long}
seq -f "%.0f of many lines, each of them long enough that few of them are needed" 1 1000; echo the-last-line
\`\`\`

\`\`\`bash {#again retries=1 every=10ms within=30s}
test -e once || { touch once; echo the first time; exit 3; }; echo the second time
\`\`\`

\`\`\`sql {#table}
select n, null as nothing, '<script>window.pwned=9</script>|' as "<img src=x onerror=window.pwned=10>" from generate_series(1, 130) n;
\`\`\`
`;

const place = usePlace();
let browser: Browser;
let html: string;
beforeAll(async () => {
  await execa(process.execPath, [inRoot("scripts/build.mjs"), "--if-stale"]);
  place.file("hostile.md", hostile);
  const said = await place.runbook("exec", "hostile.md", "--drill", "--operator", '<ada onclick="window.pwned=11">');
  expect(said, said.stdout + said.stderr).toMatchObject({exit: 0});
  expect(await place.runbook("export", "latest", "--to", "html", "--out", "page.html")).toEqual({exit: 0, stdout: "", stderr: ""});
  html = readFileSync(join(place.folder, "page.html"), "utf8");
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Opens a file; whatever it asks for, says or complains about is in `heard`. */
async function visitFile(file: string, {javaScriptEnabled = true} = {}): Promise<{page: Page; heard: string[]; close(): Promise<void>}> {
  const context = await browser.newContext({javaScriptEnabled});
  const page = await context.newPage();
  const heard: string[] = [];
  page.on("requestfailed", (request) => heard.push(`${request.failure()?.errorText} ${request.url()}`));
  page.on(
    "requestfinished",
    (request) => request.url().startsWith("file:") || /^(data|blob):/.test(request.url()) || heard.push(request.url())
  );
  page.on("console", (message) => heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(error.message));
  page.on("dialog", () => heard.push("a dialog"));
  await page.goto(`file://${join(place.folder, file)}`);
  return {page, heard, close: () => context.close()};
}

test("the page stands alone: all is there, nothing is asked for, and nothing that was printed runs", async () => {
  const {page, heard, close} = await visitFile("page.html");
  await page.locator('[id="step:shell"] .terminal').waitFor();
  await expect
    .poll(() => page.locator('[id="step:shell"] .terminal').textContent())
    .toContain("</script><script>window.pwned=6</script><!--<script>]]>\n");
  await page.locator('[id="step:long"]').scrollIntoViewIfNeeded();
  await page.getByText("the-last-line", {exact: false}).last().waitFor();
  const printed = (await page.locator('[id="step:long"] .terminal').allTextContents()).join("");
  expect(printed).toBe(
    `${Array.from({length: 1000}, (_, n) => `${n + 1} of many lines, each of them long enough that few of them are needed\n`).join("")}the-last-line\n`
  );
  expect(
    await page.evaluate(() => ({
      pwned: "pwned" in window,
      scripts: document.querySelectorAll("body script:not(#record, [type=module])").length,
      handlers: [...document.querySelectorAll("*")].filter((one) => one.getAttributeNames().some((name) => name.startsWith("on"))).length,
      static: document.querySelectorAll("#static").length,
      links: [...document.querySelectorAll("a[href]")]
        .map((link) => link.getAttribute("href")!)
        .filter((href) => /^(javascript|data|\/)/.test(href))
    }))
  ).toEqual({pwned: false, scripts: 0, handlers: 0, static: 0, links: []});
  expect(heard).toEqual([]);
  await close();
});

test("on paper every row, every attempt and every line is there", async () => {
  const {page, close} = await visitFile("page.html");
  await page.locator('[id="step:shell"] .terminal').waitFor();
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({media: "print"});
  await page.setViewportSize({width: 700, height: 1000}); // what A4 leaves
  const cutOff = await page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .filter(({clientWidth, scrollWidth}) => clientWidth > 0 && scrollWidth > clientWidth + 1)
      .map(({tagName, className, textContent}) => `${tagName} ${className} ${textContent?.slice(0, 40)}`)
  );
  expect(cutOff, "nothing is wider than the paper").toEqual([]);
  await page.getByText("the first time").first().waitFor();
  await expect.poll(() => page.locator('[id="step:table"] tbody tr').count()).toBe(130);
  await expect.poll(() => page.locator('[id="step:again"]').textContent()).toMatch(/the first time[\s\S]*the second time/);
  const clipped = await page.evaluate(
    () => [...document.querySelectorAll(".terminal, .rows")].filter((box) => box.scrollHeight > box.clientHeight + 1).length
  );
  expect(clipped).toBe(0);
  await close();
});

test("without scripts the document and its results can be read", async () => {
  const {page, heard, close} = await visitFile("page.html", {javaScriptEnabled: false});
  const text = (await page.locator("#static").textContent()) ?? "";
  expect(text).toContain("DRILL passed: 5 of 5 steps passed");
  expect(text).toContain("</script><script>window.pwned=6</script><!--<script>]]>");
  expect(text).toContain("there is more of this output");
  await expect.poll(() => page.locator("#static tbody tr").count()).toBe(130);
  await expect.poll(() => page.locator("#static :is(script, img, b, li script)").count()).toBe(0);
  expect(heard).toEqual([]);
  await close();
});

test("its policy lets only its own script run, and asks nobody", async () => {
  const planted = html.replace("<main", '<script>window.pwned=12</script><img src="https://tracker.example/x.png"><main');
  writeFileSync(join(place.folder, "planted.html"), planted);
  const {page, heard, close} = await visitFile("planted.html");
  await page.locator('[id="step:shell"] .terminal').waitFor();
  await expect.poll(() => page.evaluate(() => "pwned" in window)).toBe(false);
  expect(heard.filter((line) => line.startsWith("https:"))).toEqual([]);
  expect(heard.join("\n")).toMatch(/Content Security Policy[\s\S]*csp https:\/\/tracker\.example/);
  await close();
});

test("a long record is packed, and opens as well", async () => {
  place.file("big.md", '# Big\n\n```bash {#big}\nfor i in 1 2 3; do head -c 1000000 /dev/zero | tr "\\0" "$i"; echo; done\n```\n');
  expect((await place.runbook("exec", "big.md", "--drill")).exit).toBe(0);
  await place.runbook("export", "latest", "--to", "html", "--out", "big.html");
  const packed = readFileSync(join(place.folder, "big.html"));
  expect(packed.length).toBeLessThan(600_000);
  expect(packed.includes('id="record" type="application/gzip"')).toBe(true);
  const {page, heard, close} = await visitFile("big.html");
  await page.getByText(/below it goes on; this page holds its first 1(\.0)? MiB/).waitFor();
  const printed = (await page.locator('[id="step:big"] .terminal').allTextContents()).join("");
  expect(printed.length).toBe(1024 * 1024);
  expect(heard).toEqual([]);
  await close();
});

test("no locale and no time zone changes a byte of what is exported", async () => {
  for (const format of ["html", "md", "ipynb", "junit", "json"]) {
    const [here, there] = await Promise.all(
      [
        {TZ: "UTC", LANG: "C", LC_ALL: "C"},
        {TZ: "Asia/Kathmandu", LANG: "de_DE.UTF-8", LC_ALL: "tr_TR.UTF-8"}
      ].map(async (env) => (await place.start(["export", place.runs()[0]!, "--to", format], env)).stdout)
    );
    expect(here!.length, format).toBeGreaterThan(1000);
    expect(there === here, format).toBe(true);
  }
});

test("what was printed ends no fence, no element and no text of the other exports", async () => {
  const run = place.runs()[0]!;
  const md = (await place.runbook("export", run, "--to", "md")).stdout;
  const tree: Root = unified().use(remarkParse).use(remarkFrontmatter).use(remarkGfm).parse(md);
  const headings: string[] = [];
  const raw: string[] = [];
  visit(tree, (node) => {
    if (node.type === "heading") headings.push(md.slice(node.position!.start.offset, node.position!.end.offset));
    if (node.type === "html") raw.push(node.value);
  });
  expect(headings).toEqual(["# <script>window.pwned=2</script> title"]);
  expect(raw.filter((text) => !hostile.includes(text))).toEqual([]);
  expect(md).toContain("`````text\n</script>");

  const xml = (await place.runbook("export", run, "--to", "junit")).stdout;
  const page = await browser.newPage();
  const read = await page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, "application/xml");
    return {
      errors: document.querySelectorAll("parsererror").length,
      out: document.querySelector('testcase[name="shell"] system-out')?.textContent ?? "",
      err: document.querySelector('testcase[name="shell"] system-err')?.textContent ?? "",
      cases: document.querySelectorAll("testcase").length
    };
  }, xml);
  await page.close();
  expect(read).toMatchObject({errors: 0, cases: 6, err: "\\u0001\\u0002\ufffd\n"});
  expect(read.out).toContain("</script><script>window.pwned=6</script><!--<script>]]>\n");
  expect(read.out).toContain("link red\n");

  const record = JSON.parse((await place.runbook("export", run, "--to", "json")).stdout) as DrillRecord;
  expect(record.servers).toMatchObject([{timeline: 1, embedded: true, systemIdentifier: expect.stringMatching(/^\d+$/)}]);
  expect(record.operator).toBe('<ada onclick="window.pwned=11">');
});

#!/usr/bin/env node
// Makes docs/picture.png and docs/picture-dark.png: runbooks/hello.md after a run, as the viewer shows it in a real Chromium.
import {spawn} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {chromium} from "playwright";

import {build, root} from "./build.mjs";

await build();
const folder = mkdtempSync(join(tmpdir(), "runbook-picture-"));
const server = spawn(
  process.execPath,
  [join(root, "dist/cli/main.js"), "open", join(root, "runbooks"), "--drill", "--no-browser", "--operator", "ada", "--runs-dir", folder],
  {stdio: ["ignore", "pipe", "inherit"]}
);
let browser;
try {
  const url = await readAddress(server);
  browser = await chromium.launch({
    executablePath: process.env.RUNBOOK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"]
  });
  const page = await browser.newPage({viewport: {width: 1280, height: 860}, deviceScaleFactor: 1.5});
  await page.goto(url);
  await page.goto(new URL("/runbook/hello.md", url).href);
  await page.getByRole("button", {name: "Run all"}).click();
  await page.locator('[id="step:no-nonsense"]').getByText("passed in").waitFor();
  await page.locator('[id="step:all-well"]').scrollIntoViewIfNeeded();
  await page.locator("#a-database").evaluate((heading) => heading.scrollIntoView());
  await page.mouse.move(0, 400);
  await page.waitForTimeout(500);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({colorScheme});
    await page.screenshot({path: join(root, colorScheme === "light" ? "docs/picture.png" : "docs/picture-dark.png")});
  }
} finally {
  await browser?.close();
  const ended = new Promise((resolve) => server.on("exit", resolve));
  server.kill("SIGINT");
  await ended;
  rmSync(folder, {recursive: true, force: true});
}

function readAddress(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (bytes) => {
      text += bytes;
      const found = /http:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code} after ${JSON.stringify(text)}`)));
  });
}

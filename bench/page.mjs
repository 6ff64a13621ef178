import {fileURLToPath} from "node:url";

import {chromium} from "playwright";
import {rolldown} from "rolldown";

import {bundle} from "./bundle.mjs";
import {inMs, interleave, median, ratio} from "./measure.mjs";

const linesEach = 50;
const frameMs = 1000 / 60;

/** Measure 12: a page of 2000 cells that printed 100 000 lines, beside a plain Lit page of the same; a line more; and how it grows. */
export async function pageCost({rounds}) {
  const {tellRun, ran, text, wrote, began} = await import(await bundle("bench/telling.ts"));
  const lines = (cell) =>
    text(
      Array.from(
        {length: linesEach},
        (_, line) => `cell ${cell}, line ${line}: table messages, checksum ${(cell * 7919 + line) % 65_537}\n`
      ).join("")
    );
  const tell = (cells) => {
    const ids = Array.from({length: cells}, (_, cell) => `cell-${cell}`);
    const document = ids.map(
      (id, cell) =>
        `${cell % 20 === 0 ? `## Part ${cell / 20}\n\n` : ""}Before this, look at page ${cell}.\n\n\`\`\`bash {#${id}}\necho "cell ${cell}" | tee -a log\nsleep 0\n\`\`\`\n`
    );
    return tellRun(
      `# Long\n\n${document.join("\n")}`,
      ...ids.slice(1).flatMap((id, at) => ran(id, lines(at + 1))),
      began("cell-0"),
      wrote("cell-0", lines(0))
    );
  };
  const plain = await bundlePage();
  const browser = await chromium.launch({
    executablePath: process.env.RUNBOOK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
  });
  const [told, twice] = [await tell(2000), await tell(4000)];
  const appends = {ours: [], plain: []};
  const elements = [];
  const wholes = [];
  try {
    const opened =
      (telling, cells, {isPlain = false} = {}) =>
      async () => {
        const page = await browser.newPage({viewport: {width: 1280, height: 900}});
        await page.route("**/plain.html", (route) =>
          route.fulfill({contentType: "text/html", body: "<!doctype html><script type=module src=/plain.js></script>"})
        );
        await page.route("**/plain.js", (route) => route.fulfill({contentType: "text/javascript", body: plain}));
        const {origin, pathname} = new URL(telling.url);
        await page.goto(isPlain ? `${origin}/plain.html#${pathname.split("/").at(-1)}` : telling.url, {waitUntil: "commit"});
        const output = isPlain ? ".out" : ".terminal pre";
        const ms = await painted(page, output, 3 * cells);
        if (cells === 2000) {
          const whole = await filled(page, cells);
          appends[isPlain ? "plain" : "ours"].push(...(await appendsTo(page, telling, wrote, text, output)));
          if (!isPlain) wholes.push(whole);
          if (!isPlain) elements.push((await page.evaluate(() => document.querySelectorAll("main *").length)) / cells);
        }
        await page.close();
        return ms;
      };
    const times = await interleave(rounds, {
      "2000 cells": opened(told, 2000),
      "plain Lit": opened(told, 2000, {isPlain: true}),
      "4000 cells": opened(twice, 4000)
    });
    return {
      rows: [
        {
          what: "12 a page of 2000 cells and 100 000 lines",
          beside: "plain Lit",
          value: ratio(times, "2000 cells", "plain Lit"),
          target: 0.25
        },
        {what: "12 a line more, in frames", beside: "–", value: median(appends.ours) / frameMs, target: 2},
        {what: "12 elements of a cell", beside: "–", value: median(elements), target: 8},
        {what: "12 growth: 4000 cells", beside: "2000", value: ratio(times, "4000 cells", "2000 cells"), target: 2.3}
      ],
      note: `${inMs(times)}; all of it there after ${median(wholes).toFixed(0)} ms; a line more ${median(appends.ours).toFixed(0)} ms, in plain Lit ${median(appends.plain).toFixed(0)} ms`
    };
  } finally {
    await browser.close();
    await told.close();
    await twice.close();
  }
}

/** From the beginning of the navigation until everything that happened is known, and what of it is seen has been painted. */
function painted(page, output, seq) {
  return page.evaluate(
    async ([output, seq]) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const known = () => document.querySelector("runbook-page")?.store.run.seq ?? document.querySelector("main")?.seq ?? 0;
      while (known() < seq || !document.querySelector(output)?.textContent) await new Promise((resolve) => setTimeout(resolve, 5));
      await frame();
      await frame();
      return performance.now();
    },
    [output, seq]
  );
}

/** Until what can wait has been filled in too, in the time that nothing else needed. */
function filled(page, cells) {
  return page.evaluate(async (cells) => {
    while (document.querySelectorAll(".is-output, .terminal, .out").length < cells) await new Promise((resolve) => setTimeout(resolve, 20));
    return performance.now();
  }, cells);
}

/** How long each of some lines took from the server to the screen. */
async function appendsTo(page, telling, wrote, text, output) {
  const times = [];
  await page.waitForTimeout(300);
  for (let line = 0; line < 9; line++) {
    const seen = page.evaluate(
      (output) =>
        new Promise((resolve) => {
          const observer = new MutationObserver(() => {
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
          });
          observer.observe(document.querySelector(output), {childList: true, characterData: true, subtree: true});
        }),
      output
    );
    await page.evaluate(() => 0); // the observer is there
    const told = Date.now();
    telling.tell(wrote("cell-0", text(`one more ${line}\n`)));
    times.push((await seen) - told);
  }
  return times;
}

async function bundlePage() {
  const file = fileURLToPath(new URL("plain-page.ts", import.meta.url));
  const built = await rolldown({
    input: file,
    platform: "browser",
    logLevel: "silent",
    transform: {define: {"process.env.NODE_ENV": '"production"'}},
    resolve: {conditionNames: ["production", "default"]}
  });
  const {output} = await built.generate({format: "esm", minify: true});
  await built.close();
  return output[0].code;
}

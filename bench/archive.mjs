import {statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {chromium} from "playwright";

import {bundle} from "./bundle.mjs";
import {inMs, interleave, median, ratio} from "./measure.mjs";

const kib = 1024;

/** Measure 13: opening the page that stands alone, of a run that printed 10 MB, beside the same page with its record as plain JSON. */
export async function archiveCost({folder, rounds}) {
  const parts = await import(await bundle("bench/parts.ts"));
  const page = {...(await parts.readAlone()), highlights: {cells: {}, fences: {}}};
  const write = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const made = process.hrtime.bigint();
  const ten = write("ten.html", parts.toHtml(makeMaterial(parts, 160, page)));
  const makingMs = Number(process.hrtime.bigint() - made) / 1e6;
  const twin = write("twin.html", unpacked(parts.toHtml(makeMaterial(parts, 160, page)), recordOf(makeMaterial(parts, 160, page))));
  const hundred = write("hundred.html", parts.toHtml(makeMaterial(parts, 1600, page)));
  const browser = await chromium.launch({
    executablePath: process.env.RUNBOOK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
  });
  try {
    const times = await interleave(rounds, {"10 MB": open(browser, ten), "as JSON": open(browser, twin), "100 MB": open(browser, hundred)});
    const size = (path) => statSync(path).size;
    return {
      rows: [
        {what: "13 opening a page of 10 MB", beside: "its record as JSON", value: ratio(times, "10 MB", "as JSON"), target: 1.2},
        {what: "13 its size", beside: "its record as JSON", value: size(ten) / size(twin), target: 0.25},
        {what: "13 growth: 100 MB", beside: "10 MB", value: ratio(times, "100 MB", "10 MB"), target: 12},
        {what: "13 opening it, in seconds", beside: "–", value: median(times["10 MB"]) / 1000, target: null}
      ],
      note: `${inMs(times)}, making the page of 10 MB ${makingMs.toFixed(0)} ms, ${(size(ten) / 1e6).toFixed(1)} MB beside ${(size(twin) / 1e6).toFixed(1)}`
    };
  } finally {
    await browser.close();
  }
}

/** From the navigation until the run is shown and painted. */
const open = (browser, path) => async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(path).href, {waitUntil: "commit"});
  await page.waitForFunction(() => document.querySelector("runbook-cell .terminal pre")?.textContent, null, {
    polling: "raf",
    timeout: 120_000
  });
  const ms = await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))
  );
  await context.close();
  return ms;
};

const unpacked = (html, json) =>
  html.replace(/<script id="record".*?<\/script>/s, () => `<script id="record" type="application/json">${json}</script>`);

const recordOf = ({runbook, events, page, run}) =>
  JSON.stringify({
    document: {
      id: run.start.run,
      name: runbook.path,
      runbook,
      highlights: page.highlights,
      you: "",
      live: false,
      here: false,
      damage: null
    },
    outputs: {},
    events
  }).replaceAll("<", "\\u003c");

/** Cells that have each printed 64 KiB, as a restore does. */
function makeMaterial({parseRunbook, planRun, fold, kinds}, cells, page) {
  const names = Array.from({length: cells}, (_, n) => `cell-${n}`);
  const bytes = Buffer.from(`# Much\n\n${names.map((name) => `\`\`\`bash {#${name} timeout=1m}\nrestore ${name}\n\`\`\`\n`).join("\n")}`);
  const runbook = parseRunbook(bytes, {path: "much.md", kinds});
  const events = [];
  const add = (fact) =>
    events.push({seq: events.length + 1, at: new Date(1.8e12 + events.length * 50).toISOString(), ms: events.length * 50, ...fact});
  const by = {host: "bench", user: "bench", pid: 1, tools: {}};
  const source = {path: "much.md", title: "Much", revision: null, digest: runbook.digest, git: null};
  const start = {
    type: "run-started",
    v: 1,
    run: "0190",
    runbook: source,
    files: {},
    includes: {},
    directory: "",
    mode: "drill",
    operator: "ada",
    by
  };
  add({...start, plan: planRun(runbook)});
  for (const [place, step] of names.entries()) {
    const execution = {
      text: `restore ${step}`,
      sha256: "0".repeat(64),
      edited: false,
      session: "main",
      target: "local",
      host: "bench",
      user: "bench",
      detail: {}
    };
    add({type: "cell-started", step, attempt: 1, by: null, execution});
    for (const text of print(place)) add({type: "output-written", step, attempt: 1, output: {type: "text", stream: "stdout", text}});
    const total = {bytes: 64 * kib, sha256: "0".repeat(64), truncated: false};
    const ending = {
      durationMs: 50,
      exit: 0,
      signal: null,
      sqlstate: null,
      rowCount: null,
      streams: {stdout: total, stderr: {...total, bytes: 0}},
      state: "taken",
      transaction: null,
      leftovers: [],
      kept: [],
      redactions: 0,
      detail: null
    };
    add({type: "cell-ended", step, attempt: 1, outcome: {type: "passed"}, ending});
  }
  add({type: "run-ended", outcome: "passed", reason: "all passed", notes: []});
  const run = fold(events);
  return {
    runbook,
    begun: runbook,
    bytes,
    included: new Map(),
    events,
    run,
    live: false,
    journal: {sha256: "0".repeat(64), damage: null},
    outputs: new Map(),
    page
  };
}

/** Lines of a restore, in the pieces in which they come; numbers that nobody could guess. */
function* print(place) {
  let seed = place + 1;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648);
  let text = "";
  for (let written = 0; written < 64 * kib; ) {
    const line = `pg_restore: processing data for table "public.messages_${random() % 4096}" (${random() % 100_000} rows, ${random() % 9000} ms)\n`;
    written += line.length;
    text += line;
    if (text.length > 8 * kib) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

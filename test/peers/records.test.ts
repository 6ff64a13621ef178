import {createHash} from "node:crypto";
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {fence, usePlace} from "../cli/command.ts";
import {visit} from "../secrets/visit.ts";
import {setStage} from "../viewer/stage.ts";
import {begin, journalled, trial, until} from "./trial.ts";

const place = usePlace();
const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

test("the run belongs to the server: a page that leaves in the middle loses nothing", async () => {
  const stage = await setStage({"a.md": `# A\n\n${fence("bash {#one}", "for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done")}`});
  try {
    const page = await visit(stage.serving.url);
    await page.send({type: "run", to: null, section: null});
    await page.until(/"output-written"/);
    page.leave();
    await (await visit(stage.serving.url)).until(/"cell-ended"/);
    const [run] = readdirSync(stage.runsDirectory);
    expect(journalled(join(stage.runsDirectory, run!)).printed("one")).toBe("line 1\nline 2\nline 3\nline 4\nline 5\n");
  } finally {
    await stage.end();
  }
});

test("limits are of what is shown: the archive has every byte, and its size and hash are said", async () => {
  const lines = Array.from({length: 200_000}, (_, index) => `${index + 1}\n`).join("");
  const long = "x".repeat(3_000_000);
  const run = await trial(
    place,
    `${fence("bash {#lines}", "seq 200000")}\n${fence("bash {#long}", "head -c 3000000 /dev/zero | tr '\\0' x")}`
  );
  expect(run.exit).toBe(0);
  for (const [id, text] of [
    ["lines", lines],
    ["long", long]
  ] as const) {
    expect(readFileSync(join(run.folder, "outputs", `${id}.1.out`), "latin1") === text).toBe(true);
    const ended = run.events.find((event) => event.type === "cell-ended" && event.step === id);
    expect(ended).toMatchObject({ending: {streams: {stdout: {bytes: text.length, sha256: sha256(text), truncated: false}}}});
  }
  expect(run.stdout.length).toBeLessThan(4_000_000);
  expect(statSync(join(run.folder, "journal.ndjson")).size).toBeLessThan(400_000);
});

test("a later cell does not rewrite what an earlier one printed: the journal only grows", async () => {
  const {process, folder} = begin(
    place,
    `${fence("bash {#big}", "head -c 5000000 /dev/zero | tr '\\0' x")}\n${fence("bash {#wait}", 'until test -e "$RUNBOOK_RUN_DIRECTORY/go"; do sleep 0.05; done')}\n${Array.from({length: 8}, () => fence("bash", "echo small")).join("\n")}`
  );
  await until(() => journalled(folder()).stands("wait") === "running");
  const journal = join(folder(), "journal.ndjson");
  const before = readFileSync(journal);
  const {ino} = statSync(journal);
  writeFileSync(join(folder(), "go"), "");
  expect((await process).exitCode).toBe(0);
  const after = readFileSync(journal);
  expect(after.subarray(0, before.length).equals(before)).toBe(true);
  expect(statSync(journal).ino).toBe(ino);
  expect(after.length - before.length).toBeLessThan(40_000);
});

test("a second run executes again: no output of an earlier run counts as having been executed", async () => {
  place.file("again.md", `# Again\n\n${fence("bash {#one}", "echo once >> ledger; wc -l < ledger")}`);
  for (const times of ["1", "2", "3"]) {
    const {exit, stdout} = await place.runbook("exec", "again.md");
    expect([exit, stdout.includes(`│ ${times}\n`)]).toEqual([0, true]);
  }
});

test("what ran, what it printed and how it looked are kept apart, and the document is not written to", async () => {
  const text = `# Apart\n\n${fence("bash {#one}", "printf '\\033[31mred\\033[0m ``` \\n'; echo oops >&2")}`;
  const file = place.file("apart.md", text);
  const run = await trial(place, text.replace("# Apart\n\n", ""));
  expect((await place.runbook("exec", file)).exit).toBe(0);
  expect(readFileSync(join(place.folder, file), "utf8")).toBe(text);
  expect(run.printed("one")).toBe("\u001b[31mred\u001b[0m ``` \n");
  expect(run.outputs("one").filter((output) => output.type === "text" && output.stream === "stderr")).toMatchObject([{text: "oops\n"}]);
  expect(run.events.find((event) => event.type === "cell-started")).toMatchObject({execution: {text: expect.stringContaining("oops >&2")}});
});

test("a dry run speaks of every step, and runs none", async () => {
  const cells = ["one", "two", "three"].map((id) => fence(`bash {#${id}}`, `touch ${id}`));
  const {exit, stdout} = await place.runbook("exec", place.file("dry.md", `# D\n\n${cells.join("\n")}`), "--dry-run");
  expect(exit).toBe(0);
  for (const id of ["one", "two", "three"]) {
    expect(stdout).toMatch(new RegExp(`execute +bash ${id}`));
    expect(existsSync(join(place.folder, id))).toBe(false);
  }
});

test("nothing is read back that nobody can vouch for: an edited journal is not taken for the run", async () => {
  const run = await trial(place, fence("bash {#one}", "exit 9"));
  const journal = join(run.folder, "journal.ndjson");
  writeFileSync(journal, readFileSync(journal, "utf8").replace('"exit":9', '"exit":0').replace('"type":"failed"', '"type":"passed"'));
  const shown = await place.runbook("show", run.folder);
  expect(shown.stdout + shown.stderr).toMatch(/damaged|changed|chain/);
});

test("one folder is the record of a run: the bytes that ran, every fact with its time, who and where", async () => {
  const run = await trial(place, fence("bash {#one}", "echo one"), ["--operator", "Grace"]);
  const [start] = run.events;
  const bytes = readFileSync(join(run.folder, "runbook.md"));
  expect(start).toMatchObject({
    type: "run-started",
    operator: "Grace",
    runbook: {digest: sha256(bytes)},
    by: {host: expect.any(String), user: expect.any(String)}
  });
  expect(run.events.every(({at}) => !Number.isNaN(Date.parse(at)))).toBe(true);
});

import {appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {stampFact, toLine} from "../../src/model/wire.ts";
import {readRegister} from "../../src/runtime/read-register.ts";
import {registerOf} from "../../src/runtime/register.ts";
import {listKnownRuns} from "../../src/runtime/registered-runs.ts";
import {readRun} from "../../src/runtime/runs.ts";
import {temporaryFolder} from "./begin.ts";
import {startProgram} from "./child.ts";
import {performText} from "./document.ts";

test("a run is registered when it starts and when it ends, with the hash of its journal's last line", async () => {
  const runsDirectory = join(await temporaryFolder(), "runs");
  const {performance} = await performText("# A\n\n```bash {#one}\nexit 3\n```\n", {runsDirectory});
  expect((await readRegister(registerOf(runsDirectory))).runs).toMatchObject([{run: performance.id, end: null}]);
  await performance.done;
  const {runs, damage} = await readRegister(registerOf(runsDirectory));
  expect(damage).toBeNull();
  expect(runs).toMatchObject([
    {run: performance.id, start: {path: "book.md", title: "A", mode: "drill", operator: "ada", section: null}, end: {outcome: "failed"}}
  ]);
  expect(runs[0]!.end!.journal).toBe((await readRun(performance.folder)).sha256);
  expect((await listKnownRuns(runsDirectory)).runs).toMatchObject([{registration: "registered", standing: "failed"}]);
  expect(registerOf("/srv/evidence")).toBe("/srv/evidence/register.ndjson");
});

test("what people say of a run after its end changes neither its outcome nor its registered end", async () => {
  const runsDirectory = join(await temporaryFolder(), "runs");
  const {performance} = await performText("# A\n\n```bash {#one}\ntrue\n```\n", {runsDirectory});
  const {seq, ended} = await performance.done;
  const {sha256} = await readRun(performance.folder);
  const said = {
    type: "closing-answered",
    by: "ada",
    via: "page",
    scenario: "x".repeat(100_000),
    assumptions: null,
    independence: null,
    findings: null,
    reportedTo: null,
    signOff: null,
    whys: {}
  } as const;
  const line = toLine(stampFact(said, {seq: seq + 1, at: ended!.at, ms: 99_999_999}), sha256);
  appendFileSync(join(performance.folder, "journal.ndjson"), line);
  expect((await readRun(performance.folder)).damage).toBeNull();
  expect((await listKnownRuns(runsDirectory)).runs).toMatchObject([
    {registration: "registered", standing: "passed", durationMs: ended!.ms, journal: sha256}
  ]);
});

test("what is missing from the folder of runs, or from a journal's end, is known", async () => {
  const runsDirectory = join(await temporaryFolder(), "runs");
  const make = async (): Promise<string> => {
    const {performance} = await performText("# A\n\n```bash {#one}\ntrue\n```\n", {runsDirectory});
    await performance.done;
    return performance.folder;
  };
  const [gone, shorter, fine] = [await make(), await make(), await make()];
  rmSync(gone, {recursive: true});
  const journal = join(shorter, "journal.ndjson");
  const lines = readFileSync(journal, "utf8").split("\n");
  writeFileSync(journal, `${lines.slice(0, -2).join("\n")}\n`);
  const known = async () =>
    Object.fromEntries((await listKnownRuns(runsDirectory)).runs.map(({folder, registration}) => [folder, registration]));
  expect(await known()).toEqual({[gone]: "gone", [shorter]: "differs", [fine]: "registered"});
  writeFileSync(registerOf(runsDirectory), "");
  expect(await known()).toEqual({[shorter]: "not registered", [fine]: "not registered"});
});

test("a line of the register that was changed, added or taken out is known, and a torn one is cut by the next runner", async () => {
  const runsDirectory = join(await temporaryFolder(), "runs");
  const make = async () => (await performText("# A\n\n```bash {#one}\ntrue\n```\n", {runsDirectory})).performance.done;
  await make();
  await make();
  const path = registerOf(runsDirectory);
  const whole = readFileSync(path, "utf8");
  const lines = whole.split("\n");
  const damageOf = async (text: string) => {
    writeFileSync(path, text);
    return (await readRegister(path)).damage;
  };
  expect(await damageOf(whole.replace('"ada"', '"eve"'))).toContain("line 2 does not continue the line before it");
  expect(await damageOf([lines[0], ...lines.slice(2)].join("\n"))).toContain("line 2 does not continue the line before it");
  expect(await damageOf(lines.slice(1).join("\n"))).toContain("line 1 does not continue");
  expect(await damageOf(`${whole}{"type":"run`)).toContain("line 5: it is not whole");
  await make();
  const {damage, runs} = await readRegister(path);
  expect([damage, runs.length]).toEqual([null, 3]);
  appendFileSync(path, "no JSON\n");
  expect((await readRegister(path)).damage).toContain("line 7: ");
});

test("several runners register at once, and no line is lost or torn", async () => {
  const runsDirectory = join(await temporaryFolder(), "runs");
  const names = ["a", "b", "c", "d"];
  const programs = await Promise.all(names.map((name) => startProgram("runtime/register-often.ts", [runsDirectory, name, "25"])));
  const codes = await Promise.all(programs.map((child) => new Promise((resolve) => child.on("exit", resolve))));
  expect(codes).toEqual([0, 0, 0, 0]);
  const {runs, damage} = await readRegister(registerOf(runsDirectory));
  expect(damage).toBeNull();
  expect(runs.filter(({end}) => end !== null)).toHaveLength(100);
  expect(readdirSync(join(runsDirectory, ".."))).toEqual(["register.ndjson", "runs"]);
});

test("nothing is executed where the run cannot be registered", async () => {
  const folder = await temporaryFolder();
  const runsDirectory = join(folder, "runs");
  mkdirSync(registerOf(runsDirectory));
  const made = performText(`# A\n\n\`\`\`bash {#one}\ntouch ${folder}/executed\n\`\`\`\n`, {runsDirectory});
  await expect(made).rejects.toThrow("nothing was executed: the run cannot be registered: ");
  expect(readdirSync(folder)).toEqual(["register.ndjson", "runs"]);
});

import {execFileSync, spawn} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import {mkdtemp} from "node:fs/promises";
import {tmpdir} from "node:os";
import {basename, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {build} from "rolldown";
import {afterEach, beforeEach, expect, test, vi} from "vitest";
import {firstLine, startProgram} from "../../child.ts";
import {openShell, processesOf, type Shell} from "./shell.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../../../fixtures/bash/${name}`, import.meta.url));
let shell: Shell;
beforeEach(async () => {
  shell = await openShell({graceMs: 500, settleMs: 150});
});
afterEach(async () => {
  expect(await processesOf(shell.run)).toEqual([]);
  await shell.close();
});
const timed = async <T>(act: () => Promise<T>): Promise<readonly [T, number]> => {
  const began = performance.now();
  return [await act(), performance.now() - began];
};
const aborting = (ms: number): AbortSignal => AbortSignal.timeout(ms);

test("a cell that is aborted while silent ends at once, with all that it started", async () => {
  const [ended, ms] = await timed(() => shell.cell(`${fixture("forever.sh")} | cat`, {signal: aborting(200)}));
  expect(ended).toMatchObject({signal: "SIGTERM", state: "not taken", error: null});
  expect(ms).toBeLessThan(15_000);
});
test("a cell that is aborted before it starts ends, too", async () => {
  const patient = await openShell({graceMs: 10_000, settleMs: 150}); // a TERM as bash starts may only count once the sleep is over
  try {
    expect((await patient.cell("sleep 2", {signal: AbortSignal.abort()})).signal).toBe("SIGTERM");
  } finally {
    expect(await processesOf(patient.run)).toEqual([]);
    await patient.close();
  }
});
test("what was printed before the abort is kept, whole lines or not", async () => {
  expect((await shell.cell(fixture("partial-line.sh"), {signal: aborting(1500)})).stdout).toBe("whole line\npartial");
});
test("a cell that ignores TERM is killed after the grace", async () => {
  const [ended, ms] = await timed(() => shell.cell(fixture("ignores-sigterm.sh"), {signal: aborting(1500)}));
  expect(ms).toBeGreaterThan(1950);
  expect(ms).toBeLessThan(15_000);
  expect(ended.stdout).toContain("not me");
  const [itself] = await timed(() => shell.cell("trap '' TERM; echo on; while :; do sleep 0.1; done", {signal: aborting(1500)}));
  expect(itself).toMatchObject({signal: "SIGKILL", stdout: "on\n", state: "not taken"});
});
test("a cell that floods ends when it is aborted", async () => {
  let bytes = 0;
  const [ended, ms] = await timed(() =>
    shell.cell(fixture("flood.sh"), {
      signal: aborting(1500),
      emit: (output) => void (bytes += output.type === "bytes" ? output.bytes.length : 0)
    })
  );
  expect(ended.signal).toBe("SIGTERM");
  expect(bytes).toBeGreaterThan(100_000);
  expect(ms).toBeLessThan(15_000);
});
test("a state that the EXIT trap saved while TERM ended the cell is discarded", async () => {
  await shell.cell("X=1");
  const ended = await shell.cell("X=2; trap 'echo cleaned' EXIT; sleep 20", {signal: aborting(1500)});
  expect(ended).toMatchObject({stdout: "cleaned\n", state: "not taken"});
  expect((await shell.cell("echo $X")).stdout).toBe("1\n");
});

test("a background process that a cell leaves is ended and named", async () => {
  const [ended, ms] = await timed(() => shell.cell("sleep 1001 & echo started"));
  expect(ended).toMatchObject({
    exit: 0,
    stdout: "started\n",
    kept: [],
    leftovers: [expect.stringMatching(/^sleep 1001 \(pid \d+, started 20.*Z\)$/)]
  });
  expect(ms).toBeLessThan(15_000);
});
test("a process of its own session, with its own group and no terminal, is ended and named", async () => {
  for (const source of [
    "setsid sleep 1002 &",
    "nohup sleep 1002 >/dev/null 2>&1 &",
    "(setsid bash -c 'sleep 1002 & wait' &) ",
    fixture("child-survives.sh")
  ]) {
    const ended = await shell.cell(source);
    expect([source, ended.leftovers.some((name) => name.startsWith("sleep 1002"))]).toEqual([source, true]);
    expect(await processesOf(shell.run)).toEqual([]);
  }
});
test("a leftover that ignores TERM is killed after the grace", async () => {
  const [ended, ms] = await timed(() => shell.cell(`setsid ${fixture("ignores-sigterm.sh")} >/dev/null 2>&1 &`));
  expect(ended.leftovers.length).toBeGreaterThan(0);
  expect(ms).toBeLessThan(15_000);
});
test("a process outside the group goes with an aborted cell", async () => {
  const ended = await shell.cell("setsid sleep 1003 & setsid -w sleep 1003", {signal: aborting(200)});
  expect(ended.signal).toBe("SIGTERM");
});
test("a pipe held by a process without the run's mark delays a cell no longer than the grace", async () => {
  const [ended, ms] = await timed(() => shell.cell('env -i setsid sleep 30 & pid=$!; echo "$pid"'));
  expect(ms).toBeLessThan(20_000);
  expect(ended.detail).toContain("still held the cell's output");
  expect((await shell.cell("echo next")).stdout).toBe("next\n");
  process.kill(Number(ended.stdout), "SIGKILL");
});
test("the last lines of a process substitution arrive", async () => {
  const ended = await shell.cell("exec > >(sed 's/^/> /')\necho one\necho two");
  expect([ended.stdout, ended.leftovers]).toEqual(["> one\n> two\n", []]);
});
test("keep lets a process outlive the cell, and says which", async () => {
  const ended = await shell.cell("sleep 1004 >/dev/null 2>&1 & echo $!", {options: {keep: true}});
  const pid = Number(ended.stdout);
  expect(ended.leftovers).toEqual([]);
  expect(ended.kept).toEqual([expect.stringMatching(new RegExp(`^sleep 1004 \\(pid ${pid}, started 20`))]);
  expect(ended.detail ?? "").not.toContain("what it prints from now on is lost");
  expect(await processesOf(shell.run)).toEqual([pid]);
  expect((await shell.cell("echo next")).leftovers).toEqual([]);
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => expect(await processesOf(shell.run)).toEqual([]), {timeout: 15_000});
});
const until = (file: string): string => `until [ -e ${file} ]; do sleep 0.05; done`;
test("a kept process that holds the output does not delay the cell, and nothing of it reaches another", async () => {
  const [ended, ms] = await timed(() =>
    shell.cell(`(trap '' PIPE; ${until("go")}; echo late || true; touch said; ${until("end")}) & echo $!`, {options: {keep: true}})
  );
  expect(ms).toBeLessThan(30_000); // it did not wait for the other, which waits for the next cell
  expect(ended.detail).toContain("what it prints from now on is lost");
  expect((await shell.cell(`touch go; ${until("said")}; touch end; echo mine`)).stdout).toBe("mine\n");
  await vi.waitFor(async () => expect(await processesOf(shell.run)).toEqual([]), {timeout: 15_000});
});

const watchdogs = (folder: string): readonly string[] =>
  execFileSync("ps", ["-eo", "args"])
    .toString()
    .split("\n")
    .filter((line) => line.includes("runbook-watchdog") && line.includes(folder));

/** A runner with a cell that ignores TERM, which is killed; `before` is what happens beside it before that. */
async function killRunner(before: () => void = () => {}): Promise<void> {
  const file = join(shell.directory, "runner.mjs");
  const external = ["libpg-query", "web-tree-sitter"];
  await build({
    input: fileURLToPath(new URL("./killed-runner.ts", import.meta.url)),
    platform: "node",
    external,
    output: {file, format: "esm", codeSplitting: false}
  });
  const runner = spawn(process.execPath, [file, shell.directory], {stdio: ["ignore", "pipe", "inherit"]});
  const [run, folder] = await new Promise<string[]>((resolve) =>
    runner.stdout.once("data", (data: Buffer) => resolve(data.toString().trim().split("\n")))
  );
  while ((await processesOf(run!)).length < 3) await sleep(20);
  before();
  runner.kill("SIGKILL");
  const until = performance.now() + 20_000;
  const left = async () => [
    ...(await processesOf(run!)),
    ...watchdogs(folder!),
    ...readdirSync(tmpdir()).filter((name) => name === basename(folder!))
  ];
  while ((await left()).length > 0 && performance.now() < until) await sleep(20);
  expect(await left()).toEqual([]);
}

test("when the runner is killed, what it runs is ended and nothing of it stays", () => killRunner());
test("when the runner is killed, nobody else is signalled, not even the group of a process that has ended and was not waited for", async () => {
  const bystander = spawn("perl", ["-e", "<STDIN>; for (1..20) { fork or exit } sleep 1000"], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"]
  });
  const ended: unknown[] = [];
  bystander.once("exit", (_, signal) => ended.push(signal));
  try {
    await killRunner(() => void bystander.stdin.write("\n")); // their numbers follow those of the cell
    expect(ended).toEqual([]);
  } finally {
    process.kill(-bystander.pid!, "SIGKILL");
  }
});
test("where no file can be written, the watchdog knows all the same what to end", async () => {
  const folder = await mkdtemp(join(tmpdir(), "full-disk-"));
  const runner = await startProgram("runtime/kinds/bash/full-disk-runner.ts", [folder], {fileLimitKiB: 0});
  const [cell, ended] = (await firstLine(runner)).split(" ").map(Number);
  try {
    runner.kill("SIGKILL");
    await expect.poll(() => existsSync(`/proc/${cell}`), {timeout: 15_000}).toBe(false);
    await expect.poll(() => existsSync(folder), {timeout: 15_000}).toBe(false);
    expect(existsSync(`/proc/${ended}`)).toBe(true);
  } finally {
    process.kill(ended!, "SIGKILL");
  }
});

test("a closed session leaves no process and no folder", async () => {
  const before = new Set(readdirSync(tmpdir()).filter((name) => name.startsWith("runbook-bash-")));
  const other = await openShell();
  await other.cell("echo hi");
  const [folder] = readdirSync(tmpdir()).filter((name) => name.startsWith("runbook-bash-") && !before.has(name));
  await other.close();
  expect(readdirSync(tmpdir())).not.toContain(folder);
});

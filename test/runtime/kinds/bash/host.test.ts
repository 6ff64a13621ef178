import {spawn} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {hostname, tmpdir, userInfo} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "rolldown";
import {afterAll, afterEach, beforeAll, expect, test} from "vitest";
import {type Sshd, startSshd} from "../../../support/sshd.ts";
import {openShell, processesOf, type Shell, type ShellGiven} from "./shell.ts";

let sshd: Sshd;
const shells: Shell[] = [];
beforeAll(async () => {
  sshd = await startSshd();
});
afterEach(async () => {
  for (const shell of shells.splice(0)) await shell.close();
  expect(folders()).toEqual([]);
});
afterAll(() => sshd.close());

/** What lies on the host for a run; of all shells of this file if none is said. */
const folders = (run = `run-${process.pid}-`): readonly string[] =>
  ["/dev/shm", "/tmp"].flatMap((base) => (existsSync(base) ? readdirSync(base).filter((name) => name.startsWith(`runbook-${run}`)) : []));
async function far(given: ShellGiven = {}): Promise<Shell> {
  const {environment, ...rest} = given;
  const shell = await openShell({on: "box", hosts: {box: sshd.url}, environment: {...sshd.environment, ...environment}, ...rest});
  shells.push(shell);
  return shell;
}
const abortAfter = (ms: number): AbortSignal => AbortSignal.timeout(ms);

test("a cell runs on the host, with its output apart and its exit status", async () => {
  const shell = await far();
  expect(await shell.cell("uname -n; id -un; echo oops >&2; echo x > /dev/stderr")).toMatchObject({
    exit: 0,
    error: null,
    lost: null,
    state: "taken",
    stdout: `${hostname()}\n${userInfo().username}\n`,
    stderr: "oops\nx\n"
  });
  expect(await shell.cell("true\nfalse\necho never")).toMatchObject({
    exit: 1,
    error: {message: "exit status 1", place: {line: 2}},
    stdout: ""
  });
});

test("255 as the cell's own status is no lost connection", async () => {
  expect(await (await far()).cell("exit 255")).toMatchObject({exit: 255, lost: null, error: {message: "exit status 255"}});
});

test("the state of the session comes back and goes there again, and lies nowhere on the host", async () => {
  const shell = await far();
  await shell.cell("cd /usr; shopt -s expand_aliases; export A='x y'; b=(1 '2 3'); f() { echo \"f: $A\"; }; alias hi='echo hello'");
  expect(await shell.cell('pwd; f; echo "${b[1]}"\nhi; echo $SHLVL >/dev/null')).toMatchObject({
    stdout: "/usr\nf: x y\n2 3\nhello\n",
    exit: 0
  });
  expect((await shell.cell("exit 3")).state).toBe("taken");
  expect((await shell.cell("pwd")).stdout).toBe("/usr\n");
  expect(existsSync(`${shell.runDirectory}/sessions/main%40box.sh`)).toBe(true);
});

test("secrets enter by the standard input and never stand in an argument or in the state", async () => {
  const shell = await far({environment: {TOKEN: "a-very-secret-value"}, secrets: ["TOKEN"]});
  const look =
    'n=0; for f in /proc/[0-9]*/cmdline; do mapfile -d "" -t words < "$f" && [[ "${words[*]}" == *"$TOKEN"* ]] && n=$((n + 1)); done 2>/dev/null; echo "$n"';
  const seen = await shell.cell(`${look}; echo "$TOKEN $INPUT"`, {
    shell: "-u",
    variables: {INPUT: {value: "an input's value", secret: true}}
  });
  expect(seen.stdout).toBe("0\na-very-secret-value an input's value\n");
  const state = await readFile(`${shell.runDirectory}/sessions/main%40box.sh`, "latin1");
  expect(state).not.toContain("a-very-secret-value");
  expect((await shell.cell('echo "$TOKEN $INPUT"', {variables: {INPUT: {value: "an input's value", secret: true}}})).stdout).toBe(
    "a-very-secret-value an input's value\n"
  );
});

test("an abort ends the whole process group on the host, and what ignores TERM is killed", async () => {
  const shell = await far({graceMs: 500});
  const ended = await shell.cell("trap '' TERM; (trap '' TERM; sleep 999) & echo begun; sleep 998; sleep 997", {signal: abortAfter(800)});
  expect(ended).toMatchObject({stdout: "begun\n", exit: null, signal: "SIGKILL", state: "not taken", lost: null});
  expect(await processesOf(shell.run)).toHaveLength(1); // the connection
});

test("what a cell leaves behind on the host is ended and named", async () => {
  const shell = await far();
  const ended = await shell.cell("setsid sleep 996 & nohup sleep 995 >/dev/null 2>&1 &\necho done");
  expect(ended).toMatchObject({exit: 0, stdout: "done\n"});
  expect(ended.leftovers.join("\n")).toMatch(/sleep 996 \(pid \d+\)/);
  expect(ended.leftovers.join("\n")).toMatch(/sleep 995 \(pid \d+\)/);
  expect(await processesOf(shell.run)).toHaveLength(1);
});

test("a connection that breaks is lost, not failed; the far side ends what ran, and the next cell connects again", async () => {
  const shell = await far({graceMs: 500});
  let begun = false;
  const cell = shell.cell("echo begun; sleep 994", {emit: () => void (begun = true)});
  await expect.poll(() => begun, {timeout: 20_000}).toBe(true);
  await sshd.cut();
  expect(await cell).toMatchObject({lost: expect.stringMatching(/^the connection to host "box" was lost/), exit: null, state: "not taken"});
  await expect.poll(async () => (await processesOf(shell.run)).length, {timeout: 5000}).toBe(0);
  expect((await shell.cell("echo again")).stdout).toBe("again\n");
});

test("a host that cannot be reached, or that nobody knows, is an error that says so", async () => {
  await expect(far({hosts: {box: "ssh://127.0.0.1:1"}})).rejects.toThrow(/host "box" could not be reached by ssh: .*Connection refused/);
  await expect(far({hosts: {box: "telnet://x"}})).rejects.toThrow('host "box": expected ssh://user@host:port, found "telnet://x"');
  const stranger = sshd.url.replace("127.0.0.1", "localhost");
  await expect(far({hosts: {box: stranger}})).rejects.toThrow(
    /could not be reached by ssh: .*(Host key verification failed|No .* host key is known)/
  );
});

test("when the runner is killed, its connection ends and so does what ran on the host", async () => {
  const folder = await mkdtemp(join(tmpdir(), "killed-far-"));
  try {
    const file = join(folder, "runner.mjs");
    await build({
      input: fileURLToPath(new URL("./killed-far-runner.ts", import.meta.url)),
      platform: "node",
      external: ["libpg-query", "web-tree-sitter"],
      output: {file, format: "esm", codeSplitting: false}
    });
    const runner = spawn(process.execPath, [file, folder, sshd.url, JSON.stringify(sshd.environment)], {
      stdio: ["ignore", "pipe", "inherit"]
    });
    const run = await new Promise<string>((resolve) => runner.stdout.once("data", (data: Buffer) => resolve(data.toString().trim())));
    expect((await processesOf(run)).length).toBeGreaterThan(3); // the connection, the cell's ssh, its shell, and what it started
    runner.kill("SIGKILL");
    await expect.poll(() => processesOf(run), {timeout: 15_000}).toEqual([]);
    await expect.poll(() => folders(run), {timeout: 5000}).toEqual([]);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}, 30_000);

test("a follower on the host is ready at its line and ended there", async () => {
  const shell = await far();
  let seen: readonly string[] = [];
  const emit = () => void (seen = folders());
  expect(await shell.cell("echo hi; sleep 0.5", {emit})).toMatchObject({exit: 0});
  expect(seen).toHaveLength(1); // and gone when the cell has ended
  const ended = await shell.cell("echo one; echo two; sleep 993", {options: {ready: "^two$"}});
  expect(ended).toMatchObject({error: null, endedFirst: true, stdout: "one\ntwo\n"});
  expect(await processesOf(shell.run)).toHaveLength(1);
});

test("a megabyte of output and a long text come through whole", async () => {
  const shell = await far();
  const ended = await shell.cell(`: ${"x".repeat(150_000)}\nhead -c 1000000 /dev/zero | tr '\\0' y; printf '\\0runbook-end-'`);
  expect(ended.stdout).toBe(`${"y".repeat(1_000_000)}\0runbook-end-`);
});

import {readFileSync, renameSync, statSync, writeFileSync} from "node:fs";
import {mkdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, expect, test} from "vitest";
import {openShell, type Shell} from "./shell.ts";

let shell: Shell;
beforeEach(async () => {
  shell = await openShell();
});
afterEach(() => shell.close());

test("the environment enters once, in the first cell", async () => {
  const given = await openShell({environment: {PATH: process.env["PATH"]!, GREETING: "hello", "odd-name": "kept", BASH_ENV: "/nowhere"}});
  try {
    expect((await given.cell("echo $GREETING $BASH_ENV; unset GREETING; export ADDED=1")).stdout).toBe("hello /nowhere\n");
    expect((await given.cell('echo "${GREETING-gone} $ADDED"; printenv odd-name; printenv BASH_ENV')).stdout).toBe(
      "gone 1\nkept\n/nowhere\n"
    );
  } finally {
    await given.close();
  }
});
test("a variable of the run enters when it is set, and the shell's own assignment holds from then on", async () => {
  const variables = {TARGET: {value: "a'b\n$c", setAt: 5}};
  expect((await shell.cell("printenv TARGET; TARGET=mine; env | grep -c __runbook || :", {variables})).stdout).toBe("a'b\n$c\n0\n");
  const second = await shell.cell("echo $TARGET", {variables});
  expect([second.stdout, second.shell?.("TARGET")]).toEqual(["mine\n", "mine"]);
  expect((await shell.cell("echo $TARGET", {variables: {TARGET: {value: "new", setAt: 9}}})).stdout).toBe("new\n");
});
test("a variable that entered with a cell whose state was not taken enters again", async () => {
  const variables = {TARGET: {value: "x", setAt: 5}};
  await shell.cell("exec true", {variables});
  expect((await shell.cell("echo $TARGET", {variables})).stdout).toBe("x\n");
});
test("a value that cannot enter because the session made the name readonly fails the cell before it starts", async () => {
  await shell.cell("readonly TARGET=1");
  const ended = await shell.cell("echo started", {variables: {TARGET: {value: "x", setAt: 5}}});
  expect([ended.stdout, ended.error?.message]).toEqual([
    "",
    'the variable TARGET is readonly in session "main", so its new value cannot enter'
  ]);
});
test("shell.NAME is the session's own value, exactly", async () => {
  const {shell: value} = await shell.cell(
    "A=plain; B='a$b\"`\\'; C=$'l1\\nl2\\t\\e[1m'; D='grün €'; E=(first second); F=; declare -x G; H=$'\\x27'"
  );
  expect(["A", "B", "C", "D", "E", "F", "G", "H", "NONE"].map((name) => value?.(name))).toEqual([
    "plain",
    'a$b"`\\',
    "l1\nl2\t\x1b[1m",
    "grün €",
    "first",
    "",
    undefined,
    "'",
    undefined
  ]);
});

test("the state is a file that only its owner reads, and outlives the session", async () => {
  await shell.cell("X=carried; cd /usr");
  const path = join(shell.runDirectory, "sessions", "main.sh");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const resumed = await openShell({directory: shell.directory});
  expect((await resumed.cell("echo $X $PWD", {variables: {OLD: {value: "1", setAt: 0}}})).stdout).toBe("carried /usr\n");
  await resumed.close();
});
test("a state that a killed runner was about to keep is kept", async () => {
  await shell.cell("X=1");
  const path = join(shell.runDirectory, "sessions", "main.sh");
  renameSync(path, `${path}.next`);
  const resumed = await openShell({directory: shell.directory});
  expect((await resumed.cell("echo $X")).stdout).toBe("1\n");
  renameSync(path, `${path}.next`);
  writeFileSync(`${path}.next`, readFileSync(`${path}.next`, "utf8").slice(0, -10));
  const again = await openShell({directory: shell.directory});
  expect((await again.cell("echo ${X-none}")).stdout).toBe("none\n");
  await again.close();
  await resumed.close();
});
test("a state that cannot be restored fails the cell before it starts", async () => {
  await shell.cell("X=1; f() { echo f; }");
  const path = join(shell.runDirectory, "sessions", "main.sh");
  writeFileSync(path, readFileSync(path, "utf8").replace("f () ", "f ( "));
  const ended = await shell.cell("echo started");
  expect([ended.stdout, ended.exit, ended.state]).toEqual(["", null, "not taken"]);
  expect(ended.error?.message).toContain('the state of session "main" could not be restored');
});
test("a session whose folder is gone fails the cell before it starts, unless the cell says where", async () => {
  await mkdir(join(shell.directory, "work"));
  await shell.cell("cd work");
  await rm(join(shell.directory, "work"), {recursive: true});
  expect((await shell.cell("echo started")).error?.message).toMatch(/cannot be entered any more: .*work; give the cell a cwd=/);
  expect((await shell.cell("pwd", {cwd: "/usr"})).stdout).toBe("/usr\n");
});
test("cwd= is relative to the runbook's folder; a missing one is said before anything starts", async () => {
  await mkdir(join(shell.directory, "sub"));
  await shell.cell("cd /");
  expect((await shell.cell("pwd", {cwd: "sub"})).stdout).toBe(`${shell.directory}/sub\n`);
  expect((await shell.cell("pwd", {cwd: "nowhere"})).error?.message).toContain('cwd "nowhere" is not a folder');
});
test("a cell may be longer than an environment can hold", async () => {
  const source = `${`: ${"x".repeat(200_000)}\n`.repeat(2)}echo $LINENO; env | grep -c __runbook || :`;
  expect((await shell.cell(source)).stdout).toBe("3\n0\n");
});
test("nothing of the runner's own variables is in the session, and a strict umask hinders nothing", async () => {
  expect(
    (
      await shell.cell(
        "umask 0777; X=1; compgen -v | grep -v -e __runbook_text -e __runbook_snapshot -e __runbook_entered -e __runbook_hidden -e __runbook_own_trap -e __runbook_traces -e __runbook_file | grep runbook || :"
      )
    ).stdout
  ).toBe("");
  expect((await shell.cell("echo $X; umask")).stdout).toBe("1\n0777\n");
});
test("sessions do not share their state", async () => {
  const other = await openShell({directory: shell.directory, session: "other/../x"});
  await shell.cell("X=1");
  expect((await other.cell("echo ${X-none}")).stdout).toBe("none\n");
  await other.close();
});
test("a retry starts from the state before the first attempt", async () => {
  await shell.cell("N=1");
  const options = {withinMs: 1000};
  await shell.cell("N=$((N + 1)); false", {id: "wait", options, attempt: 1});
  await shell.cell("N=$((N + 1)); false", {id: "wait", options, attempt: 2});
  expect((await shell.cell("N=$((N + 1)); echo $N", {id: "wait", options, attempt: 3})).stdout).toBe("2\n");
  expect((await shell.cell("echo $N")).stdout).toBe("2\n");
});
test("a state of two megabytes comes back quickly", async () => {
  await shell.cell("export LC_ALL=C.UTF-8\nbig=$(printf 'größe %s\\n' {1..150000}); list=({1..20000})");
  const began = performance.now();
  expect((await shell.cell("echo ${#big} ${#list[@]}")).stdout).toBe("1838894 20000\n");
  expect(performance.now() - began).toBeLessThan(15_000);
});

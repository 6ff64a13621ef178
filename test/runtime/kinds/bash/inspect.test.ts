import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import type {Flaw} from "../../../../src/model/kind.ts";
import type {CellOptions, Runbook} from "../../../../src/model/runbook.ts";
import {bash} from "../../../../src/runtime/kinds/bash/bash.ts";
import {toCell} from "./shell.ts";

const inspect = (source: string, options: Partial<CellOptions> = {}): Promise<readonly Flaw[]> => {
  const cell = toCell(source, {options});
  return bash.inspect(cell, {steps: [cell]} as unknown as Runbook);
};
const brief = async (source: string, options?: Partial<CellOptions>) =>
  (await inspect(source, options)).map(({rule, severity, place}) => `${place.line}:${place.column ?? "-"} ${severity} ${rule}`);

test("a syntax error has a line and bash's own message", async () => {
  expect(await inspect("echo one\nif true\nfi")).toEqual([
    {rule: "bash-syntax", severity: "error", message: "syntax error near unexpected token `fi'", place: {line: 3, column: null}}
  ]);
  expect(await brief("echo one\necho 'two\nthree")).toEqual(["2:- error bash-syntax"]);
  expect(await brief("echo $(date")).toEqual(["1:- error bash-syntax"]);
  expect(await brief("echo x )")).toEqual(["1:- error bash-syntax"]);
  expect(await brief("foo() {\n  echo x")).toHaveLength(1);
  expect(await brief("echo a\0b")).toEqual(["1:- error bash-syntax"]);
});
test("what is right has no flaw", async () => {
  for (const source of [
    "",
    "echo hi",
    "# don't",
    "case $x in @(a|b)) echo x;; esac",
    "cat <<EOF\n<not-a-placeholder>\nEOF",
    'echo "<b>bold</b>"',
    "sort <in >out",
    "f() { :; }\nf",
    "tail -n 5 log",
    "watchman x",
    "echo 'tail -f x'",
    "# tail -f x",
    "timeout 5 tail -f x",
    "tail -f x | head -1",
    "cat <(ls)"
  ])
    expect([source, await brief(source)]).toEqual([source, []]);
});
test("a text is only read, never executed", async () => {
  const {mkdtempSync, existsSync, rmSync} = await import("node:fs");
  const folder = mkdtempSync("/tmp/inspect-");
  for (const text of [
    `touch ${folder}/a`,
    `set +n; touch ${folder}/a\n}; touch ${folder}/a; (`,
    `x) ; touch ${folder}/a`,
    `$(touch ${folder}/a)`,
    `\n\n"; touch ${folder}/a; "`
  ])
    await inspect(text);
  expect(existsSync(`${folder}/a`)).toBe(false);
  rmSync(folder, {recursive: true});
});
test("an unclosed here-document is an error at its start, for bash would take the rest for data and pass", async () => {
  expect(await inspect("echo x\ncat <<EOF\ntext")).toEqual([
    {
      rule: "bash-heredoc",
      severity: "error",
      message: 'the here-document is not closed: no line is "EOF"',
      place: {line: 2, column: null}
    }
  ]);
});
test("a placeholder that a person should have filled in is pointed at", async () => {
  expect(await brief("git revert <commit-hash> --no-edit")).toEqual(["1:12 warning bash-placeholder"]);
  expect(await brief("git revert <commit-hash>")).toEqual(["1:- warning bash-syntax", "1:12 warning bash-placeholder"]);
  expect(await brief("echo start\npsql -h <host> -d x")).toEqual(["2:9 warning bash-placeholder"]);
});
test("a command that never ends is pointed at, unless the cell says when it is over", async () => {
  for (const source of [
    "tail -f /var/log/x",
    "tail -n 5 -F x",
    "docker-compose logs -f app",
    "docker logs --follow x",
    "watch -n 1 df",
    "less /tmp/x.sql",
    "journalctl -fu postgresql",
    "kubectl get pods -w",
    "sudo tail -f x | grep y",
    "ping host"
  ]) {
    expect([source, await brief(source)]).toEqual([source, [expect.stringMatching(/^1:\d+ warning bash-endless$/)]]);
    expect(await brief(source, {ready: "ready"})).toEqual([]);
  }
});
test("two hundred cells are checked by one bash", async () => {
  const cells = Array.from({length: 200}, (_, index) => toCell(`if true; then echo ${index}; fi`, {id: `c${index}`}));
  const runbook = {steps: cells} as unknown as Runbook;
  const folder = mkdtempSync(join(tmpdir(), "runbook-inspect-"));
  const {PATH} = process.env;
  try {
    writeFileSync(join(folder, "bash"), `#!/bin/sh\necho started >> "${folder}/starts"\nPATH='${PATH}' exec bash "$@"\n`, {mode: 0o755});
    process.env["PATH"] = `${folder}:${PATH}`;
    for (const cell of cells) expect(await bash.inspect(cell, runbook)).toEqual([]);
    expect(readFileSync(join(folder, "starts"), "utf8")).toBe("started\n");
  } finally {
    process.env["PATH"] = PATH;
    rmSync(folder, {recursive: true});
  }
});
test("options of the fence are read, and what is wrong with them said", () => {
  const messages: string[] = [];
  const report = (message: string) => void messages.push(message);
  expect(bash.read({}, report)).toEqual({cwd: null, shell: "-euo pipefail", flags: ["-euo", "pipefail"]});
  expect(bash.read({cwd: "sub", shell: ""}, report)).toEqual({cwd: "sub", shell: "", flags: []});
  expect(messages).toEqual([]);
  bash.read({cwd: "", shell: "-euo pipefial"}, report);
  bash.read({shell: "bash -e"}, report);
  expect(messages).toEqual([
    'cwd must name a folder, found ""; leave it out to stay in the session\'s folder',
    'shell: -euo must be followed by the name of an option, like pipefail, found "pipefial"',
    'shell must hold options of bash\'s set, like "-euo pipefail", found "bash"'
  ]);
});

import {readdirSync, readFileSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, expect, test} from "vitest";
import {findPasswords} from "../../../../src/runtime/connections/find-passwords.ts";
import {openShell, type Shell} from "./shell.ts";

const password = "p'a\"ss$word`\\ü\ttab";
const environment = {
  PATH: process.env["PATH"]!,
  ADMIN_TOKEN: "token-from-outside",
  URL: "postgres://u:token-from-outside@h/d",
  LANG: "C.UTF-8"
};
let shell: Shell;
afterEach(() => shell.close());

/** Every file of the run and of its temporary folders. */
function files(folder: string): readonly string[] {
  return existing(() => readdirSync(folder), []).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path, {throwIfNoEntry: false});
    return stat?.isDirectory() ? files(path) : stat?.isFile() ? [path] : [];
  });
}
/** Other tests make and remove such folders at the same time. */
function existing<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return gone;
    throw error;
  }
}
function holding(text: string): readonly string[] {
  const folders = [
    shell.directory,
    ...readdirSync(tmpdir())
      .filter((name) => name.startsWith("runbook-bash-"))
      .map((name) => join(tmpdir(), name))
  ];
  return folders.flatMap(files).filter((path) => existing(() => readFileSync(path, "utf8"), "").includes(text));
}

test("the value of a secret is never on disk, and is there again in the next cell", async () => {
  shell = await openShell({environment, secrets: ["ADMIN_TOKEN"]});
  const variables = {PASSWORD: {value: password, secret: true, setAt: 3}};
  const first = await shell.cell(
    'copy="x${PASSWORD}y"; list=("$PASSWORD" plain); export lines="a\n$PASSWORD\nb"; declare -A map=(["$PASSWORD"]=key); echo "${#PASSWORD}"',
    {variables}
  );
  expect([first.stdout, first.state, first.shell?.("copy"), first.shell?.("lines")]).toEqual([
    `${password.length}\n`,
    "taken",
    `x${password}y`,
    `a\n${password}\nb`
  ]);
  for (const text of ["token-from-outside", password, "p'a", "ss$word", "ss\\$word"]) expect([text, holding(text)]).toEqual([text, []]);
  const script =
    'printf "%s|%s|%s|%s|%s" "$PASSWORD" "$copy" "${list[0]}" "$lines" "${!map[*]}"; printenv URL; env | grep -c __runbook || :; set +u; echo "${#__runbook_secret_ADMIN_TOKEN}"';
  expect((await shell.cell(script, {variables})).stdout).toBe(
    `${password}|x${password}y|${password}|a\n${password}\nb|${password}postgres://u:token-from-outside@h/d\n0\n0\n`
  );
});
test("a state that needs a secret is not restored without it, and says which", async () => {
  shell = await openShell({environment, secrets: ["ADMIN_TOKEN"]});
  await shell.cell("X=1");
  const {ADMIN_TOKEN: _, ...without} = environment;
  const resumed = await openShell({environment: without, secrets: ["ADMIN_TOKEN"], directory: shell.directory});
  expect((await resumed.cell("echo started")).error?.message).toBe(
    'the state of session "main" needs the secret ADMIN_TOKEN, which was not supplied to this run'
  );
  await resumed.close();
});
test("a state that holds a secret where it cannot be marked is not kept, and says so", async () => {
  shell = await openShell({environment, secrets: ["ADMIN_TOKEN"]});
  await shell.cell("X=1");
  const ended = await shell.cell('X=2; eval "f() { echo $ADMIN_TOKEN; }"');
  expect([ended.exit, ended.state, ended.detail]).toEqual([
    0,
    "not taken",
    "the state was not kept: a function or an alias in it holds the secret ADMIN_TOKEN"
  ]);
  expect((await shell.cell("echo $X")).stdout).toBe("1\n");
  expect(holding("token-from-outside")).toEqual([]);
});
test("with secrets the state is taken at every end, as without", async () => {
  shell = await openShell({environment, secrets: ["ADMIN_TOKEN"]});
  for (const [source, state] of [
    ["X=1; exit 3", "taken"],
    ["trap 'echo bye' EXIT; X=2; false", "taken"],
    ["X=3; exec true", "not taken"],
    ["X=4; kill -KILL $$", "not taken"]
  ] as const) {
    expect([source, (await shell.cell(source)).state]).toEqual([source, state]);
  }
  expect((await shell.cell("echo $X")).stdout).toBe("2\n");
  await shell.cell("big=$(head -c 3000000 /dev/zero | tr '\\0' x)");
  expect((await shell.cell("echo ${#big}")).stdout).toBe("3000000\n");
});

test("a form of a secret, or a password cut out of a URL, stands in no state either, and is there again", async () => {
  const url = "postgres://u:p%40ss%3Aw0rd-long@h/d";
  const given = {...environment, URL: url};
  const connections = {default: {name: "default", url: "${URL}", readonly: false, span: {line: 1, column: 1, endLine: 1, endColumn: 1}}};
  shell = await openShell({
    environment: given,
    secrets: ["ADMIN_TOKEN"],
    known: findPasswords({connections} as never, (name) => given[name as "URL"])
  });
  await shell.cell(
    'coded=$(printf %s "$ADMIN_TOKEN" | base64); hex=$(printf %s "$ADMIN_TOKEN" | od -An -v -tx1 | tr -d \' \\n\'); P=${URL#*:*:}; P=${P%@*}; D=${P//%40/@}; D=${D//%3A/:}'
  );
  const hex = Buffer.from("token-from-outside").toString("hex");
  for (const text of ["dG9rZW4tZnJvbS1vdXRzaWRl", hex, "p%40ss", "p@ss"]) expect([text, holding(text)]).toEqual([text, []]);
  expect((await shell.cell('echo "$coded $hex $P $D"')).stdout).toBe(`dG9rZW4tZnJvbS1vdXRzaWRl ${hex} p%40ss%3Aw0rd-long p@ss:w0rd-long\n`);
});

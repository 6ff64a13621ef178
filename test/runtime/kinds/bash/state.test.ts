import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {openShell, type Shell} from "./shell.ts";

let shell: Shell;
beforeEach(async () => {
  shell = await openShell();
});
afterEach(() => shell.close());

/** What the next cell prints. */
const followed = async (first: string, then: string, given = {}) => {
  const ended = await shell.cell(first, given);
  expect(ended.state).toBe("taken");
  const next = await shell.cell(then);
  expect([next.error, next.stderr]).toEqual([null, ""]);
  return next.stdout;
};

describe("a later cell has", () => {
  test("the folder, the umask and the variables with their attributes", async () => {
    const out = await followed(
      "cd /usr; umask 027; plain=1; export shown='a b'; declare -i number=6; declare -r fixed=yes; declare -l lower=ABC; declare -x UNSET; lines=$'a\\nb\\tc\\'\"$`\\\\'",
      'pwd; umask; echo "$plain $shown $number $fixed $lower"; number=number*7; echo $number; printenv shown; declare -p UNSET lines; (fixed=no) 2>/dev/null || echo still fixed'
    );
    expect(out).toBe("/usr\n0027\n1 a b 6 yes abc\n42\na b\ndeclare -x UNSET\ndeclare -- lines=$'a\\nb\\tc\\'\"$`\\\\'\nstill fixed\n");
  });
  test("arrays, sparse ones and those with keys, and references", async () => {
    const out = await followed(
      "list=(a 'b c' [7]=h); declare -A map=([k]=v ['a key']='$x'); declare -n ref=plain; plain=there",
      'declare -p list; echo "${map[a key]} ${map[k]} $ref"'
    );
    expect(out).toBe('declare -a list=([0]="a" [1]="b c" [7]="h")\n$x v there\n');
  });
  test("functions, exported ones and those that need extglob", async () => {
    const out = await followed(
      "shopt -s extglob\nmatch() { case $1 in @(a|b)) echo one of them;; esac; }\nf-dash() { cat <<EOF\nheredoc $1\nEOF\n}\nshown() { echo shown; }; export -f shown",
      "match a; f-dash x; bash -c shown; shopt extglob"
    );
    expect(out).toBe("one of them\nheredoc x\nshown\nextglob        \ton\n");
  });
  test("a function that was made while extglob was on, though it is off now", async () => {
    expect(
      await followed(
        "shopt -s extglob\nmatch() { case $1 in !(a)) echo other;; esac; }\nshopt -u extglob",
        "shopt -q extglob || echo off; shopt -s extglob; match b"
      )
    ).toBe("off\nother\n");
  });
  test("aliases, before its text is parsed", async () => {
    expect(await followed("shopt -s expand_aliases; alias greet='echo hello'", "greet you")).toBe("hello you\n");
  });
  test("shell options that are no strictness", async () => {
    expect(await followed("shopt -s nullglob dotglob; set -f", "shopt nullglob; echo *; [[ $- == *f* ]] && echo noglob")).toBe(
      "nullglob       \ton\n*\nnoglob\n"
    );
  });
  test("an IFS that was changed, with everything else intact", async () => {
    expect(await followed("IFS=,\nf() { echo f; }; export -f f; list=(a b)", 'f; echo "${list[*]}"; bash -c f')).toBe("f\na,b\nf\n");
  });
  test("text that is no UTF-8, and text that is", async () => {
    expect(
      await followed(
        "bad=$'\\xff\\xfe'; good='grün €'; export LC_ALL=C.UTF-8",
        'printf %s "$bad" | od -An -tx1; echo "$good ${#good} $LC_ALL"'
      )
    ).toBe(" ff fe\ngrün € 6 C.UTF-8\n");
  });
});

describe("the state is taken", () => {
  const ends: Readonly<Record<string, string>> = {
    "after exit": "X=1; exit 3",
    "after a failed command": "X=1\nfalse\nX=2",
    "after an unset variable": "X=1\necho $nothing",
    "after a subshell that failed": "X=1\n(exit 4)",
    "after exit in a function": "f() { X=1; exit 3; }\nf",
    "when it traces": "set -x\nX=1",
    "when stdout and stderr were closed": "X=1\nexec >&- 2>&-",
    "after exec without a command": "exec 2>/dev/null 9>&1\nX=1",
    "with noclobber": "set -C\nX=1",
    "with a DEBUG trap": "trap ':' DEBUG\nX=1",
    "with an ERR trap": "trap 'X=1' ERR\nfalse",
    "in POSIX mode": "set -o posix\nX=1",
    "with positional parameters": "set -- a b\nX=$#; shift; X=$#",
    "when the folder is gone": "mkdir -p gone; cd gone; rmdir ../gone; cd ..; X=1",
    "with allexport": "set -a\nX=1",
    "after a syntax error": "X=1\nif true\nfi"
  };
  for (const [name, source] of Object.entries(ends)) test(name, async () => expect(await followed(source, 'echo "X=$X"')).toBe("X=1\n"));
});

describe("a cell's own EXIT trap runs, and the state is taken", () => {
  test("at the end of the text", async () => {
    const ended = await shell.cell("trap 'echo bye $?' EXIT\nX=1");
    expect([ended.stdout, ended.exit, ended.state]).toEqual(["bye 0\n", 0, "taken"]);
    expect((await shell.cell("echo $X; trap -p | grep -c bye || :")).stdout).toBe("1\n0\n");
  });
  test("after a failure, with the status it had", async () => {
    const ended = await shell.cell("trap 'echo bye $?' EXIT\nX=1\n(exit 7)");
    expect([ended.stdout, ended.exit, ended.state]).toEqual(["bye 7\n", 7, "taken"]);
    expect((await shell.cell("echo $X")).stdout).toBe("1\n");
  });
  test("when it exits itself with another status", async () => {
    const ended = await shell.cell("trap 'rc=$?; echo bye; exit $((rc + 1))' 0\nX=1\nexit 4");
    expect([ended.stdout, ended.exit, ended.state]).toEqual(["bye\n", 5, "taken"]);
  });
  test("when one of its commands fails", async () => {
    const ended = await shell.cell("trap 'false; echo not reached' EXIT\nX=1");
    expect([ended.stdout, ended.exit, ended.state]).toEqual(["", 1, "taken"]);
  });
  test("when it is set in a function, saved and put back, or taken away", async () => {
    const source = "f() { trap 'echo first' EXIT; }\nf\nold=$(trap -p EXIT)\ntrap 'echo second' EXIT\neval \"$old\"";
    expect((await shell.cell(source)).stdout).toBe("first\n");
    expect((await shell.cell("trap 'echo bye' EXIT\ntrap - EXIT; trap 'echo usr' USR1; kill -USR1 $$")).stdout).toBe("usr\n");
  });
  test("in a subshell it is the subshell's", async () => {
    expect((await shell.cell("(trap 'echo inner' EXIT; echo body)\necho outer")).stdout).toBe("body\ninner\nouter\n");
  });
});

describe("the state is not taken, the earlier one stays", () => {
  const ends: Readonly<Record<string, string>> = {
    "after exec": "X=2; exec true",
    "after set -n": "X=2\nset -n\n:",
    "after a signal": "X=2; kill -TERM $$; sleep 5",
    "after KILL": "X=2; kill -KILL $$"
  };
  for (const [name, source] of Object.entries(ends)) {
    test(name, async () => {
      await shell.cell("X=1");
      expect((await shell.cell(source)).state).toBe("not taken");
      expect((await shell.cell("echo $X")).stdout).toBe("1\n");
    });
  }
});

test("functions named like builtins stay, and disturb nothing", async () => {
  const source = [
    "printf",
    "declare",
    "unset",
    "shopt",
    "set",
    "umask",
    "alias",
    "cd",
    "eval",
    "local",
    "export",
    "trap",
    "exit",
    "return",
    "echo",
    "source",
    "test",
    ":"
  ]
    .map((name) => `${name}() { command echo "my ${name}" >> calls; }`)
    .join("\n");
  await shell.cell(`X=1\n${source}\nbuiltin() { command builtin "$@"; }`);
  const next = await shell.cell("command echo $X; cd; declare; printf x; builtin echo hi; trap x EXIT; command cat calls");
  expect(next.stdout).toBe("1\nhi\nmy cd\nmy declare\nmy printf\nmy trap\n");
  expect(next.state).toBe("taken");
  expect((await shell.cell("command echo $X; command sort -u calls | command wc -l")).stdout).toBe("1\n4\n");
});
test("a function named trap that comes later stays as well", async () => {
  await shell.cell("X=1");
  await shell.cell('trap() { echo "my trap $1"; }\nX=2');
  const next = await shell.cell("trap x EXIT; X=3");
  expect([next.stdout, next.state]).toEqual(["my trap x\n", "taken"]);
  expect((await shell.cell("trap y; echo $X")).stdout).toBe("my trap y\n3\n");
});
test("a function named builtin that does nothing disturbs nothing", async () => {
  await shell.cell('X=1; builtin() { echo "no $1"; }');
  const next = await shell.cell("echo $X; builtin cd; X=2");
  expect([next.stdout, next.state]).toEqual(["1\nno cd\n", "taken"]);
  expect((await shell.cell("echo $X; builtin cd")).stdout).toBe("2\nno cd\n");
});

test("each cell starts strict again: options of strictness, traps, parameters, jobs and descriptors are not carried", async () => {
  await shell.cell("set +e +u; set +o pipefail; trap 'echo bye' EXIT; set -- a b; exec 7>&1; set -x");
  const next = await shell.cell('echo "$-" "$#"; shopt -o pipefail; trap; (: >&7) 2>/dev/null || echo closed');
  expect(next.stdout.replace(/^trap -- .*\n/gm, "")).toMatch(/^[^x]*e[^x]*u[^x]* 0\npipefail +\ton\nclosed\n$/);
  expect(next.stderr).toBe("");
});
test("shell= takes the place of the strict options", async () => {
  expect((await shell.cell("false; echo $nothing; true | false | true; echo $-", {shell: "+e"})).stdout).toMatch(/^\n[a-zA-Z]+\n$/);
  const traced = await shell.cell("X=1\necho $X", {shell: "-eux"});
  expect(traced.stderr).toBe("++ X=1\n++ echo 1\n");
});

test("an unclosed quote or here-document is a failed cell, not a hang", async () => {
  expect(await shell.cell("echo one\necho 'two")).toMatchObject({
    exit: 2,
    stdout: "one\n",
    error: {message: expect.stringContaining("unexpected EOF"), place: {line: 2}}
  });
  expect(await shell.cell("if true; then\n  echo x")).toMatchObject({
    exit: 2,
    error: {message: expect.stringContaining("unexpected end of file")}
  });
  expect((await shell.cell("cat <<EOF\nx")).stdout).toBe("x\n");
});

test("a state of more than 5,000 names is said to be large, once", async () => {
  const first = await shell.cell('for ((i = 0; i < 4900; i++)); do declare "name_$i=$i"; done');
  expect([first.state, first.detail]).toEqual(["taken", null]);
  const second = await shell.cell('for ((i = 0; i < 200; i++)); do eval "f_$i() { :; }"; done');
  expect(second.detail).toMatch(/^session "main" now holds 5\d\d\d variables and functions: .*; unset those that no later cell needs/);
  expect((await shell.cell("f_1; echo $name_7")).detail).toBeNull();
});

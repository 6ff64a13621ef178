import {expect, test} from "vitest";

import {fence, usePlace} from "../cli/command.ts";
import {trial} from "./trial.ts";

const place = usePlace();

test("a cell's exit, set -e, exec, unclosed quote or here-document is a cell that failed, and no session that hangs", async () => {
  const open = "echo 'open";
  const ways = {exits: "exit 4", strict: "set -e; false", execs: "exec false", evals: `eval "${open}"`};
  const cells = Object.entries(ways).map(([id, source]) => fence(`bash {#${id} continue-on-error safe="it is only tried"}`, source));
  const run = await trial(place, `${cells.join("\n")}\n${fence("bash {#after}", "echo on")}`);
  expect(Object.keys(ways).map((id) => run.stands(id))).toEqual(Object.keys(ways).map(() => "failed"));
  expect(run.printed("after")).toBe("on\n");
  for (const unclosed of [open, "cat <<'X'\nnever closed\ntouch swallowed"])
    expect(await trial(place, fence("bash {#unclosed}", unclosed))).toMatchObject({exit: 2, events: []}); // found before anything runs
});

test("no prompt or sentinel that a cell prints ends it, and its own prompt settings change nothing", async () => {
  const {exit, printed} = await trial(
    place,
    `${fence("bash {#one}", "PS1='$ '; PROMPT_COMMAND='echo prompted'; PS4='#end '", "echo '#end'; echo '$ '; echo '__done__ 0'; echo more")}\n${fence("bash {#two}", "echo two")}`
  );
  expect({exit, one: printed("one"), two: printed("two")}).toEqual({exit: 0, one: "#end\n$ \n__done__ 0\nmore\n", two: "two\n"});
});

test("a failure before the last command of a cell, or inside a pipeline, fails the cell", async () => {
  const {stands} = await trial(
    place,
    `${fence("bash {#middle continue-on-error}", "false", "echo fine")}\n${fence("bash {#pipe continue-on-error}", "false | cat")}\n${fence("bash {#unset continue-on-error}", 'echo "$NO_SUCH_THING"')}`
  );
  expect(["middle", "pipe", "unset"].map(stands)).toEqual(["failed", "failed", "failed"]);
});

test("a line that begins with $ keeps it, unless its fence is a transcript", async () => {
  const {exit, printed} = await trial(
    place,
    `${fence("bash {#body}", "cat <<'SQL'", "do $$", "begin", "end", "$$;", "SQL")}\n${fence("console {#transcript}", "$ echo typed", "typed")}`
  );
  expect({exit, body: printed("body"), transcript: printed("transcript")}).toEqual({
    exit: 0,
    body: "do $$\nbegin\nend\n$$;\n",
    transcript: "typed\n"
  });
});

test("a cell's own EXIT trap runs, and its state is kept all the same", async () => {
  const {printed} = await trial(
    place,
    `${fence("bash {#one}", "trap 'echo trapped' EXIT", "state=kept; cd /usr")}\n${fence("bash {#two}", 'echo "$state $PWD"')}`
  );
  expect([printed("one"), printed("two")]).toEqual(["trapped\n", "kept /usr\n"]);
});

test("the last value that was exported wins, not the first", async () => {
  const value = (n: number): string => fence(`bash {#v${n}}`, `export VALUE=${n}`);
  const {printed} = await trial(place, `${value(1)}\n${value(2)}\n${value(3)}\n${fence("bash {#show}", "printenv VALUE")}`);
  expect(printed("show")).toBe("3\n");
});

test("what a cell prints never becomes environment, however much it is", async () => {
  const {exit, printed, stands} = await trial(
    place,
    `${fence("bash {#much}", "head -c 600000 /dev/zero | tr '\\0' x")}\n${fence("bash {#next}", "/bin/echo fine; env | wc -c")}`
  );
  expect({exit, much: stands("much")}).toEqual({exit: 0, much: "passed"});
  const [fine, size] = printed("next").split("\n");
  expect(fine).toBe("fine");
  expect(Number(size)).toBeLessThan(100_000);
});

test("a cell whose variable cannot be put in does not run, and never runs without it", async () => {
  const head = "---\nconnections: {default: embedded}\n---\n# Raw\n\n::input[Name]{#NAME}\n\n";
  const {exit, stands, outputs, stdout} = await trial(place, `${head}${fence("sql {#raw}", "select :NAME as never")}`, [
    "--set",
    "NAME=1; select 2"
  ]);
  expect({exit, stands: stands("raw"), outputs: outputs("raw")}).toEqual({exit: 1, stands: "failed", outputs: []});
  expect(stdout).toContain("NAME");
});

test("a cell that reads its input neither hangs nor swallows the rest of itself", async () => {
  const {exit, printed} = await trial(place, fence("bash {#one}", "cat", "read -r answer || true", "echo reached"));
  expect({exit, one: printed("one")}).toEqual({exit: 0, one: "reached\n"});
});

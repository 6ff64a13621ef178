import {createHash} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {RawOutput} from "../../../../src/model/kind.ts";
import {openShell, type Shell} from "./shell.ts";

let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell.close());

const counting = () => {
  const hash = createHash("sha256");
  const totals = {stdout: 0, stderr: 0, largest: 0};
  const emit = (output: RawOutput) => {
    if (output.type !== "bytes") return;
    hash.update(output.bytes);
    totals[output.stream] += output.bytes.length;
    totals.largest = Math.max(totals.largest, output.bytes.length);
  };
  return {emit, totals, digest: () => hash.digest("hex")};
};

test("stdout and stderr come apart, and can be opened by name", async () => {
  const ended = await shell.cell("echo out; echo err >&2; echo named > /dev/stderr; echo both | tee /dev/stderr >/dev/stdout");
  expect([ended.stdout, ended.stderr, ended.error]).toEqual(["out\nboth\n", "err\nnamed\nboth\n", null]);
});
test("stdin is empty", async () => {
  expect((await shell.cell("cat; read -r line || echo nothing")).stdout).toBe("nothing\n");
});
test("NUL bytes and text that is no UTF-8 come through unchanged", async () => {
  const bytes: number[] = [];
  await shell.cell("printf 'a\\0b\\xff\\xfe\\n'", {emit: (output) => void (output.type === "bytes" && bytes.push(...output.bytes))});
  expect(bytes).toEqual([97, 0, 98, 255, 254, 10]);
});
test("one line of 50 MB comes whole, in pieces, in bounded memory", async () => {
  const {emit, totals, digest} = counting();
  const before = process.memoryUsage().rss;
  const ended = await shell.cell("head -c 50000000 /dev/zero | tr '\\0' x", {emit});
  expect(ended.exit).toBe(0);
  expect(totals.stdout).toBe(50_000_000);
  expect(totals.largest).toBeLessThanOrEqual(1 << 20);
  expect(digest()).toBe(createHash("sha256").update(Buffer.alloc(50_000_000, "x")).digest("hex"));
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});
test("a cell that prints more than anybody takes waits, and loses nothing", async () => {
  let bytes = 0;
  let inside = 0;
  let most = 0;
  const ended = await shell.cell("head -c 3000000 /dev/zero; echo done >&2", {
    emit: async (output) => {
      if (output.type !== "bytes") return;
      most = Math.max(most, ++inside);
      await sleep(2);
      bytes += output.bytes.length;
      inside--;
    }
  });
  expect([ended.exit, bytes]).toEqual([0, 3_000_005]);
  expect(most).toBeLessThanOrEqual(3);
});
test("prompts and progress come as they are printed", async () => {
  const times: number[] = [];
  await shell.cell("printf 'Password: '; sleep 0.3; printf '\\r 50%%'; sleep 0.3; printf '\\r100%%\\n'", {
    emit: () => void times.push(performance.now())
  });
  expect(times).toHaveLength(3);
  expect(times[2]! - times[0]!).toBeGreaterThan(400);
});

test("the place of a failed command is its line", async () => {
  const cases: readonly (readonly [string, number | null, string])[] = [
    ["echo a\nfalse\necho b", 2, "exit status 1"],
    ["echo a\n\n# comment\ngrep x \\\n  /nonexistent", 4, "exit status 2"],
    ["echo a | grep b | cat", 1, "exit status 1"],
    ["f() {\n  false\n}\n\nf", 5, "exit status 1"],
    ["echo ok\nnosuch --option", 2, "exit status 127: nosuch: command not found"],
    ["echo ok\n\necho $nothing", 3, "exit status 1: nothing: unbound variable"],
    ["x=$(false)", 1, "exit status 1"],
    ["echo a\n(exit 9)", 2, "exit status 9"],
    ["echo a\ncd /nonexistent", 2, "exit status 1: cd: /nonexistent: No such file or directory"],
    ["echo a\nexit 3", null, "exit status 3"],
    ["trap 'echo own' ERR\necho a\nfalse", null, "exit status 1"],
    ["bash -c 'nosuch'", 1, "exit status 127"]
  ];
  for (const [source, line, message] of cases) {
    const {error} = await shell.cell(source);
    expect([source, error?.place?.line ?? null, error?.message]).toEqual([source, line, message]);
  }
});
test("statuses that puzzle are explained", async () => {
  expect((await shell.cell("yes | head -1")).detail).toMatch(/^141: SIGPIPE: a command was still writing/);
  expect((await shell.cell("bash -c 'kill -KILL $$'")).detail).toBe("137: a command was ended by SIGKILL");
  expect((await shell.cell("/etc/passwd")).detail).toBe("126: the command was found but cannot be executed");
  expect((await shell.cell("kill -KILL $$")).error?.message).toBe("bash was ended by SIGKILL");
});
test("a session that cannot find bash says so", async () => {
  await expect(openShell({environment: {PATH: "/nonexistent"}})).rejects.toThrow(
    "bash was not found in PATH (/nonexistent); install bash 4.4 or newer"
  );
});

test("peers fail: a closing $$; of a function body is left alone", async () => {
  expect((await shell.cell("cat <<'EOF'\ndo $$ begin\nend\n$$;\nEOF")).stdout).toBe("do $$ begin\nend\n$$;\n");
});
test("peers fail: a cell that reads its input does not swallow the rest of itself", async () => {
  expect((await shell.cell("cat > /dev/null\necho reached")).stdout).toBe("reached\n");
});
test("peers fail: the status of a pipeline is not that of its last command alone", async () => {
  expect((await shell.cell("false | true")).exit).toBe(1);
});
test("peers fail: what a cell prints never enters the environment of the next", async () => {
  const {emit} = counting();
  expect((await shell.cell("head -c 300000 /dev/zero | tr '\\0' x", {emit})).exit).toBe(0);
  expect((await shell.cell("/bin/echo fine")).stdout).toBe("fine\n");
});
test("peers fail: a sentinel in the output ends nothing", async () => {
  expect((await shell.cell("echo '#end'; echo __runbook_restored=done; echo more")).stdout).toBe("#end\n__runbook_restored=done\nmore\n");
});
test("peers fail: a cell's pattern never matches the shell that runs it", async () => {
  const ended = await shell.cell("pgrep -f 'a_word_only_in_this_cell' || echo none");
  expect(ended.stdout).toBe("none\n");
});

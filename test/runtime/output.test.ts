import {createHash, pbkdf2} from "node:crypto";
import {writeFileSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {promisify} from "node:util";
import {describe, expect, test} from "vitest";
import type {Output} from "../../src/model/event.ts";
import type {EndedAttempt} from "../../src/model/run.ts";
import {stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import type {Tried} from "./begin.ts";
import {begin} from "./begin.ts";
import {cell, runbook} from "./tiny.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function attemptOf({performance}: Tried): Promise<EndedAttempt> {
  const now = stepRun(await performance.done, "one" as StepId);
  if (now.status !== "ended") throw new Error(`the step is ${now.status}`);
  return now.attempt;
}
const bytesOf = (outputs: Iterable<Output>): Buffer =>
  Buffer.concat(
    [...outputs].map((output) =>
      output.type === "text" ? Buffer.from(output.text) : output.type === "base64" ? Buffer.from(output.base64, "base64") : Buffer.alloc(0)
    )
  );

describe("what a cell prints", () => {
  test("stands in the journal, its streams apart, characters whole however the pipe cut them", async () => {
    const source = "printf 'a\\xc3'; sleep 0.2; printf '\\xa9b'; echo err >&2";
    const attempt = await attemptOf(await begin(runbook([cell("one", source)])));
    const outputs = attempt.outputs.toArray();
    expect(outputs.every(({type}) => type === "text")).toBe(true);
    expect(outputs.flatMap((output) => (output.type === "text" && output.stream === "stdout" ? [output.text] : []))).toEqual(["a", "éb"]);
    expect(attempt.ending.streams).toEqual({
      stdout: {bytes: 4, sha256: sha256(Buffer.from("aéb")), truncated: false},
      stderr: {bytes: 4, sha256: sha256(Buffer.from("err\n")), truncated: false}
    });
  });

  test("and is no text stands there as base64", async () => {
    const attempt = await attemptOf(await begin(runbook([cell("one", "printf 'a\\xff\\x00b'; printf '\\xc3'")])));
    expect(attempt.outputs.toArray().every(({type}) => type === "base64")).toBe(true);
    expect(bytesOf(attempt.outputs)).toEqual(Buffer.from([0x61, 0xff, 0x00, 0x62, 0xc3]));
  });

  test("keeps a character whole, also behind bytes that are no text", async () => {
    const attempt = await attemptOf(await begin(runbook([cell("one", "printf 'a\\xff\\xc3'; sleep 0.3; printf '\\xa9b'")])));
    const outputs = attempt.outputs.toArray();
    expect(bytesOf(attempt.outputs)).toEqual(Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0x62]));
    expect(outputs.at(-1)).toMatchObject({type: "text", text: "éb"});
  });

  test("goes to a file once it is more than the journal keeps", async () => {
    const tried = await begin(
      runbook([cell("one", "seq 1 300000; echo problem >&2", {expect: ["lines.size() == 300000", "bytes == 1988895"]})])
    );
    const attempt = await attemptOf(tried);
    expect(attempt.outcome).toEqual({type: "passed"});
    const inJournal = bytesOf([...attempt.outputs].filter((output) => "stream" in output && output.stream === "stdout"));
    expect(inJournal.length).toBeLessThanOrEqual(64 * 1024);
    expect(inJournal.length).toBeGreaterThan(64 * 1024 - 4);
    const file = await readFile(join(tried.performance.folder, "outputs", "one.1.out"));
    expect(file.subarray(0, inJournal.length).equals(inJournal)).toBe(true);
    expect(attempt.ending.streams.stdout).toEqual({bytes: 1988895, sha256: sha256(file), truncated: false});
    expect([...attempt.outputs].findLast((output) => output.type === "overflowed" && output.stream === "stdout")).toEqual({
      type: "overflowed",
      stream: "stdout",
      file: "one.1.out",
      bytes: 1988895
    });
    expect((await readFile(join(tried.performance.folder, "outputs", "one.1.err"))).toString()).toBe("problem\n");
  });

  test("is told of to its end while the cell waits, however late the disk takes it", async () => {
    const source = 'until test -e "$RUNBOOK_RUN_DIRECTORY/go"; do sleep 0.05; done; seq 100001 120000; sleep 30';
    const {performance, events} = await begin(runbook([cell("one", source)]));
    await expect.poll(() => events.some(({type}) => type === "cell-started")).toBe(true);
    const busy = Array.from({length: 8}, () => promisify(pbkdf2)("a", "b", 300_000, 64, "sha512")); // what files are written by
    writeFileSync(join(performance.folder, "go"), "");
    const told = () =>
      events.flatMap((event) => (event.type === "output-written" && event.output.type === "overflowed" ? [event.output.bytes] : []));
    await Promise.all(busy);
    await expect.poll(() => told().at(-1), {timeout: 5000}).toBe(140_000);
    await performance.kill();
  });

  test("cannot be promised on when not all of it is in memory", async () => {
    const tried = await begin(
      runbook([cell("one", "head -c 20000000 /dev/zero | tr '\\0' x", {expect: ["bytes == 20000000", "!stdout.contains('y')"]})])
    );
    const attempt = await attemptOf(tried);
    expect(attempt.outcome).toMatchObject({
      type: "failed",
      message: expect.stringContaining("stdout is 20000000 bytes; an expression can read an attempt's output up to 16777216 bytes")
    });
    expect(attempt.checks.toArray().map(({met}) => met)).toEqual([true, false]);
  });

  test("and cannot be written down fails the cell, which is ended", async () => {
    const source = 'touch "$RUNBOOK_RUN_DIRECTORY/outputs"; while :; do seq 1 10000; done';
    const attempt = await attemptOf(await begin(runbook([cell("one", source)])));
    expect(attempt.outcome).toMatchObject({
      type: "failed",
      message: expect.stringMatching(/^what it printed could not be recorded: (EEXIST|ENOTDIR)/)
    });
    expect(attempt.ending.streams.stdout.truncated).toBe(true);
  });

  test("with `output=none` is never recorded, but can be promised on", async () => {
    const attempt = await attemptOf(
      await begin(runbook([cell("one", "echo hidden", {options: {recordOutput: false}, expect: ["stdout == 'hidden\\n'"]})]))
    );
    expect(attempt.outcome).toEqual({type: "passed"});
    expect(attempt.outputs).toHaveLength(0);
    expect(attempt.ending.streams.stdout).toEqual({bytes: 0, sha256: sha256(Buffer.alloc(0)), truncated: true});
  });
});

describe("a capture", () => {
  test("is the trimmed output, or what its expression says, and later cells see it", async () => {
    const book = runbook([
      cell("zero", "echo ' 42 '; echo", {capture: {N: {}, LENGTH: {value: "string(stdout.size())"}}}),
      cell("one", "test $N = 42", {expect: ["vars.LENGTH == '6'"]})
    ]);
    expect((await attemptOf(await begin(book))).outcome).toEqual({type: "passed"});
  });

  test("that is empty fails its cell, and then none of them is set", async () => {
    const tried = await begin(runbook([cell("one", "echo a", {capture: {A: {}, B: {value: "stderr"}}})]));
    const attempt = await attemptOf(tried);
    expect(attempt.outcome).toMatchObject({type: "failed", message: 'B was not captured: stderr is empty; say "optional" if it may be'});
    expect(tried.performance.run.variables.size).toBe(0);
  });

  test("that is secret is known before anything of its cell is recorded", async () => {
    // The text of the cell itself does not hold it.
    const source = "printf 'token: %s%s\\n' s3cr3t -t0ken; printf '%s%s\\n' s3cr3t -t0ken >&2";
    const tried = await begin(
      runbook([
        cell("one", source, {
          capture: {TOKEN: {value: "lines[0].substring(7)", secret: true}}
        })
      ])
    );
    const attempt = await attemptOf(tried);
    expect(attempt.outcome).toEqual({type: "passed"});
    expect(attempt.outputs.toArray()).toEqual([
      {type: "text", stream: "stdout", text: "token: [redacted:TOKEN]\n"},
      {type: "text", stream: "stderr", text: "[redacted:TOKEN]\n"}
    ]);
    expect(JSON.stringify(tried.events)).not.toContain("s3cr3t-");
  });

  test("that is secret and cannot be read leaves the output unrecorded", async () => {
    const tried = await begin(
      runbook([cell("one", "echo perhaps-a-secret; exit 1", {capture: {TOKEN: {value: "lines[7]", secret: true}}})])
    );
    const attempt = await attemptOf(tried);
    expect(attempt.outputs).toHaveLength(0);
    expect(attempt.ending.detail).toContain("it may hold the secret TOKEN");
    expect(attempt.ending.streams.stdout.truncated).toBe(true);
  });
});

import {existsSync, mkdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";

import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import {fence, usePlace} from "./command.ts";

const place = usePlace();
const book = (text = 'rm -r "doomed/$WHICH"'): string =>
  `# R\n\n::input[Which]{#WHICH default=a}\n\n${fence("bash {#look}", "ls doomed")}\n${fence("bash {#destroy}", text)}`;
const review = async (...args: readonly string[]): Promise<string> => {
  const {exit, stdout, stderr} = await place.runbook("plan", "r.md", "--confirmations", ...args);
  expect({exit, stderr}).toEqual({exit: 0, stderr: ""});
  return place.file("reviewed.yaml", stdout);
};
const ready = (): void => {
  for (const name of ["a", "b"]) mkdirSync(join(place.folder, "doomed", name), {recursive: true});
};
const events = (): readonly {type: string; via?: string; by?: string}[] =>
  readFileSync(join(place.folder, ".runbook/runs", place.runs().at(-1)!, "journal.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("plan --confirmations", () => {
  it("lists what asks, with reasons, values and a hash, and runs nothing", async () => {
    place.file("r.md", book());
    const before = place.runs();
    const {stdout} = await place.runbook("plan", "r.md", "--confirmations", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      runbook: "r.md",
      steps: {
        destroy: {
          line: 9,
          verdict: "destructive",
          reasons: [expect.stringContaining("rm -r")],
          target: "local",
          values: {WHICH: "a"},
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/)
        }
      }
    });
    expect(place.runs()).toEqual(before);
  });

  it("shows no secret, and none is needed to read it back", async () => {
    place.file(
      "r.md",
      `---\nconnections:\n  default: "\${URL}"\n---\n# R\n\n::input[Key]{#KEY type=secret}\n\n${fence("bash {#destroy}", 'rm -rf "doomed/$KEY" # hunter2hunter2')}\n${fence("sql {#drop}", "drop table t")}`
    );
    place.file("secrets.env", "KEY=hunter2hunter2\nURL=postgresql://ops:swordfish99@127.0.0.1:1/shop\n");
    for (const call of [
      ["plan", "r.md", "--confirmations"],
      ["exec", "r.md", "--dry-run"]
    ]) {
      const {exit, stdout} = await place.runbook(...call, "--env-file", "secrets.env");
      expect(exit).toBe(0);
      expect(stdout).toContain("ops@127.0.0.1:1/shop");
      expect(stdout).toContain("[redacted:KEY]");
      expect(stdout).not.toMatch(/hunter2hunter2|swordfish99/);
    }
    const {exit, stdout} = await place.runbook(
      "exec",
      "r.md",
      "--env-file",
      "secrets.env",
      "--confirm-file",
      await review("--env-file", "secrets.env")
    );
    expect({exit, stdout}).toMatchObject({exit: 1, stdout: expect.stringContaining("destroy confirmed by Ada (--confirm-file)")});
  });

  it("gives no hash to what nobody can know yet", async () => {
    place.file(
      "r.md",
      `# R\n\n${fence("bash {#find}", "echo a")}::capture{#WHICH}\n\n${fence("bash {#destroy}", 'rm -r "doomed/$WHICH"')}`
    );
    const {stdout} = await place.runbook("plan", "r.md", "--confirmations", "--json");
    const {destroy} = JSON.parse(stdout).steps;
    expect(destroy.open).toEqual(['WHICH is known when "find" has captured it']);
    expect(destroy).not.toHaveProperty("sha256");
  });
});

describe("exec --confirm-file", () => {
  it("confirms what was reviewed, and the record says so", async () => {
    ready();
    place.file("r.md", book());
    const {exit, stdout} = await place.runbook("exec", "r.md", "--confirm-file", await review());
    expect({exit, stdout}).toMatchObject({exit: 0, stdout: expect.stringContaining("destroy confirmed by Ada (--confirm-file)")});
    expect(events().find(({type}) => type === "question-answered")).toMatchObject({via: "--confirm-file", by: "Ada"});
    expect(existsSync(join(place.folder, "doomed/a"))).toBe(false);
  });

  it.each([
    ["text", {book: book('rm -rf "doomed/$WHICH"'), args: []}],
    ["values", {book: book(), args: ["--set", "WHICH=b"]}],
    ["options", {book: book().replace("{#destroy}", "{#destroy timeout=5s}"), args: []}]
  ])("asks again when the %s have changed", async (_, changed) => {
    ready();
    place.file("r.md", book());
    const file = await review();
    place.file("r.md", changed.book);
    const {exit, stdout} = await place.runbook("exec", "r.md", "--confirm-file", file, ...changed.args);
    expect({exit, stdout}).toMatchObject({exit: 3, stdout: expect.stringContaining("reviewed.yaml confirms something else")});
    expect(existsSync(join(place.folder, "doomed/a"))).toBe(true);
  });

  it("does not confirm what the reviewer took out, nor what wants a phrase that is not written", async () => {
    ready();
    place.file("r.md", book().replace("{#destroy}", '{#destroy confirm="do it"}'));
    const file = await review();
    expect((await place.runbook("exec", "r.md", "--confirm-file", file)).exit).toBe(3);
    place.file("typed.yaml", `by: Grace\n${readFileSync(join(place.folder, file), "utf8").replace('phrase: ""', "phrase: do it")}`);
    expect((await place.runbook("exec", "r.md", "--confirm-file", "typed.yaml")).stdout).toContain("confirmed by Grace (--confirm-file)");
    place.file("none.yaml", "steps: {}\n");
    expect((await place.runbook("exec", "r.md", "--confirm-file", "none.yaml")).exit).toBe(3);
  });

  it.each([
    ["steps: {destory: {sha256: x}}", /bad\.yaml:1:9: "destory" is no cell of r\.md; did you mean "destroy"\?/],
    ["steps: {destroy: {sha256: abc}}", /bad\.yaml:1:\d+: the sha256 of "destroy" must be 64 hexadecimal digits, not "abc"/],
    ["steps: {destroy: {}}", /bad\.yaml:1:\d+: "destroy" has no sha256/],
    ["destroy: confirmed", /bad\.yaml:1:1: expected `steps:`/],
    ["steps: [", /bad\.yaml:1:\d+: /]
  ])("refuses %j before anything runs", async (text, says) => {
    place.file("r.md", book());
    place.file("bad.yaml", text);
    const {exit, stdout, stderr} = await place.runbook("exec", "r.md", "--confirm-file", "bad.yaml");
    expect({exit, stdout}).toEqual({exit: 2, stdout: ""});
    expect(stderr).toMatch(says);
  });
});

describe("exec --dry-run", () => {
  it("says for each step what would happen and what is not simulated, and leaves no trace", async () => {
    ready();
    place.file(
      "dry.md",
      `---\nconnections:\n  default: "postgresql://ops@127.0.0.1:1/shop"\n---\n# Dry\n\n${fence("bash {#touch timeout=5s}", "touch traced")}\n:::gate[Go on?]{#go}\nReally?\n:::\n\n::input[Which]{#WHICH}\n\n${fence("sql {#drop when='vars.WHICH != \"\"'}", 'drop table :"WHICH"')}\n## Never\n\n::procedure{run=chosen}\n\n${fence("bash {#never}", "true")}`
    );
    const before = place.runs();
    const {exit, stdout} = await place.runbook("exec", "dry.md", "--dry-run", "--confirm", "go");
    expect(exit).toBe(0);
    for (const line of [
      /execute bash touch\n.*on local; default: ops@127\.0\.0\.1:1\/shop\n.*timeout 5s\n.*guard: harmless/,
      /ask {5}gate go {2}Go on\?\n.*gate: confirmed by Ada \(--confirm\)/,
      /execute sql drop .*\(when vars\.WHICH/,
      /input WHICH: asked for, and nobody gives it/,
      /guard: destructive: line 1: DROP TABLE/,
      /nothing pins the server that it acts on/,
      /confirmation: nobody answers it/,
      /the run would stop here \(exit code 3\)/,
      /skip {4}bash never {2}\(skipped: only by name/,
      /Not simulated:\n- what cells print/,
      /nothing was run$/
    ])
      expect(stdout).toMatch(line);
    expect(place.runs()).toEqual(before);
    expect(existsSync(join(place.folder, "traced"))).toBe(false);
  });

  it("ends with 2 when the document is wrong", async () => {
    place.file("wrong.md", `# W\n\n${fence("bash {#a timout=3s}", "true")}`);
    expect((await place.runbook("exec", "wrong.md", "--dry-run")).exit).toBe(2);
  });
});

describe("exec --confirm-destructive outside a drill", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  it("is for cells on a pinned server alone, and the pin is checked", async () => {
    const pinned = (id: string): string =>
      `---\nconnections:\n  default: {url: "\${URL}", system_identifier: "\${SYSTEM}"}\n---\n# P\n\n${fence("sql {#drop}", "drop table if exists t")}${id}`;
    place.file("p.md", pinned(""));
    const exec = (system: string) => place.start(["exec", "p.md", "--confirm-destructive"], {URL: cluster.url, SYSTEM: system});
    const wrong = await exec("7000000000000000001");
    expect(wrong).toMatchObject({exitCode: 1, stdout: expect.stringContaining("expected system_identifier 7000000000000000001, found ")});
    const found = /found (\d+), at/.exec(wrong.stdout)![1]!;
    expect(await exec(found)).toMatchObject({exitCode: 0, stdout: expect.stringContaining("confirmed by Ada (--confirm-destructive)")});
    place.file(
      "p.md",
      pinned(`\n${fence("sql {#loose on=other}", "drop table if exists t")}`)
        .replace("# P", "# P")
        .replace('"}\n---', '"}\n  other: "${URL}"\n---')
    );
    expect(await exec(found)).toMatchObject({exitCode: 2, stderr: expect.stringContaining('"loose" (p.md:')});
  });
});

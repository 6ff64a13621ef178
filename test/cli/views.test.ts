import {cpSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {describe, expect, it} from "vitest";

import {inRoot, main} from "../runbooks/runbook.ts";
import {fence, usePlace} from "./command.ts";

const place = usePlace();
const failing = `# Failing\n\n${fence("bash {#fine}", "echo fine", 'echo "::error::not ours"', 'echo "##[error]nor this"')}\n${fence("bash {#bad}", "echo noise", "exit 7")}\n${fence("bash {#promise}", "echo never")}`;

describe("check", () => {
  it("prints problems in columns, of files and of all Markdown files of a folder, and ends with 2 when one is an error", async () => {
    place.file("docs/a.md", `# A\n\n${fence("bash {#x timout=3s}", "true")}`);
    place.file("docs/deep/b.md", `# B\n\n${fence("bash {#x}", "true")}\n${fence("bash {#x}", "true")}`);
    place.file("docs/node_modules/c.md", `# C\n\n${fence("bash {#x timout=3s}", "true")}`);
    place.file("d.md", "# D\n");
    const {exit, stdout} = await place.runbook("check", "docs", "d.md");
    expect(exit).toBe(2);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^docs\/a\.md:3:13 {6}error {2}unknown option "timout"; did you mean "timeout"\? {2}\S+$/);
    expect(lines[1]).toMatch(/^docs\/deep\/b\.md:7:\d+ +error {2}/);
    expect(lines.at(-1)).toBe("2 errors in 3 runbooks");
  });

  it("prints them as JSON", async () => {
    place.file("a.md", `# A\n\n${fence("bash {#x timout=3s}", "true")}`);
    const {exit, stdout} = await place.runbook("check", "--format", "json", "a.md");
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject([
      {path: "a.md", severity: "error", message: 'unknown option "timout"; did you mean "timeout"?', span: {line: 3, column: 13}}
    ]);
  });

  it("ends with 0 where nothing is wrong", async () => {
    place.file("d.md", "# D\n");
    expect(await place.runbook("check", "d.md")).toEqual({exit: 0, stdout: "no problems in 1 runbook", stderr: ""});
  });

  it("has colours only where they are wanted", async () => {
    place.file("a.md", `# A\n\n${fence("bash {#x timout=3s}", "true")}`);
    expect((await place.start(["check", "a.md"], {FORCE_COLOR: "1"})).stdout).toContain("\x1b[31merror\x1b[39m");
    expect((await place.start(["check", "a.md"], {FORCE_COLOR: "1", NO_COLOR: "1"})).stdout).not.toContain("\x1b");
  });
});

describe("plan", () => {
  it("lists the steps of a runbook that was written for people, with their lines", async () => {
    cpSync(inRoot("test/parser/seed/runbook.md"), join(place.folder, "seed.md"));
    const source = readFileSync(join(place.folder, "seed.md"), "utf8").split("\n");
    const {exit, stdout} = await place.runbook("plan", "seed.md");
    expect(exit).toBe(0);
    const cells = Array.from(stdout.matchAll(/^ *(\d+) {2}bash /gm), ([, line]) => Number(line));
    const items = Array.from(stdout.matchAll(/^ *(\d+) {4}\[ \] (.*)$/gm), ([, line, text]) => [Number(line), text] as const);
    expect(cells).toEqual(source.flatMap((line, place) => (line === "```bash" ? [place + 1] : [])));
    expect(items).toEqual(source.flatMap((line, place) => (line.startsWith("- [ ] ") ? [[place + 1, line.slice(6)]] : [])));
    expect([cells.length, items.length]).toEqual([21, 25]);
    expect(stdout).toContain("102  Full Database Restore › Prerequisites (#prerequisites)\n103  checklist  prerequisites-1");
    expect(stdout.split("\n").at(-1)).toBe("21 bash cells, 5 checklists of 25 items");
  });

  it("says why a step is skipped, and when it runs at all", async () => {
    place.file(
      "rules.md",
      `# R\n\n## A\n\n${fence('bash {#a when="1 == 1"}', "true")}\n## B\n\n::procedure{run=always}\n\n${fence("bash {#b}", "true")}\n## C\n\n::procedure{run=chosen}\n\n${fence("bash {#c}", "true")}`
    );
    const {stdout} = await place.runbook("plan", "rules.md");
    expect(stdout).toContain("a  (when 1 == 1)");
    expect(stdout).toContain("b  (always, at the end)");
    expect(stdout).toContain('c  (skipped: only by name: section "C" is run=chosen)');
    expect(stdout).toContain("3 bash cells, 1 step skipped");
    expect((await place.runbook("plan", "rules.md#c")).stdout).toContain("a  (skipped: not selected)");
  });

  it("refuses a document with errors", async () => {
    place.file("a.md", `# A\n\n${fence("bash {#x timout=3s}", "true")}`);
    const {exit, stdout, stderr} = await place.runbook("plan", "a.md");
    expect({exit, stdout}).toEqual({exit: 2, stdout: ""});
    expect(stderr).toContain("a.md:3:13");
  });
});

describe("runs and show", () => {
  it("list what was made, newest first, and tell a run in the words in which it was told", async () => {
    place.file("failing.md", failing);
    const first = await place.runbook("exec", "failing.md", "--operator", "Grace");
    await place.runbook("exec", "failing.md", "--drill");
    const [older, newer] = place.runs();
    const {stdout} = await place.runbook("runs");
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^run +started +outcome +took +mode +operator +runbook$/);
    expect(lines[1]).toMatch(new RegExp(`^${newer}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ  failed  .* drill +Ada +failing\\.md$`));
    expect(lines[2]).toMatch(new RegExp(`^${older}  .* recovery  Grace +failing\\.md$`));
    expect(JSON.parse((await place.runbook("runs", "--json")).stdout)).toMatchObject([
      {id: newer, standing: "failed"},
      {id: older, operator: "Grace"}
    ]);

    for (const name of [older!, join(".runbook/runs", older!)])
      expect(await place.runbook("show", name)).toEqual({exit: 0, stdout: first.stdout, stderr: ""});
    expect((await place.runbook("show", "latest")).stdout).toContain(newer);
    const common = [...older!].findIndex((letter, at) => letter !== newer![at]);
    expect((await place.runbook("show", older!.slice(0, common + 1))).stdout).toBe(first.stdout);
    expect((await place.runbook("show", older!.slice(0, 8))).stderr).toContain("begins the ids of 2 runs");
  });

  it("say of a run whose journal was changed that it was, and where", async () => {
    place.file("failing.md", failing);
    await place.runbook("exec", "failing.md");
    const journal = join(place.folder, ".runbook/runs", place.runs().at(-1)!, "journal.ndjson");
    writeFileSync(journal, readFileSync(journal, "utf8").replace('"text":"fine', '"text":"FINE'));
    const {exit, stdout} = await place.runbook("show", "latest");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/the journal is damaged: /);
    expect(stdout).not.toMatch(/^failed after/m);
  });
});

describe("on a terminal", () => {
  it("exec shows the running cell with its time and the tail of its output, and then what stays", async () => {
    place.file("long.md", `# Long\n\n${fence("bash {#long}", 'for i in {1..30}; do echo "line $i"; done; sleep 1')}`);
    const {stdout, exitCode} = await execa(
      "script",
      ["-qefc", `stty cols 100; '${process.execPath}' '${main}' exec long.md`, "/dev/null"],
      {cwd: place.folder, reject: false, env: {TERM: "xterm", NO_COLOR: undefined, GITHUB_ACTIONS: undefined}}
    );
    expect(exitCode).toBe(0);
    const drawn = stdout.replaceAll("\r\n", "\n");
    expect(drawn).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]\x1b\[39m \x1b\[1mlong\x1b\[22m \x1b\[2m[\d.]+m?s\x1b\[22m\n(?: {2}\S+ line \d+\n){5}/);
    expect(drawn).toMatch(/\x1b\[6A\r\x1b\[J/);
    const last = drawn.slice(drawn.lastIndexOf("\x1b[J"));
    expect(drawn).toMatch(/… 18 lines above; runbook show \S+ tells all/);
    expect(last).toMatch(/record: .*\.runbook\/runs\//);
  });

  it("exec writes no escape codes when it is told that the terminal is dumb", async () => {
    place.file("failing.md", failing);
    const {stdout} = await execa("script", ["-qefc", `'${process.execPath}' '${main}' exec failing.md`, "/dev/null"], {
      cwd: place.folder,
      reject: false,
      env: {TERM: "dumb", FORCE_COLOR: undefined, GITHUB_ACTIONS: undefined}
    });
    expect(stdout).not.toContain("\x1b");
    expect(stdout).toContain("✗ bad failed");
  });
});

describe("in GitHub Actions", () => {
  it("exec groups what cells print, annotates the document's line, obeys no command of a cell and writes a summary", async () => {
    place.file("failing.md", failing);
    const summary = join(place.folder, "summary.md");
    const {stdout, exitCode} = await place.start(["exec", "failing.md"], {GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary});
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^::group::fine\n::stop-commands::([0-9a-f-]{36})\n▸ fine \(failing\.md:3\)\n(?: {2}│ .*\n){3}::\1::\n::endgroup::$/m
    );
    expect(stdout).toMatch(/^::error file=failing\.md,line=\d+,title=bad failed::bad failed.*7/m);
    expect(stdout.split("\n").filter((line) => line.startsWith("::error"))).toHaveLength(1);
    expect(readFileSync(summary, "utf8")).toMatch(
      /^## Failing: failed\n\n3 steps: .*\n\n\| step \| outcome \| time \| place \|\n\|---\|---\|---\|---\|\n\| fine \| passed \| [\d.]+m?s \| failing\.md:3 \|\n\| bad \| \*\*failed\*\* \| .* \| failing\.md:9 \|\n\| promise \| not reached \| {2}\| failing\.md:14 \|\n/
    );
  });

  it("exec annotates the line of the question that nobody answered", async () => {
    place.file("asks.md", `# Asks\n\n:::gate[Go]{#go}\nGo on.\n:::\n\n::input[Who]{#WHO}\n\n${fence("bash {#uses}", 'echo "$WHO"')}`);
    const stopped = async (...args: string[]) => {
      const {stdout, exitCode} = await place.start(["exec", "asks.md", ...args], {GITHUB_ACTIONS: "true"});
      return [exitCode, ...stdout.split("\n").filter((line) => line.startsWith("::error"))];
    };
    expect(await stopped()).toEqual([3, expect.stringMatching(/^::error file=asks\.md,line=3,title=Stopped::gate "Go"/)]);
    expect(await stopped("--confirm", "go")).toEqual([
      3,
      expect.stringMatching(/^::error file=asks\.md,line=7,title=Stopped::input "Who"/)
    ]);
  });
});

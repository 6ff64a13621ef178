import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {describe, expect, it} from "vitest";

import {main} from "../runbooks/runbook.ts";
import {fence, usePlace} from "./command.ts";

const place = usePlace();
const latest = (): string => join(place.folder, ".runbook/runs", place.runs().at(-1)!);

const two = `# Two\n\n## First\n\n${fence("bash {#one}", "n=41", 'printf "\\033[31mred\\033[0m \\033]0;title\\007text\\n"', "echo oops >&2")}::expect{that='exit == 0'}\n\n## Second\n\n${fence("bash {#two}", "echo $((n + 1))")}::capture{#ANSWER}\n`;
const gate = `# Gated\n\n:::gate[Go on?]{#go}\nReally?\n:::\n\n${fence("bash {#after}", "touch went-on")}\n\n## Clean up\n\n::procedure{run=always}\n\n${fence("bash {#tidy}", "echo tidied")}`;

it("says where a shell's state could not be taken, and what of a cell is not recorded", async () => {
  place.file(
    "state.md",
    `# S\n\n${fence("bash {#gone}", "X=1", "exec true")}${fence("bash {#stays}", "X=2; exit 0")}${fence("bash {#quiet output=none}", "echo nothing of this")}`
  );
  const {stdout} = await place.runbook("exec", "state.md");
  expect(stdout).toContain("its output is not recorded, as output=none says");
  expect(stdout).not.toContain("longer than");
  expect(stdout.match(/.*\n.*the shell's state could not be taken; the earlier one stands/g)).toMatchObject([
    expect.stringContaining("gone passed")
  ]);
});

it("says what was neither true nor false, also where there are secrets", async () => {
  const sql = `${fence("sql {#nothing}", "select null::bool as healthy")}::expect{that='rows[0].healthy'}\n`;
  place.file("null.md", `---\nconnections: {default: embedded}\nsecrets: [TOKEN]\n---\n# N\n\n${sql}`);
  const {exitCode, stdout} = await place.start(["exec", "null.md"], {TOKEN: "a-token-of-some-length"});
  expect(exitCode).toBe(1);
  expect(stdout).toContain("actually: this must be true or false, and is null\n");
});

describe("exec", () => {
  it("ends with 0, tells the run in plain lines and leaves a run folder", async () => {
    const {exit, stdout, stderr} = await place.runbook("exec", place.file("two.md", two), "--operator", "Grace");
    expect({exit, stderr}).toEqual({exit: 0, stderr: ""});
    expect(
      stdout
        .replace(/run [0-9a-f-]{36}/, "run ID")
        .replace(/runs\/\S+/, "runs/ID")
        .replace(/on \S+, run/, "on HOST, run")
        .replace(/\d+(\.\d+)?m?s/g, "TIME")
        .split("\n")
    ).toEqual([
      "Two (two.md)",
      "recovery by Grace on HOST, run ID",
      "",
      "First",
      "▸ one (two.md:5)",
      "  │ red text",
      "  ┆ oops",
      "  ✓ exit == 0",
      "✓ one passed in TIME",
      "",
      "Second",
      "▸ two (two.md:14)",
      "  │ 42",
      "  · ANSWER = 42",
      "✓ two passed in TIME",
      "",
      "passed after TIME: 2 of 2 steps passed",
      "  record: .runbook/runs/ID"
    ]);
    expect(readFileSync(join(latest(), "runbook.md"), "utf8")).toBe(two);
    expect(
      readFileSync(join(latest(), "journal.ndjson"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).seq)
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("ends with 1 and says which promise broke, and where", async () => {
    const {exit, stdout} = await place.runbook(
      "exec",
      place.file(
        "broken.md",
        `# B\n\n${fence("bash {#count}", "echo 3")}::expect{that='lines[0] == "4"'}\n\n${fence("bash {#never}", "echo never")}`
      )
    );
    expect(exit).toBe(1);
    expect(stdout).toContain('  ✗ promised: lines[0] == "4"\n    actually: ');
    expect(stdout).toMatch(/^failed after .*"count" failed: /m);
    expect(stdout).toContain("2 steps: 1 failed, 1 not reached");
    expect(stdout).not.toContain("│ never");
  });

  it("shows the reason, and no promises, of a cell that never began; and the words of a failure that was promised", async () => {
    const down = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=3";
    const cells = `${fence("bash {#refused}", "exit 3")}::expect{that='exit == 3'}\n\n${fence("sql {#query}", "select 1")}::expect{that='rows[0].n == 1'}\n`;
    const {exit, stdout} = await place.runbook(
      "exec",
      place.file("n.md", `---\nconnections: {default: "${down}"}\n---\n\n# N\n\n${cells}`)
    );
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^✓ refused passed in \S+\n {4}.*exit.* 3/m);
    expect(stdout).toMatch(/^✗ query failed/m);
    expect(stdout).not.toContain("promised: rows");
  });

  it("shortens what a cell captured, and says how much it is", async () => {
    const {stdout} = await place.runbook("exec", place.file("c.md", `# C\n\n${fence("bash {#many}", "seq 1000")}::capture{#NUMBERS}\n`));
    expect(stdout).toMatch(/^ {2}· NUMBERS = 1 2 3 .{80,}… \(3892 bytes, 1000 lines\)$/m);
  });

  it("ends with 1 at the cell when its database cannot be reached, and says where it stands", async () => {
    const {exit, stdout} = await place.runbook(
      "exec",
      place.file(
        "down.md",
        `---\nconnections:\n  default: "postgresql://nobody@127.0.0.1:1/none?connect_timeout=3"\n---\n\n# D\n\n${fence("bash {#first}", "echo first")}\n${fence("sql {#query}", "select 1")}`
      )
    );
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^✓ first passed/m);
    expect(stdout).toMatch(/^✗ query failed .*127\.0\.0\.1/m);
    expect(stdout).toContain("▸ query (down.md:12)");
  });

  it("ends with 3 at a question that nobody answered, says how to answer it, and still cleans up", async () => {
    const {exit, stdout} = await place.runbook("exec", place.file("gate.md", gate));
    expect(exit).toBe(3);
    expect(stdout).toContain('  stopped at gate "Go on?": --confirm go confirms it');
    expect(stdout).toMatch(/^✓ tidy passed/m);
    expect(existsSync(join(place.folder, "went-on"))).toBe(false);
  });

  it("goes on where the call confirms, and records by whom and how", async () => {
    place.file("gate.md", gate);
    const {exit, stdout} = await place.runbook("exec", "gate.md", "--confirm", "go", "--operator", "Grace");
    expect(exit).toBe(0);
    expect(stdout).toContain("✓ go Go on? confirmed by Grace (--confirm)");
    expect(existsSync(join(place.folder, "went-on"))).toBe(true);
  });

  it("ends with 1 when the answer is a refusal", async () => {
    place.file("gate.md", gate);
    place.file("no.yaml", "go: {answer: refused, by: Lin, note: not today}\n");
    const {exit, stdout} = await place.runbook("exec", "gate.md", "--answers", "no.yaml");
    expect(exit).toBe(1);
    expect(stdout).toContain("✗ go Go on? refused by Lin (--answers): not today");
  });

  it("runs one section that is named", async () => {
    const {exit, stdout} = await place.runbook(
      "exec",
      `${place.file("sections.md", `# S\n\n## A\n\n${fence("bash {#a}", "echo in a")}\n## B\n\n${fence("bash {#b}", "echo in b")}`)}#b`
    );
    expect(exit).toBe(0);
    expect(stdout).toContain("│ in b");
    expect(stdout).not.toContain("in a");
  });

  it("gives inputs by --set, --answers and --env-file, in that order", async () => {
    place.file("values.env", "ONE=file\nTWO=file\nTHREE=file\n");
    place.file("values.yaml", "ONE: answers\nTWO: answers\n");
    place.file(
      "inputs.md",
      `# I\n\n::input[1]{#ONE}\n\n::input[2]{#TWO}\n\n::input[3]{#THREE}\n\n::input[4]{#FOUR default=document}\n\n${fence("bash {#say}", 'echo "$ONE $TWO $THREE $FOUR"')}`
    );
    const {exit, stdout} = await place.runbook(
      "exec",
      "inputs.md",
      "--set",
      "ONE=set",
      "--answers",
      "values.yaml",
      "--env-file",
      "values.env"
    );
    expect(exit).toBe(0);
    expect(stdout).toContain("│ set answers file document");
    expect(stdout).toContain("  · TWO = answers (--answers)");
  });

  it("ends with 3 at an input that nobody gave, also in a section that always runs", async () => {
    place.file(
      "asks.md",
      `# A\n\n::input[Who?]{#WHO}\n\n${fence("bash {#say}", 'echo "$WHO"')}\n## Always\n\n::procedure{run=always}\n\n${fence("bash {#again}", 'echo "$WHO"')}`
    );
    const {exit, stdout} = await place.runbook("exec", "asks.md");
    expect(exit).toBe(3);
    expect(stdout).toContain('  stopped at input "Who?" (WHO): --set WHO=VALUE gives it');
  });

  it("takes what a decision proposes only when it is told to", async () => {
    place.file(
      "decide.md",
      `# D\n\n${fence("bash {#probe}", "exit 3")}::expect{that='exit == 3'}\n\n:::decision[Up?]{#up choose='steps["probe"].exit == 0 ? "Yes" : "No"'}\n- [Yes](#fine)\n- [No](#mend)\n:::\n\n## Fine\n\n${fence("bash {#fine-cell}", "echo fine")}\n## Mend\n\n${fence("bash {#mend-cell}", "echo mended")}`
    );
    const stopped = await place.runbook("exec", "decide.md");
    expect(stopped.exit).toBe(3);
    expect(stopped.stdout).toContain(
      'stopped at decision "Up?": --answers FILE with the line `up: LABEL` answers it, LABEL being "Yes" or "No"; --accept-proposals takes what is proposed'
    );
    const taken = await place.runbook("exec", "decide.md", "--drill");
    expect(taken.exit).toBe(0);
    expect(taken.stdout).toContain('✓ up Up? "No" (as proposed) by Ada (--drill)');
    expect(taken.stdout).toContain("│ mended");
    expect(taken.stdout).not.toContain("│ fine");
    place.file("up.yaml", "up: Yes\n");
    const told = await place.runbook("exec", "decide.md", "--accept-proposals", "--answers", "up.yaml");
    expect(told.stdout).toContain('✓ up Up? "Yes" by Ada (--answers)');
    expect(told.stdout).toContain("│ fine");
  });

  it("does not start what destroys before it is confirmed, with the phrase where one is asked for", async () => {
    place.file(
      "rm.md",
      `# R\n\n${fence("bash {#make}", "mkdir -p doomed")}\n${fence("bash {#destroy}", "rm -r doomed")}\n${fence('bash {#shout confirm="yes, really"}', "echo shouted")}`
    );
    const stopped = await place.runbook("exec", "rm.md");
    expect(stopped.exit).toBe(3);
    expect(stopped.stdout).toContain('stopped at confirmation of "destroy": --confirm destroy confirms it');
    expect(existsSync(join(place.folder, "doomed"))).toBe(true);
    const phrase = await place.runbook("exec", "rm.md", "--drill", "--confirm-destructive");
    expect(phrase.exit).toBe(3);
    expect(phrase.stdout).toContain("✓ destroy confirmed by Ada (--confirm-destructive)");
    expect(phrase.stdout).toContain('stopped at confirmation of "shout": --confirm "shout=yes, really" confirms it');
    expect(existsSync(join(place.folder, "doomed"))).toBe(false);
    const done = await place.runbook("exec", "rm.md", "--confirm", "destroy", "--confirm", "shout=yes, really");
    expect(done.exit).toBe(0);
  });

  it("ends with 4 when only an objective was missed", async () => {
    place.file(
      "slow.md",
      `# S\n\n::milestone[Lost]{#lost}\n\n${fence("bash {#wait}", "sleep 0.3")}\n::milestone[Back]{#back}\n\n::objective{#rto metric=rto max=100ms from=lost to=back}\n`
    );
    const {exit, stdout} = await place.runbook("exec", "slow.md");
    expect(exit).toBe(4);
    expect(stdout).toMatch(/^missed after /m);
    expect(stdout).toMatch(/^ {2}✗ RTO \d+ms of at most 100ms: missed$/m);
  });

  it("writes the events of the journal, one a line, with --json", async () => {
    place.file("two.md", two);
    const {exit, stdout, stderr} = await place.runbook("exec", "two.md", "--json");
    expect({exit, stderr}).toEqual({exit: 0, stderr: ""});
    const written = readFileSync(join(latest(), "journal.ndjson"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => {
        const {prev: _, ...event} = JSON.parse(line);
        return event;
      });
    expect(stdout.split("\n").map((line) => JSON.parse(line))).toEqual(written);
  });

  it("says nothing with --quiet when all went well, and what went wrong when not", async () => {
    place.file("two.md", two);
    expect(await place.runbook("exec", "two.md", "--quiet")).toEqual({exit: 0, stdout: "", stderr: ""});
    place.file("fails.md", `# F\n\n${fence("bash {#fine}", "echo fine")}\n${fence("bash {#bad}", "echo noise; exit 7")}`);
    const {exit, stdout, stderr} = await place.runbook("exec", "fails.md", "--quiet");
    expect({exit, stdout}).toEqual({exit: 1, stdout: ""});
    expect(stderr).toMatch(/^✗ bad failed .*7/m);
    expect(stderr).not.toMatch(/fine|noise/);
  });

  it("goes on when whoever reads its output stops reading", async () => {
    place.file("two.md", two);
    const {exitCode} = await execa("bash", ["-c", '"$0" "$1" exec two.md | head -n 1; exit "${PIPESTATUS[0]}"', process.execPath, main], {
      cwd: place.folder,
      reject: false
    });
    expect(exitCode).toBe(0);
    expect(readFileSync(join(latest(), "journal.ndjson"), "utf8")).toContain('"type":"run-ended","outcome":"passed"');
  });
});

import {createHash} from "node:crypto";
import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";

import type {Event} from "../../src/model/event.ts";
import {markOf} from "../../src/runtime/redact.ts";
import {fence, usePlace} from "./command.ts";

const place = usePlace();
const {file, runbook} = place;

const verification = `---
secrets: [AUDIT_TOKEN]
files: ["*.txt"]
---
# Verification

::input[Expected]{#EXPECTED type=int}

## Data integrity

${fence("bash {#count}", "wc -l < rows.txt")}
::capture{#COUNTED}
::expect{that='int(lines[0]) == int(vars.EXPECTED)'}

${fence(`bash {#report when='steps["count"].outcome == "passed"'}`, 'echo "$COUNTED of $EXPECTED rows, ${AUDIT_TOKEN:-no token}"', "UNSEEN=1")}
::milestone[Counted]{#counted}
`;
const restore = `# Restore

${fence("bash {#manifest}", "cd /", "SHELL_OWN=outer", "echo 3")}
::capture{#MANIFEST}

::include{#verify src="shared/verification.md#data-integrity" set="EXPECTED=$MANIFEST"}

${fence(`bash {#after when='steps["verify.report"].outcome == "passed"'}`, 'pwd; echo "${UNSEEN:-unseen} $SHELL_OWN $EXPECTED"')}
::objective{#rto metric=rto max=1h from=verify.counted to=verify.counted}
`;

/** The events of the last run. */
const events = (): readonly Event[] => {
  const folder = join(place.folder, ".runbook/runs", place.runs().at(-1)!);
  return readFileSync(join(folder, "journal.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
};
const printed = (step: string): string =>
  events()
    .flatMap((event) => (event.type === "output-written" && event.step === step && event.output.type === "text" ? [event.output.text] : []))
    .join("");

function write(): string {
  file("shared/verification.md", verification);
  file("shared/rows.txt", "1\n2\n3\n");
  return file("restore.md", restore);
}

test("an include runs where it stands: in its own folder and session, with its inputs set and its names read there", async () => {
  const {exit, stdout} = await place.start(["exec", write()], {AUDIT_TOKEN: "token-of-the-audit"}).then(said);
  expect(exit, stdout).toBe(0);
  expect(printed("verify.count").trim()).toBe("3");
  expect(printed("verify.report")).toBe(`3 of 3 rows, ${markOf("AUDIT_TOKEN")}\n`);
  expect(printed("after")).toBe("/\nunseen outer 3\n");
  expect(stdout).toContain("(shared/verification.md:");
  const set = events().find((event) => event.type === "input-set");
  expect(set).toMatchObject({name: "EXPECTED", value: "3", by: 'include "verify"', via: "include"});
  expect(events().flatMap((event) => (event.type === "milestone-reached" ? [event.milestone] : []))).toEqual(["verify.counted"]);
});

test("the record is read with the bytes that ran", async () => {
  await runbook("exec", write());
  const folder = join(place.folder, ".runbook/runs", place.runs().at(-1)!);
  expect(readFileSync(join(folder, "includes/shared/verification.md"), "utf8")).toBe(verification);
  const [start] = events();
  const sha256 = createHash("sha256").update(verification).digest("hex");
  expect(start).toMatchObject({includes: {"shared/verification.md": sha256}});
  expect(start?.type === "run-started" && Object.keys(start.files)).toEqual(["shared/rows.txt"]);
  writeFileSync(join(place.folder, "shared/verification.md"), "# Another\n");
  const shown = await runbook("show", "latest");
  expect(shown.exit).toBe(0);
  expect(shown.stdout).toContain("verify.report");
  expect(shown.stdout).toContain("(shared/verification.md:");
});

test("a failure in an included file names that file and line, and so does the plan", async () => {
  write();
  file("shared/rows.txt", "1\n");
  const {exit, stdout} = await runbook("exec", "restore.md");
  expect(exit).toBe(1);
  expect(stdout).toMatch(/verify\.count failed/);
  expect(stdout).toMatch(/stopped|failed/);
  const plan = await runbook("plan", "restore.md");
  expect(plan.stdout).toContain("(#verify.data-integrity, in shared/verification.md)");
  expect(plan.stdout).toMatch(/11 {2}bash {6} +verify\.count/);
});

test("one part of an include can be run by name", async () => {
  const part = `${write()}#verify.data-integrity`; // what captures $MANIFEST is no part of it
  expect((await runbook("exec", part, "--set", "EXPECTED=3")).exit).toBe(0);
  const {exit, stdout} = await runbook("exec", part);
  expect(exit).toBe(1);
  expect(stdout).toContain('include "verify" sets EXPECTED=$MANIFEST: nothing has set MANIFEST, and nobody gave EXPECTED');
});

test("a choice that leads to another runbook runs it, and the others do not run", async () => {
  file("other.md", `# Other\n${fence("bash {#go}", "echo elsewhere")}`);
  file(
    "decide.md",
    `# Decide\n:::decision[Where?]{#where}\n- [Elsewhere](other.md)\n- [Here](#here)\n:::\n${fence("bash {#next}", "echo next")}\n## Here\n${fence("bash {#stay}", "echo stay")}`
  );
  file("elsewhere.yaml", "where: Elsewhere\n");
  file("here.yaml", "where: Here\n");
  const ran = () => events().flatMap((event) => (event.type === "cell-started" ? [event.step] : []));
  expect((await runbook("exec", "decide.md", "--answers", "elsewhere.yaml")).exit).toBe(0);
  expect(ran()).toEqual(["where.elsewhere.go", "next"]);
  expect((await runbook("exec", "decide.md", "--answers", "here.yaml")).exit).toBe(0);
  expect(ran()).toEqual(["next", "stay"]);
});

test("files are included from the repository, and from nowhere else", async () => {
  file("one/.git/HEAD", "");
  file("one/shared/part.md", `# Part\n${fence("bash {#part}", "pwd")}`);
  file("one/runbooks/a.md", '# A\n::include{#up src="../shared/part.md"}\n');
  expect((await runbook("exec", "one/runbooks/a.md")).exit).toBe(0);
  expect(printed("up.part")).toBe(`${join(place.folder, "one/shared")}\n`);
  const run = join(place.folder, ".runbook/runs", place.runs().at(-1)!);
  expect(readdirSync(join(run, "includes"), {recursive: true}).toSorted()).toEqual(["%2E%2E", "%2E%2E/shared", "%2E%2E/shared/part.md"]);
  expect((await runbook("show", "latest")).stdout).toContain("up.part");

  file("one/runbooks/b.md", '# B\n::include{#out src="../../other.md"}\n');
  const outside = await runbook("exec", "one/runbooks/b.md");
  expect(outside.exit).toBe(2);
  expect(outside.stderr).toContain('"../../other.md" leads out of the repository of this runbook');
  const secret = join(tmpdir(), `runbook-secret-${process.pid}.md`);
  try {
    writeFileSync(secret, "# Secret\n");
    mkdirSync(join(place.folder, "alone"), {recursive: true});
    symlinkSync(secret, join(place.folder, "alone/link.md"));
    file("alone/c.md", '# C\n::include{#out src="link.md"}\n::include{#abs src="/etc/hosts"}\n');
    const linked = await runbook("check", "alone/c.md");
    expect(linked.stdout + linked.stderr).toContain('"link.md" leads out of the folder from which runbook was called');
    expect(linked.stdout + linked.stderr).toContain(`"/etc/hosts" is no path from this runbook's folder`);
  } finally {
    rmSync(secret, {force: true});
  }
});

test("a reminder comes again and again, and is late when nobody said that it was done", async () => {
  file("remind.md", `# Remind\n::reminder[Update stakeholders]{#update every=1s role=scribe}\n${fence("bash", "sleep 2.4")}`);
  const {exit, stdout} = await runbook("exec", "remind.md");
  expect(exit).toBe(0);
  expect(stdout).toContain('! reminder "Update stakeholders" (for scribe) is due\n');
  expect(events().flatMap((event) => (event.type.startsWith("reminder-") ? [[event.type, "time" in event && event.time]] : []))).toEqual([
    ["reminder-due", 1],
    ["reminder-late", 1],
    ["reminder-due", 2],
    ["reminder-late", 2]
  ]);
  expect((await runbook("show", "latest")).stdout).toContain("was not done in time");
});

test("only what was begun is cleaned up: not what was not chosen, nor what the run never came to", async () => {
  const procedure = (name: string, source: string): string =>
    `# ${name}\n${fence(`bash {#work}`, source)}\n## If it failed\n::procedure{run=on-failure}\n${fence('bash {#undo when="true"}', `echo undo ${name}`)}\n## At the end\n::procedure{run=always}\n${fence("bash {#tidy}", `echo tidy ${name}`)}`;
  file("one.md", procedure("one", "exit 7"));
  file("two.md", procedure("two", "true"));
  file("later.md", procedure("later", "true"));
  file(
    "which.md",
    '# Which\n:::decision[Which?]{#which}\n- [One](one.md)\n- [Two](two.md)\n:::\n## Later\n::include{#later src="later.md"}\n'
  );
  file("one.yaml", "which: One\n");
  const {exit, stdout} = await runbook("exec", "which.md", "--answers", "one.yaml");
  expect(exit, stdout).toBe(1);
  for (const cell of ["which.one.undo", "which.one.tidy"]) expect(stdout).toContain(`✓ ${cell} passed`);
  for (const [cell, why] of [
    ["which.two.undo", 'not chosen at "which"'],
    ["which.two.tidy", 'not chosen at "which"'],
    ["later.undo", 'nothing of "later" was run'],
    ["later.tidy", 'nothing of "later" was run']
  ])
    expect(stdout).toContain(`– ${cell} skipped: ${why}`);

  file("after.md", `# After\n::include{#two src="two.md"}\n${fence("bash {#check}", "exit 7")}`);
  const elsewhere = await runbook("exec", "after.md");
  expect(elsewhere.exit, elsewhere.stdout).toBe(1);
  expect(elsewhere.stdout).toContain('– two.undo skipped: nothing of "two" failed');
  expect(elsewhere.stdout).toContain("✓ two.tidy passed");
});

const said = ({exitCode, stdout, stderr}: {exitCode?: number; stdout: string; stderr: string}) => ({exit: exitCode ?? -1, stdout, stderr});

test("an included part reaches the connection that it is given, by SQL and by psql", async () => {
  const sql = fence("sql {#port}", "select inet_server_port() as port");
  file(
    "part.md",
    `---\nconnections: {default: "service=nowhere"}\n---\n# Part\n${sql}::capture{#PORT}\n${fence("bash {#psql}", 'psql -XAtc "select inet_server_port() = $PORT"')}`
  );
  file("mapped.md", '---\nconnections: {restored: embedded}\n---\n# Mapped\n::include{#part src="part.md" on="default=restored"}\n');
  const {exit, stdout} = await runbook("exec", "mapped.md");
  expect(exit, stdout).toBe(0);
  expect(printed("part.psql")).toBe("t\n");
  file("own.md", `---\nconnections: {default: "service=nowhere"}\n---\n# Own\n::include{#part src="itself.md" on="own"}\n`);
  file(
    "itself.md",
    `---\nconnections: {default: embedded}\n---\n# Part\n${sql}::capture{#PORT}\n${fence("bash {#psql}", 'psql -XAtc "select inet_server_port() = $PORT"')}`
  );
  const own = await runbook("exec", "own.md");
  expect(own.exit, own.stdout + own.stderr).toBe(0);
  expect(own.stdout).toContain("part.default (session part.main): PostgreSQL");
  file("unmapped.md", '---\nconnections: {restored: embedded}\n---\n# Unmapped\n::include{#part src="part.md"}\n');
  const unmapped = await runbook("exec", "unmapped.md");
  expect(unmapped.exit).toBeGreaterThan(0);
  expect(unmapped.stdout + unmapped.stderr).toContain(
    'unmapped.md:5:1  error  the included part runs on "default", which does not exist here; map it by on="default=…", or take its connections with on="own"  include-map'
  );
});

test("a run is resumed inside an include, unless the included file has changed", async () => {
  const cells = [
    fence("bash {#one}", "KEPT=here; cd deep"),
    fence("bash {#two}", "sleep 0.5"),
    fence("bash {#three}", 'echo "$KEPT $N $(basename "$PWD")"')
  ];
  const text = `# Part\n::input[N]{#N type=int}\n${cells.join("")}`;
  file("sub/part.md", text);
  file("sub/deep/.keep", "");
  file("resumed.md", '# Resumed\n::include{#part src="sub/part.md" set="N=7"}\n');
  const before = place.runs().length;
  const running = place.start(["exec", "resumed.md"]);
  await expect
    .poll(() => place.runs().length > before && events().some((event) => event.type === "cell-started" && event.step === "part.two"), {
      timeout: 20_000
    })
    .toBe(true);
  running.kill("SIGKILL");
  await running;
  const resume = ["resume", "latest", "--lost", "part.two=again"];
  file("sub/part.md", `${text}\n`);
  const changed = await runbook(...resume);
  expect(changed.exit).toBe(2);
  expect(changed.stderr).toContain("this has changed: sub/part.md");
  file("sub/part.md", text);
  const resumed = await runbook(...resume);
  expect(resumed.exit, resumed.stdout + resumed.stderr).toBe(0);
  expect(printed("part.three")).toBe("here 7 deep\n");
});

test("what an included file requires is asked for, and missed at its place there", async () => {
  file("needs.md", '---\nrequires: ["no-such-program-at-all"]\n---\n# Needs\n');
  file("needing.md", '# Needing\n::include{#needs src="needs.md"}\n');
  const {exit, stderr} = await runbook("exec", "needing.md");
  expect(exit).toBe(2);
  expect(stderr).toMatch(/needs\.md:2:\d+ +error +"no-such-program-at-all" is required/);
});

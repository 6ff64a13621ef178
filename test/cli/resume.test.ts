import {createHash} from "node:crypto";
import {readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readRun} from "../../src/runtime/runs.ts";
import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import {fence, usePlace} from "./command.ts";
import type {Interrupted} from "./interrupted.ts";
import {go, interruptRun, ledgerOf, runsOf, stop} from "./interrupted.ts";

const place = usePlace();
const runs = (name: string): readonly string[] => runsOf(place, name);

const interrupt = (name: string, text: string, given?: Parameters<typeof interruptRun>[3]): Promise<Interrupted> =>
  interruptRun(place, name, text, given);

describe("a run whose runner was killed", () => {
  it("waits for a person's word about the step that nobody saw end, and is left as it was without", async () => {
    const run = await interrupt(
      "word",
      `# W\n\n${fence("bash {#one}", "echo one >> LEDGER")}${stop("two")}${fence("bash {#three}", "echo three >> LEDGER")}`
    );
    const before = run.bytes();
    const said = await run.resume();
    expect(said.exit).toBe(3);
    expect(said.stderr).toContain('"two": nobody saw how it ended.\n  --lost two=again executes it again, --lost "two=done:WHY"');
    expect((await run.resume("--lost", "two=done")).stderr).toContain("--lost two=done needs a reason");
    expect((await run.resume("--lost", "one=again")).stderr).toContain('--lost one: "one" was not lost');
    expect(run.bytes()).toEqual(before);
    expect(await run.resume("--lost", "two=done:the ledger says so: stop")).toMatchObject({exit: 0, stderr: ""});
    expect(run.ledger()).toBe("one\nstop\nthree\n");
    const facts = run.events().flatMap((event) => (event.type === "question-answered" ? [event] : []));
    expect(facts).toMatchObject([{step: "two", answer: {type: "done"}, note: "the ledger says so: stop", via: "--lost"}]);
    expect(await readRun(run.folder)).toMatchObject({damage: null, run: {ended: {outcome: "passed"}}});
    expect((await run.resume()).stderr).toMatch(/^runbook: run [\w-]+ has ended \(passed: .*\); a record can be read, not resumed/);
  });

  it("gives shells, variables, results and times back, and counts the gap", async () => {
    const text = `# G\n\n::milestone[Begun]{#begun}\n\n${fence("bash {#one}", "cd /usr", "greet() { echo hello $1; }", "arr=(a 'b c')", "echo four")}
:::cell{#two}
\`\`\`bash
echo '{"n": 4}'
\`\`\`
::capture{#N value="json(stdout).n"}
:::

${stop("three")}${fence(`bash {#four when='steps["one"].stdout == "four\\n" && shell.arr == "a"'}`, 'test "$PWD" = /usr && greet "$N ${arr[1]}" >> LEDGER')}
::milestone[Done]{#done}\n\n::objective[Restored]{metric=rto max=1h from=begun to=done}\n`;
    const run = await interrupt("gap", text);
    go(run);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await run.resume("--lost", "three=again")).toMatchObject({exit: 0, stderr: ""});
    expect(run.ledger()).toBe("stop\nstop\nhello 4 b c\n");
    const events = run.events();
    expect(events.every(({ms}, place) => place === 0 || ms >= events[place - 1]!.ms)).toBe(true);
    const resumed = events.find((event) => event.type === "run-resumed")!;
    const measured = events.find((event) => event.type === "objective-measured")!;
    expect(resumed.idleMs).toBeGreaterThanOrEqual(1000);
    expect(measured.measure.idleMs).toBe(resumed.idleMs);
    expect(measured.measure.actualMs).toBeGreaterThan(resumed.idleMs);
  });

  it("is refused a second runner, however many come at once", async () => {
    const run = await interrupt("many", `# M\n\n${stop("one")}`);
    const all = await Promise.all([1, 2, 3, 4].map(() => run.resume("--lost", "one=skip:tried", "--operator", "ada")));
    const refused = all.filter(({exit}) => exit === 2);
    expect(all.filter(({exit}) => exit === 0)).toHaveLength(1);
    expect(refused).toHaveLength(3);
    for (const {stderr} of refused) expect(stderr).toMatch(/is being performed by process \d+ on |has ended \(/);
    expect((await readRun(run.folder)).damage).toBeNull();
  });

  it("is gone on with from the last whole line, and what was cut is said; other damage is refused", async () => {
    const run = await interrupt("torn", `# T\n\n${stop("one")}`);
    const whole = run.bytes();
    const path = join(run.folder, "journal.ndjson");
    writeFileSync(path, Buffer.concat([whole, Buffer.from('{"seq":9,"at":"20\n\0\0\0')]));
    expect(await run.resume("--lost", "one=skip:tried")).toMatchObject({exit: 0});
    expect(run.events().find((event) => event.type === "journal-recovered")).toMatchObject({cutBytes: 21, cutLines: 2});
    expect(run.bytes().subarray(0, whole.length)).toEqual(whole);
    expect((await readRun(run.folder)).damage).toBeNull();

    const lines = whole.toString().split("\n");
    writeFileSync(path, [lines[0], lines[1]!.replace('"attempt":1', '"attempt":2'), ...lines.slice(2)].join("\n"));
    const forged = readFileSync(path);
    writeFileSync(path, Buffer.concat([forged, Buffer.from(`${lines[0]}\n`)]));
    const said = await run.resume("--lost", "one=skip:tried");
    expect(said).toMatchObject({exit: 2});
    expect(said.stderr).toContain("the journal is damaged and cannot be resumed: line ");
  });

  it("never goes back in time, though the clock was set back", async () => {
    const run = await interrupt("clock", `# C\n\n${stop("one")}`);
    let prev = "0".repeat(64);
    const later = run.events().map((event) => {
      const line = `${JSON.stringify({...event, at: new Date(Date.parse(event.at) + 3_600_000).toISOString(), prev})}\n`;
      prev = createHash("sha256").update(line).digest("hex");
      return line;
    });
    writeFileSync(join(run.folder, "journal.ndjson"), later.join(""));
    const {ms} = run.events().at(-1)!;
    expect(await run.resume("--lost", "one=skip:tried")).toMatchObject({exit: 0});
    const resumed = run.events().find((event) => event.type === "run-resumed")!;
    expect(resumed.idleMs).toBeLessThan(60_000);
    expect(resumed.ms - ms).toBeLessThan(60_000);
    expect(resumed.ms).toBeGreaterThanOrEqual(ms);
  });
});

describe("what a run cannot go on with", () => {
  it("secrets that were not supplied again", async () => {
    const text = `# S\n\n::input[Word]{#WORD type=secret}\n\n${fence("bash {#one}", 'URL="x://$WORD@h"')}${stop("two")}${fence("bash {#three}", 'echo "${#WORD} ${#URL}" >> LEDGER')}`;
    const env = place.file("word.env", "WORD=correct-horse\n");
    const run = await interrupt("secret", text, {args: ["--env-file", env]});
    go(run);
    const said = await run.resume("--lost", "two=again");
    expect(said).toMatchObject({exit: 2});
    expect(said.stderr).toContain("it needs the secret WORD, which no disk holds");
    expect(await run.resume("--lost", "two=again", "--env-file", env)).toMatchObject({exit: 0});
    expect(run.ledger()).toBe("stop\nstop\n13 19\n");
    expect(run.bytes().toString()).not.toContain("correct-horse");
    expect(run.events().find((event) => event.type === "run-resumed")).toMatchObject({supplied: ["WORD"]});
  });

  it("a runbook or a file that has changed, unless that is accepted, which is a deviation", async () => {
    place.file("part.sql", "select 1");
    const text = `---\nfiles: [part.sql]\n---\n\n# C\n\n${fence("bash {#one}", "echo one >> LEDGER")}${stop("two")}${fence("bash {#three}", "cat part.sql >> LEDGER")}`;
    const run = await interrupt("changed", text);
    place.file("part.sql", "select 2\n");
    place.file("changed.md", text.replaceAll("LEDGER", ledgerOf("changed")).replace("echo one", "echo eins"));
    const said = await run.resume("--lost", "two=done:seen");
    expect(said).toMatchObject({exit: 2});
    expect(said.stderr).toContain("since it began, this has changed: changed.md, part.sql. --accept-changes goes on");
    expect(await run.resume("--lost", "two=done:seen", "--accept-changes")).toMatchObject({exit: 0});
    expect(run.ledger()).toBe("one\nstop\nselect 2\n");
    expect(run.events().find((event) => event.type === "deviation-recorded")).toMatchObject({
      deviation: "changed",
      step: null,
      why: 'changed.md, part.sql changed; cells with another text: "one" (which had passed)'
    });
    expect(readFileSync(join(run.folder, "runbook.md"), "utf8")).toContain("echo one");
    expect(readFileSync(join(run.folder, "changed-1/runbook.md"), "utf8")).toContain("echo eins");
    expect(readFileSync(join(run.folder, "changed-1/files/part.sql"), "utf8")).toBe("select 2\n");
    expect((await place.runbook("show", "latest", ...runs("changed"))).stdout).toContain("! the runbook changed by Ada");
  });

  it("steps without ids of their own, once they may be other ones", async () => {
    const text = `# D\n\n${fence("bash", "echo one >> LEDGER")}${stop("two")}`;
    const run = await interrupt("derived", text);
    place.file(
      "derived.md",
      `# D\n\n${fence("bash", "echo new >> $RUNBOOK_DIRECTORY/derived.ledger")}${text.slice(5).replaceAll("LEDGER", ledgerOf("derived"))}`
    );
    const said = await run.resume("--lost", "two=done:seen", "--accept-changes");
    expect(said).toMatchObject({exit: 2});
    expect(said.stderr).toContain("has no id of its own");
  });

  it("a throw-away database that ended with its runner", async () => {
    const text = `---\nconnections: {default: embedded}\n---\n\n# E\n\n${fence("sql {#one}", "create table t ()")}${stop("two")}`;
    const run = await interrupt("embedded", text);
    const said = await run.resume("--lost", "two=again");
    expect(said).toMatchObject({exit: 2});
    expect(said.stderr).toContain('it used the throw-away PostgreSQL of connection "default", which ended with its runner');
  });

  it("a disk that is full; with room again it goes on", async () => {
    const text = `# F\n\n${fence("bash {#one}", "echo one >> LEDGER")}${stop("two")}${fence("bash {#three}", "echo three >> LEDGER")}`;
    const run = await interrupt("full", text);
    const {size} = {size: run.bytes().length};
    const limited = await place.limited(Math.ceil(size / 1024), ["resume", "latest", "--lost", "two=skip:tried", ...runs("full")]);
    expect(limited.exit).not.toBe(0);
    expect(limited.stderr).toMatch(/cannot be (written|resumed).*EFBIG|EFBIG/);
    expect(run.ledger()).toBe("one\nstop\n");
    const readable = await readRun(run.folder);
    expect(readable.run.ended).toBeNull();
    const open = readable.run.steps.get("two" as never)!.status !== "skipped";
    expect(await run.resume(...(open ? ["--lost", "two=skip:tried"] : []))).toMatchObject({exit: 0});
    expect(run.ledger()).toBe("one\nstop\nthree\n");
    rmSync(run.folder, {recursive: true});
  });
});

describe("a run on a real server", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  it("says that an open transaction was rolled back with its runner, and goes on only where that is accepted", async () => {
    const text = `---\nconnections: {default: "\${URL}"}\n---\n\n# T\n\n${fence("sql {#begin}", "create table if not exists t (n int);", "begin;", "insert into t values (1);")}${stop("two")}${fence("sql {#count}", "select count(*) from t;")}::expect{that='value == 0'}\n`;
    const env = place.file("url.env", `URL=${cluster.url}\n`);
    const run = await interrupt("transaction", text, {args: ["--env-file", env]});
    const said = await run.resume("--lost", "two=done:seen", "--env-file", env);
    expect(said).toMatchObject({exit: 2});
    expect(said.stderr).toContain('the transaction that "begin" had left open was rolled back when its runner went');
    expect(await run.resume("--lost", "two=done:seen", "--env-file", env, "--accept-changes")).toMatchObject({exit: 0, stderr: ""});
    expect(run.events().find((event) => event.type === "deviation-recorded")).toMatchObject({deviation: "rolled-back", step: "begin"});
  });

  it("takes --confirm-destructive where each cell that destroys and is still to come acts on a pinned server", async () => {
    const text = (more: string) =>
      `---\nconnections:\n  default: {url: "\${URL}", system_identifier: "\${SYSTEM}"}\n  other: "\${URL}"\n---\n\n# P\n\n${fence("sql {#before on=other confirm}", "drop table if exists gone")}${stop("two")}${fence("sql {#drop}", "drop table if exists t")}${more}`;
    const {stdout: system} = await execa(`${cluster.bin}/psql`, ["-XAtc", "select system_identifier from pg_control_system()"], {
      env: cluster.environment
    });
    const given = {args: ["--confirm", "before"], env: {URL: cluster.url, SYSTEM: system}};
    const loose = await interrupt("loose", text(fence("sql {#loose on=other}", "drop table if exists t")), given);
    const before = loose.bytes();
    expect(await loose.resume("--lost", "two=done:seen", "--confirm-destructive")).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/system_identifier for each cell that destroys: "loose" \(loose\.md:\d+\) acts on other: /)
    });
    expect(loose.bytes()).toEqual(before);
    const pinned = await interrupt("pinned", text(""), given);
    expect(await pinned.resume("--lost", "two=done:seen", "--confirm-destructive")).toMatchObject({exit: 0, stderr: ""});
    expect(pinned.events().find((event) => event.type === "question-answered" && event.step === "drop")).toMatchObject({
      via: "--confirm-destructive"
    });
  });
});

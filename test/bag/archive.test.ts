import {chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {beforeAll, describe, expect, it} from "vitest";

import {fence, usePlace} from "../cli/command.ts";
import {main} from "../runbooks/runbook.ts";
import {digestOf, problemsOf, readFiles, sha256, verify} from "./bag.ts";

const place = usePlace();
const at = (...parts: readonly string[]): string => join(place.folder, ...parts);
const runsOf = (name: string): readonly string[] => ["--runs-dir", at(name, "runs")];

/** Archives the last run of a name, which must not change by it; gives the bag. */
async function archive(name: string, ...args: readonly string[]): Promise<string> {
  const run = readdirSync(at(name, "runs")).toSorted().at(-1)!;
  const before = recordOf(at(name, "runs", run));
  const said = await place.runbook("archive", "latest", "--out", at(name, "bags"), ...args, ...runsOf(name));
  expect(said).toMatchObject({exit: 0, stderr: ""});
  expect(recordOf(at(name, "runs", run))).toEqual(before);
  return at(name, "bags", readdirSync(at(name, "bags")).toSorted().at(-1)!);
}

/** What a killed runner's shell still writes on its way out is no part of the record. */
const recordOf = (folder: string): readonly string[] =>
  [...readFiles(folder)].flatMap(([path, bytes]) => (path.startsWith("sessions/") ? [] : [`${path} ${sha256(bytes)}`]));

async function expectWhole(bag: string, outcome: string): Promise<void> {
  const verification = await verify(bag);
  expect(problemsOf(verification)).toEqual([]);
  expect(verification).toMatchObject({outcome, holds: true});
  expect(verification.checks.filter(({status}) => status === "verified").map(({check}) => check)).toEqual([
    "files",
    "journal",
    "documents",
    "outputs",
    "verdicts",
    "views"
  ]);
}

const big = fence("bash {#big}", "seq 1 30000; seq 1 30000 >&2");

describe("an archive", () => {
  beforeAll(async () => {
    place.file("plain/shared/part.md", `# Part\n\n${fence("bash {#part}", "echo part")}`);
    place.file("plain/facts.sql", "select 1\n");
    place.file(
      "plain/plain.md",
      `---\nfiles: [facts.sql]\n---\n\n# Plain\n\n::include{#shared src="shared/part.md"}\n\n${big}${fence("bash {#quiet output=none}", "echo nothing of this")}`
    );
    expect(await place.runbook("exec", "plain/plain.md", "--drill", "--quiet", ...runsOf("plain"))).toMatchObject({exit: 0, stderr: ""});
  });

  it("holds what ran, what it left, the record and the views, and verifies", async () => {
    const bag = await archive("plain");
    expect(bag).toMatch(/\/\d{4}-\d\d-\d\d-plain-[0-9a-f]{8}$/);
    const paths = [...readFiles(bag).keys()];
    expect(paths).toEqual(
      expect.arrayContaining([
        "VERIFY.md",
        "bag-info.txt",
        "bagit.txt",
        "data/drill.json",
        "data/environment.json",
        "data/files/facts.sql",
        "data/includes/shared/part.md",
        "data/journal.ndjson",
        "data/junit.xml",
        "data/notebook.ipynb",
        "data/notebook.md",
        "data/outputs/big.1.err",
        "data/outputs/big.1.out",
        "data/runbook.md",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt"
      ])
    );
    expect(paths.some((path) => path.includes("sessions") || path.includes("lock"))).toBe(false);
    await expectWhole(bag, "passed");
    const again = await place.runbook("archive", "latest", "--out", at("plain/bags"), ...runsOf("plain"));
    expect(again).toMatchObject({exit: 2});
    expect(again.stderr).toContain("is already there; an archive is not written over");
  });

  it("has the same bytes on another machine, in another time zone, language and umask, as a folder and as a zip", async () => {
    const made: Record<string, string> = {};
    for (const [name, env, umask] of [
      ["here", {TZ: "UTC", LC_ALL: "C"}, "022"],
      ["there", {TZ: "Asia/Tokyo", LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8", RUNBOOK_OPERATOR: "eve", HOME: "/"}, "077"]
    ] as const) {
      cpSync(at("plain/runs"), at(name, "runs"), {recursive: true});
      for (const zip of [[], ["--zip"]]) {
        const args = [main, "archive", "latest", "--runs-dir", "runs", "--out", "bags", ...zip];
        await execa("bash", ["-c", `umask ${umask}; exec "$@"`, "bash", process.execPath, ...args], {cwd: at(name), env});
      }
      const [folder, zip] = readdirSync(at(name, "bags")).toSorted();
      made[name] = `${digestOf(at(name, "bags", folder!))} ${readFileSync(at(name, "bags", zip!))
        .toString("base64")
        .slice(0, 40)}`;
      mkdirSync(at(name, "unzipped"));
      await execa("python3", ["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall('.')", at(name, "bags", zip!)], {
        cwd: at(name, "unzipped")
      });
      expect(digestOf(at(name, "unzipped", folder!))).toBe(digestOf(at(name, "bags", folder!)));
      made[name] += readFileSync(at(name, "bags", zip!)).toString("latin1");
    }
    expect(made.here === made.there).toBe(true);
  });

  it("can be verified as a zip too, and is written nowhere for that", async () => {
    const zip = await archive("plain", "--zip");
    const before = readdirSync(at("plain/bags"));
    expect(await place.runbook("verify", zip)).toMatchObject({exit: 0});
    expect(readdirSync(at("plain/bags"))).toEqual(before);
  });
});

describe("a run that did not pass", () => {
  it("is archived as whole as one that did: failed, stopped, missed", async () => {
    const cases = {
      failed: [1, `# F\n\n${fence("bash {#one}", "echo before; exit 3")}${fence("bash {#two}", "echo never")}`],
      stopped: [3, `# S\n\n${fence("bash {#one}", "true")}\n:::gate[Go on]{#go}\n:::\n\n${big}`],
      missed: [
        4,
        `# M\n\n::milestone[A]{#a}\n\n${fence("bash {#one}", "sleep 0.2")}\n::milestone[B]{#b}\n\n::objective{#rto metric=rto max=100ms from=a to=b}\n`
      ]
    } as const;
    for (const [outcome, [exit, text]] of Object.entries(cases)) {
      expect(await place.runbook("exec", place.file(`${outcome}.md`, text), "--drill", "--quiet", ...runsOf(outcome))).toMatchObject({
        exit
      });
      await expectWhole(await archive(outcome), outcome);
    }
  });

  it("is archived when it was cancelled, and is refused while it is going, saying who performs it", async () => {
    const text = `# C\n\n${fence("bash {#one}", "echo going > $RUNBOOK_DIRECTORY/c.going; sleep 60")}`;
    const started = place.start(["exec", place.file("c.md", text), "--quiet", ...runsOf("cancelled")]);
    await waitFor(() => existsSync(at("c.going")));
    const refused = await place.runbook("archive", "latest", "--out", at("cancelled/bags"), ...runsOf("cancelled"));
    expect(refused).toMatchObject({exit: 2});
    expect(refused.stderr).toMatch(/is still going: process \d+ on \S+ performs it/);
    expect(existsSync(at("cancelled/bags"))).toBe(false);
    started.kill("SIGINT");
    await started;
    await expectWhole(await archive("cancelled"), "cancelled");
  });

  it("is archived when its runner was killed, with its journal torn, when it was gone on with, and with other bytes", async () => {
    const text = `# K\n\n${big}${fence("bash {#two}", "seq 1 30000; echo going > $RUNBOOK_DIRECTORY/k.going; test -e $RUNBOOK_RUN_DIRECTORY/go || sleep 60")}`;
    const started = place.start(["exec", place.file("k.md", text), "--quiet", ...runsOf("killed")]);
    await waitFor(() => existsSync(at("k.going")));
    started.kill("SIGKILL");
    await started;
    const [id] = readdirSync(at("killed/runs"));
    await expectWhole(await archive("killed"), "interrupted");

    cpSync(at("killed/runs"), at("torn/runs"), {recursive: true});
    writeFileSync(at("torn/runs", id!, "journal.ndjson"), '{"seq":99,"at":"20', {flag: "a"});
    const torn = await archive("torn");
    await expectWhole(torn, "interrupted");
    expect((await verify(torn)).checks[1]!.words).toContain("what follows was being written when the runner was gone");

    place.file("k.md", text.replace("# K", "# K, changed"));
    const resumed = await place.runbook("resume", "latest", "--quiet", "--accept-changes", "--lost", "two=skip:tried", ...runsOf("killed"));
    expect(resumed).toMatchObject({exit: 0, stderr: ""});
    const bag = await archive("killed", "--zip");
    expect(await place.runbook("verify", bag)).toMatchObject({exit: 0});
    const names = (await execa("python3", ["-m", "zipfile", "-l", bag])).stdout;
    expect(names).toContain("data/changed-1/runbook.md");
  });
});

describe("what cannot be archived", () => {
  const nothing = (name: string): void => expect(existsSync(at(name, "bags")) ? readdirSync(at(name, "bags")) : []).toEqual([]);

  it("leaves nothing half: a key that is none, a folder that is none, a journal that is damaged", async () => {
    await place.runbook("exec", place.file("e.md", `# E\n\n${fence("bash {#one}", "echo one")}`), "--quiet", ...runsOf("errors"));
    const tryIt = (...args: readonly string[]) =>
      place.runbook("archive", "latest", "--out", at("errors/bags"), ...args, ...runsOf("errors"));
    place.file("no.key", "no key at all\n");
    chmodSync(at("no.key"), 0o600);
    for (const [args, words] of [
      [["--sign", "nowhere.key"], "the key nowhere.key is not there"],
      [["--sign", "no.key"], "nothing was signed with no.key: "],
      [["--sign", "no.key", "--role", "The Boss"], "--role The Boss: expected a word"],
      [["--timestamp", "http://127.0.0.1:1/tsa"], "http://127.0.0.1:1/tsa gave no time stamp: "]
    ] as const) {
      const said = await tryIt(...args);
      expect(said, args.join(" ")).toMatchObject({exit: 2, stdout: ""});
      expect(said.stderr).toContain(words);
      nothing("errors");
    }
    expect(await place.runbook("archive", "nowhere", ...runsOf("errors"))).toMatchObject({exit: 2});
    expect(await place.runbook("archive", ...runsOf("errors"))).toMatchObject({exit: 2});

    const [id] = readdirSync(at("errors/runs"));
    const journal = at("errors/runs", id!, "journal.ndjson");
    const whole = readFileSync(journal, "utf8");
    writeFileSync(journal, whole.replace('"attempt":1', '"attempt":2'));
    const damaged = await tryIt();
    expect(damaged).toMatchObject({exit: 2});
    expect(damaged.stderr).toContain("is damaged, and would verify nowhere: line ");
    writeFileSync(journal, whole);
    nothing("errors");
  });

  it("looks like a secret, unless that is accepted, which the archive says", async () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    const text = `---\nsecrets: [API_WORD]\n---\n\n# Secrets\n\nConnect to \`postgres://app:hunter22@db/app\`.\n\n${fence("bash {#one}", `seq 1 30000; printf '%s' ghp_; printf '%s\\n' ${token.slice(4)}; echo correct | sed 's/$/-horse-battery/'`)}`;
    await place.runbook("exec", place.file("s.md", text), "--quiet", ...runsOf("secret"));
    const tryIt = (...args: readonly string[]) =>
      place.start(["archive", "latest", "--out", at("secret/bags"), ...args, ...runsOf("secret")], {API_WORD: "correct-horse-battery"});
    const refused = await tryIt();
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("data/runbook.md:7 looks like a password in a URL");
    expect(refused.stderr).toContain("data/outputs/one.1.out:30001 looks like a token of GitHub");
    expect(refused.stderr).toContain("data/outputs/one.1.out:30002 looks like the value of API_WORD");
    expect(refused.stderr).not.toMatch(/hunter22|horse|a1B2/);
    nothing("secret");
    const accepted = await tryIt("--accept-findings", "rotated, see\nINC-1");
    expect(accepted).toMatchObject({exitCode: 0, stderr: ""});
    const bag = at("secret/bags", readdirSync(at("secret/bags"))[0]!);
    const info = readFileSync(join(bag, "bag-info.txt"), "utf8");
    expect(info).toContain("Accepted-Findings: rotated, see INC-1\nFinding: ");
    expect(info).not.toMatch(/hunter22|horse|a1B2/);
    expect((await place.runbook("verify", bag)).stdout).toContain("! accepted: rotated, see INC-1\n! data/");
    await expectWhole(bag, "passed");
  });
});

describe("exec --archive", () => {
  it("archives the run, however it came out, and says in its exit code how", async () => {
    const file = place.file("x.md", `# X\n\n${fence("bash {#one}", "exit 3")}`);
    const said = await place.runbook("exec", file, "--archive", at("x/bags"), ...runsOf("x"));
    expect(said).toMatchObject({exit: 1});
    expect(said.stdout).toMatch(/archive: x\/bags\/\d{4}-\d\d-\d\d-x-[0-9a-f]{8}\n/);
    await expectWhole(at("x/bags", readdirSync(at("x/bags"))[0]!), "failed");
    const json = await place.runbook("exec", place.file("y.md", "# Y\n"), "--json", "--archive", at("y/bags"), ...runsOf("y"));
    expect(json).toMatchObject({exit: 0});
    for (const line of json.stdout.split("\n")) JSON.parse(line);
    const unsigned = await place.runbook("exec", "y.md", "--archive", at("y/bags"), "--sign", "nowhere.key", ...runsOf("y"));
    expect(unsigned).toMatchObject({exit: 1});
    expect(unsigned.stderr).toContain("nothing was archived: the key nowhere.key is not there");
  });
});

async function waitFor(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries++) {
    if (tries > 800) throw new Error("it never came so far");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

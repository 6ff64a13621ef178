import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {afterAll, beforeAll, expect, it} from "vitest";

import {fence, usePlace} from "../cli/command.ts";
import {problemsOf, verify} from "./bag.ts";
import type {Authority} from "./tsa.ts";
import {startAuthority} from "./tsa.ts";

const place = usePlace();
const at = (...parts: readonly string[]): string => join(place.folder, ...parts);
let authority: Authority;
let bag: string;

beforeAll(async () => {
  mkdirSync(at("tsa"));
  mkdirSync(at("trust"));
  authority = await startAuthority(at("tsa"));
  copyFileSync(authority.certificate, at("trust/tsa-ca.pem"));
  for (const name of ["ada", "bob"]) await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)]);
  const publicKey = (name: string): string => readFileSync(at(`${name}.pub`), "utf8");
  const signers = `ada@example.com namespaces="runbook-evidence" ${publicKey("ada")}bob@example.com namespaces="runbook-evidence-approver" ${publicKey("bob")}`;
  writeFileSync(at("trust/allowed_signers"), signers);
  place.file(
    "b.md",
    `# By hand\n\n${fence("bash {#big}", "seq 1 30000; seq 1 30000 >&2")}${fence("bash {#two continue-on-error}", "exit 3")}`
  );
  expect(await place.runbook("exec", "b.md", "--drill", "--quiet")).toMatchObject({exit: 1});
  const made = await place.runbook("archive", "latest", "--out", "bags", "--sign", "ada", "--timestamp", authority.url);
  expect(made).toMatchObject({exit: 0, stderr: ""});
  bag = at(/archive: (.*)/.exec(made.stdout)![1]!);
  const added = await place.runbook("archive", "--countersign", bag, "--sign", "bob", "--role", "approver");
  expect(added).toMatchObject({exit: 0, stderr: ""});
});
afterAll(() => authority.close());

it("VERIFY.md is followed line by line with stock tools, and says what it says it says", async () => {
  const text = readFileSync(join(bag, "VERIFY.md"), "utf8");
  const lines = [...text.matchAll(/^```bash\n(.*?)^```$/gms)].flatMap(([, block]) => block!.trimEnd().split("\n"));
  expect(lines).toHaveLength(14);
  const said: string[] = [];
  for (const line of lines) {
    const {exitCode, all} = await execa("bash", ["-c", line], {
      cwd: bag,
      env: {T: at("trust"), PATH: "/usr/bin:/bin"},
      extendEnv: false,
      all: true,
      stdin: "ignore",
      reject: false
    });
    expect(exitCode, `${line}\n${all}`).toBe(0);
    said.push(all);
  }
  const {run} = await verify(bag);
  expect(text).toContain(run);
  expect(said.slice(0, 5)).toEqual(["", "", "", "", ""]);
  expect(said[5]).toBe("the chain holds");
  const [first, second] = said[6]!.split("\n");
  expect(first).toBe(second);
  expect(said[7]).toBe("data/runbook.md: OK");
  expect(said[8]).toBe("data/outputs/big.1.out: OK\ndata/outputs/big.1.err: OK");
  expect(said[9]).toBe("big attempt 1: passed\ntwo attempt 1: failed");
  expect(said[10]).toMatch(/^the run: failed, "two" failed: /);
  expect(said[11]).toMatch(
    /Good "runbook-evidence-approver" signature for bob@example.com .*\nGood "runbook-evidence" signature for ada@example.com /
  );
  expect(said[12]).toContain("Verification: OK");
  expect(said[13]).toMatch(/^Time stamp: .* GMT$/m);
});

it("a command of VERIFY.md says what is wrong, where something is", async () => {
  const text = readFileSync(join(bag, "VERIFY.md"), "utf8");
  const lines = [...text.matchAll(/^```bash\n(.*?)^```$/gms)].flatMap(([, block]) => block!.trimEnd().split("\n"));
  const copy = at("forged");
  await execa("cp", ["-r", bag, copy]);
  await execa(
    "bash",
    [
      "-c",
      "sed -i '0,/passed/s//passed./' data/journal.ndjson; touch data/more stray; ln -s ../VERIFY.md data/link; printf x >> data/outputs/big.1.out; sed -i s/VERIFY/VERIFX/ tagmanifest-sha256.txt"
    ],
    {cwd: copy}
  );
  const wrong: number[] = [];
  for (const [place, line] of lines.entries()) {
    const {exitCode, all} = await execa("bash", ["-c", line], {
      cwd: copy,
      env: {T: at("trust")},
      all: true,
      reject: false,
      stdin: "ignore"
    });
    if (exitCode !== 0 || (place >= 2 && place <= 4 && all !== "")) wrong.push(place);
  }
  expect(wrong).toEqual([0, 1, 2, 3, 4, 5, 8, 11, 12]);
});

it("signatures and time stamp are held against trust that comes from elsewhere, and say so", async () => {
  const trust = {allowedSigners: at("trust/allowed_signers"), authority: authority.certificate, require: ["operator", "approver"]};
  const good = await verify(bag, trust);
  expect(problemsOf(good)).toEqual([]);
  expect(good.checks.every(({status}) => status === "verified")).toBe(true);
  expect(good.checks.find(({check}) => check === "signatures")!.words).toBe(
    "signed by approver: bob@example.com, operator: ada@example.com"
  );

  const [ada, bob] = readFileSync(at("trust/allowed_signers"), "utf8").trimEnd().split("\n");
  const trusting = async (signers: string) => {
    writeFileSync(at("other_signers"), `${signers}\n`);
    return problemsOf(await verify(bag, {allowedSigners: at("other_signers")}));
  };
  expect(await trusting(ada!)).toEqual([expect.stringMatching(/approver-.*: its key is none of the allowed signers'/)]);
  expect(await trusting(`${ada}\n${bob!.replace("-approver", "")}`)).toEqual([
    expect.stringMatching(/bob@example.com may not sign as approver/)
  ]);
  expect(await trusting(`${bob}\n${ada!.replace("namespaces", 'valid-before="20200101",namespaces')}`)).toEqual([
    expect.stringContaining("operator-")
  ]);
  expect(problemsOf(await verify(bag, {...trust, require: ["auditor"]}))).toEqual(["signatures: nobody signed as auditor"]);

  await execa("openssl", [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    at("x.key"),
    "-out",
    at("x.pem"),
    "-subj",
    "/CN=Another"
  ]);
  expect(problemsOf(await verify(bag, {...trust, authority: at("x.pem")}))).toEqual([
    expect.stringContaining("time: the time stamp does not hold: ")
  ]);

  const none = await verify(bag);
  expect(none.holds).toBe(true);
  expect(none.checks.slice(-2).map(({status}) => status)).toEqual(["not-verified", "not-verified"]);
});

it("a zip can be countersigned, and is the zip that would have been made with that signature", async () => {
  const made = await place.runbook("archive", "latest", "--out", "zips", "--zip", "--sign", "ada");
  expect(made).toMatchObject({exit: 0});
  const zip = /archive: (.*)/.exec(made.stdout)![1]!;
  expect(await place.runbook("archive", "--countersign", zip, "--sign", "bob", "--role", "approver")).toMatchObject({exit: 0});
  const again = await place.runbook("archive", "--countersign", zip, "--sign", "bob", "--role", "approver");
  expect(again).toMatchObject({exit: 2});
  expect(again.stderr).toContain("already; nothing was signed");
  const good = await place.runbook(
    "verify",
    zip,
    "--allowed-signers",
    "trust/allowed_signers",
    "--require",
    "approver",
    "--require",
    "operator",
    "--json"
  );
  expect(good).toMatchObject({exit: 0, stderr: ""});
  expect(JSON.parse(good.stdout)).toMatchObject({holds: true, outcome: "failed"});
  const {stdout} = await execa("python3", ["-m", "zipfile", "-l", at(zip)]);
  expect(
    stdout
      .split("\n")
      .slice(-2)
      .map((line) => line.split("/")[1])
  ).toEqual(["signatures", "signatures"]);
});

it("wrong calls are refused with 2", async () => {
  for (const [args, words] of [
    [["nowhere"], "there is no archive nowhere"],
    [["b.md"], "is no archive of a run: expected a folder or a zip"],
    [["trust"], "trust is no archive of a run: it has no bagit.txt and no manifests"],
    [[bag, "--allowed-signers", "nowhere"], "nowhere cannot be read: "],
    [[bag, "--tsa", "nowhere"], "nowhere cannot be read: "],
    [[bag, "--require", "approver"], "--require needs --allowed-signers FILE"]
  ] as const) {
    const said = await place.runbook("verify", ...args);
    expect(said, args.join(" ")).toMatchObject({exit: 2, stdout: ""});
    expect(said.stderr).toContain(words);
  }
});

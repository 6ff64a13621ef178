import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {beforeAll, expect, it} from "vitest";
import {parse} from "yaml";

import {fence, usePlace} from "../cli/command.ts";
import {inRoot} from "../runbooks/runbook.ts";
import {problemsOf, verify} from "./bag.ts";

interface Action {
  readonly inputs: Readonly<Record<string, {readonly default?: string; readonly required?: boolean}>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {readonly shell: string; readonly run: string; readonly env: Readonly<Record<string, string>>}[];
  };
}

const place = usePlace();
const action = parse(readFileSync(inRoot("action.yml"), "utf8")) as Action;

/** Does what a runner of GitHub does with a composite action. */
async function act(inputs: Readonly<Record<string, string>>): Promise<{exit: number; output: string; summary: string; text: string}> {
  const [output, summary] = ["output", "summary"].map((name) => join(place.folder, `github-${name}`)) as [string, string];
  for (const file of [output, summary]) writeFileSync(file, "");
  const context: Readonly<Record<string, string>> = {"github.action_path": inRoot("."), "github.actor": "octocat"};
  const fill = (text: string): string =>
    text.replace(
      /\$\{\{ (.*?) \}\}/g,
      (_, name: string) => context[name] ?? inputs[name.slice(7)] ?? action.inputs[name.slice(7)]!.default!
    );
  let text = "";
  for (const {run, env} of action.runs.steps) {
    const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
    const {exitCode, all} = await execa("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: place.folder,
      env: {...filled, GITHUB_ACTIONS: "true", GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary},
      all: true,
      reject: false,
      stdin: "ignore"
    });
    text += all;
    if (exitCode !== 0) return {exit: exitCode!, output: readFileSync(output, "utf8"), summary: readFileSync(summary, "utf8"), text};
  }
  return {exit: 0, output: readFileSync(output, "utf8"), summary: readFileSync(summary, "utf8"), text};
}

beforeAll(async () => {
  place.file("ci.md", `# CI\n\n::input[Word]{#WORD}\n\n${fence("bash {#one}", 'test "$WORD" = "two words"')}`);
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(place.folder, "key")]);
});

it("the action executes a runbook, and leaves archive, JUnit, summary and outputs, signed if it has a key", async () => {
  const key = readFileSync(join(place.folder, "key"), "utf8");
  const {exit, output, summary, text} = await act({runbook: "ci.md", options: "--drill\n--set\nWORD=two words\n", sign: key});
  expect(exit, text).toBe(0);
  const [, bag] = /^exit-code=0\narchive=(runbook-evidence\/\S+)\n$/.exec(output) ?? [];
  expect(problemsOf(await verify(join(place.folder, bag!)))).toEqual([]);
  expect(readdirSync(join(place.folder, bag!, "signatures"))).toEqual([expect.stringMatching(/^operator-/)]);
  expect(readFileSync(join(place.folder, "runbook-junit.xml"), "utf8")).toContain("<testsuite");
  expect(readFileSync(join(place.folder, bag!, "data/drill.json"), "utf8")).toContain('"operator": "octocat"');
  expect(summary).toContain("CI");
  expect(text).not.toContain("PRIVATE KEY");
});

it("the action fails as the run does, with its evidence all the same, and takes no input for code", async () => {
  const {exit, output, text} = await act({runbook: "ci.md", options: "--set\nWORD=$(touch evil); touch evil\n"});
  expect(exit, text).toBe(1);
  expect(output).toMatch(/^exit-code=1\narchive=runbook-evidence\/\S+\n$/);
  expect(existsSync(join(place.folder, "evil"))).toBe(false);
  mkdirSync(join(place.folder, "empty"));
  const wrong = await act({runbook: "nowhere.md", archive: "empty"});
  expect(wrong).toMatchObject({exit: 2, output: "exit-code=2\narchive=\n"});
});

it("the example workflow gives the action inputs that it has, and uploads what it leaves", () => {
  const workflow = readFileSync(inRoot("examples/drill.yml"), "utf8");
  const {jobs, on} = parse(workflow) as {
    readonly on: {readonly schedule: readonly unknown[]};
    readonly jobs: {
      readonly drill: {readonly steps: readonly {readonly uses?: string; readonly with?: Readonly<Record<string, string>>}[]};
    };
  };
  const steps = jobs.drill.steps;
  const drill = steps.find(({uses}) => uses?.startsWith("OWNER/"))!;
  const upload = steps.find(({uses}) => uses?.startsWith("actions/upload-artifact"))!;
  expect(on.schedule).toHaveLength(1);
  for (const name of Object.keys(drill.with!)) expect(Object.keys(action.inputs)).toContain(name);
  for (const [name, {required}] of Object.entries(action.inputs)) if (required) expect(drill.with).toHaveProperty(name);
  expect(existsSync(inRoot(drill.with!.runbook!))).toBe(true);
  expect(upload.with!.path).toBe(`${action.inputs.archive!.default}\n${action.inputs.junit!.default}\n`);
});

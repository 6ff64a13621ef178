/** Runs the built command line as people do: a process of its own, in a folder of its own. */
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {delimiter, join} from "node:path";
import {fileURLToPath} from "node:url";

import {execa} from "execa";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const inRoot = (...parts: readonly string[]): string => join(root, ...parts);
export const main = inRoot("dist/cli/main.js");

export interface Ended {
  readonly exit: number;
  readonly text: string; // stdout and stderr, as they came
}

/** Builds dist/cli where it is missing or older than its sources. */
export async function buildCli(): Promise<void> {
  await execa(process.execPath, [inRoot("scripts/build.mjs"), "cli", "--if-stale"]);
}

export async function runbook(
  args: readonly string[],
  {cwd, env = {}, timeoutMs = 60_000}: {readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number}
): Promise<Ended> {
  const {exitCode, all} = await execa(process.execPath, [main, ...args], {
    cwd,
    env: {...plain, ...env},
    all: true,
    reject: false,
    timeout: timeoutMs
  });
  return {exit: exitCode ?? -1, text: all};
}

/** What must not leak in from the machine that runs the tests. */
const plain = {
  NO_COLOR: "1",
  CI: undefined,
  GITHUB_ACTIONS: undefined,
  PGOPTIONS: undefined,
  PGSERVICE: undefined,
  PGPASSWORD: undefined,
  DATABASE_URL: undefined
};

/** Executes a line of shell in which `runbook` is this checkout. */
export async function shell(line: string, {cwd, bin}: {readonly cwd: string; readonly bin: string}): Promise<Ended> {
  const {exitCode, all} = await execa("bash", ["-c", line], {
    cwd,
    env: {...plain, PATH: bin + delimiter + process.env.PATH},
    all: true,
    reject: false,
    timeout: 60_000
  });
  return {exit: exitCode ?? -1, text: all};
}

/** A folder that is gone when the work in it is done, however that ends. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "runbook-docs-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** The built command line as a process of its own, in a folder of its own. */
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {execa} from "execa";
import {afterAll, beforeAll} from "vitest";

import {buildCli, main} from "../runbooks/runbook.ts";

export interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}
export interface Place {
  readonly folder: string;
  /** Writes a file into the folder and gives its name back. */
  file(name: string, content: string | Uint8Array): string;
  runbook(...args: readonly string[]): Promise<Said>;
  /** The same, still going, with an environment of one's own. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** The same, where no file may grow beyond so many KiB, as if the disk were full. */
  limited(kib: number, args: readonly string[]): Promise<Said>;
  /** Ids of the runs that were made. */
  runs(): readonly string[];
}

/** A folder for the tests of one file, gone when they are done. */
export function usePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "runbook-cli-"));
  beforeAll(buildCli);
  afterAll(() => rmSync(folder, {recursive: true, force: true}));
  const start: Place["start"] = (args, env = {}) => launch(folder, args, env);
  return {
    folder,
    start,
    file(name, content) {
      mkdirSync(dirname(join(folder, name)), {recursive: true});
      writeFileSync(join(folder, name), content);
      return name;
    },
    async runbook(...args) {
      const {exitCode, stdout, stderr} = await start(args);
      return {exit: exitCode ?? -1, stdout, stderr};
    },
    async limited(kib, args) {
      const command = ["-c", `ulimit -f ${kib}; trap '' XFSZ; exec "$@"`, "bash", process.execPath, main, ...args];
      const {exitCode, stdout, stderr} = await execa("bash", command, {cwd: folder, env: outside, reject: false, timeout: 60_000});
      return {exit: exitCode ?? -1, stdout, stderr};
    },
    runs: () => {
      try {
        return readdirSync(join(folder, ".runbook/runs")).toSorted();
      } catch {
        return [];
      }
    }
  };
}

type Started = ReturnType<typeof launch>;
const launch = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>>) =>
  execa(process.execPath, [main, ...args], {cwd, env: {...outside, ...env}, reject: false, timeout: 60_000});

/** What must not leak in from the machine that runs the tests. */
const outside = {
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  GITHUB_ACTIONS: undefined,
  GITHUB_STEP_SUMMARY: undefined,
  RUNBOOK_OPERATOR: "Ada",
  DATABASE_URL: undefined,
  PGHOST: undefined,
  PGPORT: undefined,
  PGSERVICE: undefined
};

export const fence = (info: string, ...lines: readonly string[]): string => `\`\`\`${info}\n${lines.join("\n")}\n\`\`\`\n`;

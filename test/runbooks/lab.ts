/** The lab of the disaster-recovery runbooks, built by its own runbook in a folder of its own, and gone when it is closed. */
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {execa} from "execa";

import {findPostgres} from "../../src/runtime/connections/embedded/programs.ts";
import type {Ended} from "./runbook.ts";
import {buildCli, inRoot, runbook} from "./runbook.ts";

export interface Lab {
  readonly folder: string; // LAB
  readonly environmentFile: string;
  /** What the environment file says, for programs that are run beside the runbooks. */
  readonly environment: Readonly<Record<string, string>>;
  /** Executes a runbook of the project on the lab, as a drill, and confirms these steps. */
  exec(
    file: string,
    options?: {
      readonly set?: Readonly<Record<string, string>>;
      readonly confirm?: readonly string[];
      readonly more?: readonly string[];
      readonly environmentFile?: string; // another one than the lab's own
    }
  ): Promise<Ended>;
  /** Executes bash with the site's functions and the lab's environment, and gives what it printed. */
  bash(text: string): Promise<string>;
  /** Executes SQL as the superuser and gives what it printed, unaligned. */
  psql(database: string, ...statements: readonly string[]): Promise<string>;
  /** Drops every database whose name begins so. */
  dropDatabases(beginning: string): Promise<void>;
  close(): Promise<void>;
}

/** Small, so that a test is about what happens and not about how much. */
const volume = {MESSAGES: "4000", WAL_SEGMENT_MB: "1", WRITES_PER_SECOND: "5"};

export async function openLab(inputs: Readonly<Record<string, string>> = {}): Promise<Lab> {
  await buildCli();
  const around = await mkdtemp(join(tmpdir(), "runbook-lab-"));
  await execa("chmod", ["755", around]); // PostgreSQL's user passes through it
  const folder = join(around, "lab");
  const programs = await findPostgres();
  if (!programs) throw new Error("these tests need PostgreSQL's server programs: apt-get install postgresql");
  const path = {PATH: `${programs.bin}:${process.env.PATH}`};
  const set = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const execute = (args: readonly string[]) =>
    runbook(["exec", ...args, "--runs-dir", join(around, "runs")], {cwd: around, env: path, timeoutMs: 280_000});

  const built = await execute([inRoot("runbooks/lab.md"), ...set({...volume, ...inputs, LAB: folder})]);
  const close = async (): Promise<void> => {
    const ended = await execute([`${inRoot("runbooks/lab.md")}#tear-the-lab-down`, ...set({LAB: folder})]);
    await rm(around, {recursive: true, force: true});
    if (ended.exit !== 0) throw new Error(`the lab was not torn down:\n${ended.text}`);
  };
  if (built.exit !== 0) {
    await close();
    throw new Error(`the lab was not built:\n${built.text}`);
  }

  const environmentFile = join(folder, "lab.env");
  const lines = (await readFile(environmentFile, "utf8")).trim().split("\n");
  const environment = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  const env = {...environment, ...path, RUNBOOK_RUN: ""};
  const lab: Lab = {
    folder,
    environmentFile,
    environment,
    exec: (file, {set: values = {}, confirm = [], more = [], environmentFile: given = environmentFile} = {}) =>
      execute([
        inRoot("runbooks", file),
        "--drill",
        "--env-file",
        given,
        ...set(values),
        ...confirm.flatMap((id) => ["--confirm", id]),
        ...more
      ]),
    async bash(text) {
      const {stdout} = await execa("bash", ["-euo", "pipefail", "-c", `. "${inRoot("runbooks/sites/lab.sh")}"\n${text}`], {
        env,
        cwd: folder
      });
      return stdout;
    },
    async psql(database, ...statements) {
      const options = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database];
      const {stdout} = await execa("psql", [...options, ...statements.flatMap((sql) => ["-c", sql])], {env});
      return stdout;
    },
    async dropDatabases(beginning) {
      const names = await lab.psql("postgres", `select datname from pg_database where starts_with(datname, '${beginning}')`);
      for (const name of names.split("\n").filter(Boolean)) await lab.psql("postgres", `drop database ${name} with (force)`);
    },
    close
  };
  return lab;
}

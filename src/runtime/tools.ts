import {execFile} from "node:child_process";
import {arch, release, type} from "node:os";
import type {RunnerIdentity} from "../model/event.ts";
import type {Runbook} from "../model/runbook.ts";
import {host, user} from "./identity.ts";
import {version} from "./version.ts";

const patienceMs = 2000;

/** Programs whose version says what a drill has shown; asked of where the document speaks of them. */
const known = ["bash", "psql", "pg_ctl", "pg_dump", "pg_restore", "pg_basebackup", "pgbackrest", "wal-g", "barman"];

/** Who performs the run, where, and with what. */
export async function identify(
  {steps, settings}: Pick<Runbook, "steps" | "settings">,
  environment: Readonly<Record<string, string>>
): Promise<RunnerIdentity> {
  const cells = steps.flatMap((step) => (step.type === "cell" ? [`${step.kind}\n${step.source}`] : []));
  const spoken = known.filter((name) => {
    const word = new RegExp(`(^|[^\\w-])${name}([^\\w-]|$)`);
    return cells.some((text) => word.test(text));
  });
  const programs = [...new Set([...spoken, ...settings.requires.map(({program}) => program)])];
  const versions = await Promise.all(programs.map(async (program) => [program, await askVersion(program, environment)] as const));
  const found = versions.filter((entry): entry is readonly [string, string] => entry[1] !== null);
  return {
    host,
    user,
    pid: process.pid,
    tools: {runbook: version, node: process.version, os: `${type()} ${release()} ${arch()}`, ...Object.fromEntries(found)}
  };
}

/** The first line that `--version` prints; null where it prints none. */
function askVersion(program: string, environment: Readonly<Record<string, string>>): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile(program, ["--version"], {env: environment, timeout: patienceMs, maxBuffer: 65_536}, (error, stdout) => {
      const line = error ? "" : stdout.split("\n", 1)[0]!.trim();
      resolve(line === "" ? null : line.slice(0, 200));
    });
    child.stdin?.end();
  });
}

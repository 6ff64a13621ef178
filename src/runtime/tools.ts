import {arch, release, type} from "node:os";
import type {RunnerIdentity} from "../model/event.ts";
import type {Runbook} from "../model/runbook.ts";
import {askVersions} from "./ask-versions.ts";
import {host, user} from "./identity.ts";
import {version} from "./version.ts";

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
  const found: [string, string][] = [];
  for (const [program, answer] of await askVersions(programs, environment)) {
    const line = answer.type === "said" ? answer.text.split("\n", 1)[0]!.trim() : "";
    if (line !== "") found.push([program, line.slice(0, 200)]);
  }
  return {
    host,
    user,
    pid: process.pid,
    tools: {runbook: version, node: process.version, os: `${type()} ${release()} ${arch()}`, ...Object.fromEntries(found)}
  };
}

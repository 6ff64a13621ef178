import {randomUUID} from "node:crypto";
import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import type {SessionContext} from "../../../model/kind.ts";
import type {StepId} from "../../../model/runbook.ts";
import type {Times} from "./execute.ts";
import {type Link, openLink} from "./far/link.ts";
import {findProgram} from "./find-program.ts";
import {Pipes} from "./pipes.ts";
import {toProgram} from "./program.ts";
import {nextPath, recover} from "./snapshot.ts";
import {Watchdog} from "./watchdog.ts";

/** A shell session: its state lives in a file between cells, no process of it does. */
export interface BashSession {
  readonly context: SessionContext;
  readonly bash: string; // absolute path
  readonly path: string; // of the state
  readonly textFile: string; // path for a text too long for an environment
  /** The file a cell's bash reads first, for a place where the state goes; `nonce` marks the end of such a state. */
  programFor(state: string, hidden: string): {readonly program: string; readonly nonce: string};
  /** The same for a cell whose state nobody takes; what it says of its end goes to a file of its own. */
  followerProgram(): {readonly program: string; readonly nonce: string; readonly state: string};
  readonly far: Link | null; // where its cells run; null: here
  readonly times: Times;
  readonly pipes: Pipes;
  readonly watchdog: Watchdog;
  warnedOf: number; // so many names of its state were said to be many
  last: {readonly step: StepId; readonly attempt: number} | null; // what was executed last
}

export async function openSession(context: SessionContext, times: Times): Promise<BashSession> {
  const sessions = join(context.runDirectory, "sessions");
  const environment = await context.environment();
  const bash = findProgram("bash", environment["PATH"]);
  mkdirSync(sessions, {recursive: true, mode: 0o700});
  const folder = mkdtempSync(join(tmpdir(), "runbook-bash-"));
  const pipes = new Pipes(folder);
  const prepared = pipes.prepare(); // two programs start at once: it makes the pipes while the watchdog starts
  prepared.catch(() => {}); // said below
  const watchdog = new Watchdog({bash, folder, graceMs: times.graceMs});
  let far: Link | null = null;
  try {
    await prepared;
    if (isFar(context)) far = await openLink(context.on!, context, folder, watchdog);
  } catch (error) {
    await watchdog.close();
    throw error;
  }
  const path = join(sessions, `${fileName(context)}.sh`);
  recover(nextPath(path), path);
  const nonce = randomUUID().replaceAll("-", "");
  const programs = new Map<string, string>();
  let followers = 0;
  return {
    context: far === null ? context : {...context, environment: () => farEnvironment(context)},
    bash,
    far,
    times,
    path,
    textFile: join(folder, "text"),
    programFor(state, hidden) {
      let program = programs.get(state);
      if (program === undefined) {
        program = join(folder, `program-${programs.size + 1}.sh`);
        writeFileSync(program, toProgram({state, hidden, nonce, carries: true}), {mode: 0o600});
        programs.set(state, program);
      }
      return {program, nonce};
    },
    followerProgram() {
      const state = join(folder, `follower-${++followers}`);
      const program = `${state}.sh`;
      writeFileSync(program, toProgram({state, hidden: "/dev/null", nonce, carries: false}), {mode: 0o600});
      return {program, nonce, state};
    },
    pipes,
    watchdog,
    warnedOf: 0,
    last: null
  };
}

export async function closeSession({far, watchdog}: BashSession): Promise<void> {
  await far?.close();
  await watchdog.close();
}

const isFar = ({on}: SessionContext): boolean => on !== null && on !== "local";

/** Another host has an environment of its own: of ours it gets what says which run this is, and declared secrets. */
async function farEnvironment({environment, settings}: SessionContext): Promise<Readonly<Record<string, string>>> {
  const here = new Set(["RUNBOOK_DIRECTORY", "RUNBOOK_RUN_DIRECTORY"]);
  return Object.fromEntries(
    Object.entries(await environment()).filter(
      ([name]) => (name.startsWith("RUNBOOK_") && !here.has(name)) || settings.secrets.includes(name)
    )
  );
}

const fileName = (context: SessionContext): string =>
  encodeURIComponent(isFar(context) ? `${context.name}@${context.on}` : context.name).replaceAll(".", "%2E");

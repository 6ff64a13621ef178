import {randomUUID} from "node:crypto";
import {constants, writeFileSync} from "node:fs";
import {access, mkdir, mkdtemp} from "node:fs/promises";
import {tmpdir} from "node:os";
import {delimiter, join} from "node:path";
import type {SessionContext} from "../../../model/kind.ts";
import type {StepId} from "../../../model/runbook.ts";
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
  readonly pipes: Pipes;
  readonly watchdog: Watchdog;
  last: {readonly step: StepId; readonly attempt: number} | null; // what was executed last
}

export async function openSession(context: SessionContext, graceMs: number): Promise<BashSession> {
  const sessions = join(context.runDirectory, "sessions");
  const environment = await context.environment();
  const bash = await findBash(environment["PATH"]);
  await mkdir(sessions, {recursive: true, mode: 0o700});
  const folder = await mkdtemp(join(tmpdir(), "runbook-bash-"));
  const watchdog = new Watchdog({bash, folder, graceMs});
  const pipes = new Pipes(folder);
  try {
    await pipes.prepare();
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
    context,
    bash,
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
    last: null
  };
}

export const closeSession = ({watchdog}: BashSession): Promise<void> => watchdog.close();

const fileName = ({name, on}: SessionContext): string => encodeURIComponent(on === null ? name : `${name}@${on}`).replaceAll(".", "%2E");

async function findBash(path: string | undefined): Promise<string> {
  for (const folder of (path ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter)) {
    const candidate = join(folder || ".", "bash");
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // look further
    }
  }
  throw new Error(`bash was not found in PATH (${path ?? "unset"}); install bash 4.4 or newer`);
}

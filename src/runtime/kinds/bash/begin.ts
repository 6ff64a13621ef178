import {randomUUID} from "node:crypto";
import {copyFileSync, existsSync, rmSync, statSync, writeFileSync} from "node:fs";
import {resolve} from "node:path";
import type {KeptProcess} from "../../../model/event.ts";
import type {Emit, Finish, Task} from "../../../model/kind.ts";
import type {Cell} from "../../../model/runbook.ts";
import {nameProcess} from "../../process-name.ts";
import type {BashConfig} from "./config.ts";
import {type Ending, endCell, type Guarding} from "./ending.ts";
import {toEnvironment} from "./environment.ts";
import {beginFar} from "./far/begin.ts";
import {toFailure} from "./finish.ts";
import {type Launched, launchInPipes, launchInTerminal} from "./launch.ts";
import {cellMark, runMark} from "./marks.ts";
import type {StatePipe} from "./pipes.ts";
import type {Printing} from "./printing.ts";
import {toCall} from "./program.ts";
import type {Secrets} from "./secrets.ts";
import type {BashSession} from "./session.ts";
import {discard, hiddenPath, nextPath, readVariable} from "./snapshot.ts";
import {refuseAnswers} from "./terminal/answerer.ts";
import {loadPty, type StartPty} from "./terminal/pty.ts";
import type {Watch} from "./watch.ts";

/** A cell whose bash is running. */
export interface Begun {
  readonly type: "begun";
  readonly mark: string;
  readonly process: KeptProcess | null; // of a follower's shell; null: it is none, or on another host
  readonly printing: Printing;
  readonly drains: readonly number[]; // a second way to read what it prints
  readonly next: string; // where its state goes
  readonly nonce: string;
  readonly state: StatePipe | null; // by which a state with secrets comes
  readonly secrets: Secrets;
  /** Says, once it has ended, what a person should know of its prompts. */
  unanswered(): string | null;
  /** Waits for its end, or brings it about. */
  end(guarding: Guarding): Promise<Ending>;
}
export type Refused = {readonly type: "refused"; readonly finish: Finish};

/** Starts the bash of one attempt, unless its session cannot be had. `watch`: it is a follower, and no state is taken of it. */
export async function beginCell(
  task: Task<BashConfig>,
  session: BashSession,
  emit: Emit,
  watch: Watch | null = null
): Promise<Begun | Refused> {
  const {cell, config} = task;
  const {context, path} = session;
  const snapshot = findSnapshot(task, session);
  const given = await toEnvironment(task, session, snapshot);
  const {entering, entered, environment, secrets, missing} = given;
  if (missing.length > 0)
    return refused(`the state of session "${context.name}" needs the secret ${missing.join(", ")}, which was not supplied to this run`);
  if (session.far !== null) return beginFar(task, session, session.far, {given, snapshot, emit, watch});
  const cwd = config.cwd === null ? null : resolve(context.directory, config.cwd);
  if (cwd !== null && !isFolder(cwd)) return refused(`cwd ${JSON.stringify(config.cwd)} is not a folder: ${cwd}`);
  if (!isFolder(context.directory)) return refused(`the runbook's folder ${context.directory} is gone`);
  const unanswerable = refuseAnswers(cell.answers, secrets);
  if (unanswerable !== null) return refused(unanswerable);
  let startPty: StartPty | null = null;
  try {
    if (task.terminal) startPty = await loadPty();
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  const term = startPty && findTerm(snapshot, environment);
  const mark = toMark(task);
  const own = watch === null ? null : session.followerProgram();
  const next = own?.state ?? nextPath(path);
  discard(next);
  const state = secrets.size > 0 && own === null ? await session.pipes.openState() : null;
  const hidden = snapshot !== null && existsSync(hiddenPath(snapshot));
  const {program, nonce} = own ?? session.programFor(state?.path ?? next, hiddenPath(next));
  const call = toCall(program, cell.id, {
    text: cell.source,
    flags: config.flags,
    snapshot,
    hidden,
    entered,
    cwd,
    entering: snapshot !== null && term?.isNew ? [...entering, ["TERM", term.name]] : entering,
    silent: startPty !== null && !task.terminal!.attended && cell.answers.length === 0,
    ownTrap: definesTrap(cell),
    textFile: session.textFile
  });
  if (call.text !== null) writeFileSync(session.textFile, call.text, {mode: 0o600});
  const env = {...environment, ...call.env, [runMark]: context.run, [cellMark]: mark};
  const launch = {args: call.args, cwd: context.directory, env, emit};
  session.watchdog.expect(mark);
  let launched: Launched;
  try {
    launched =
      startPty && term
        ? launchInTerminal(startPty, task, session, launch, {secrets, term: term.name})
        : await launchInPipes(session, launch, {watch, keep: cell.options.keep});
  } catch (error) {
    session.watchdog.release(mark);
    await state?.read("");
    return refused(`bash could not be started: ${error instanceof Error ? error.message : String(error)}`);
  }
  const {started, printing, drains, unanswered} = launched;
  session.watchdog.guard(mark, started.pid);
  return {
    type: "begun",
    mark,
    process: watch === null ? null : {...nameProcess(started.pid), mark},
    printing,
    drains,
    unanswered,
    next,
    nonce,
    state,
    secrets,
    end: (guarding) => endCell({started, mark, printing, ...guarding})
  };
}

/** The name of an attempt, by which its processes are known. */
export const toMark = ({cell, attempt}: Task<BashConfig>): string => `${cell.id}.${attempt}.${randomUUID().slice(-12)}`;

export const definesTrap = ({source}: Cell): boolean => /\btrap[ \t]*\([ \t]*\)|\bfunction[ \t]+trap\b/.test(source);

/** The state that the attempt starts from; null: the session has none yet. */
function findSnapshot(task: Task<BashConfig>, session: BashSession): string | null {
  const path = beforeRetries(task, session);
  return existsSync(path) ? path : null;
}

/** A retry starts from the state before the first attempt. */
function beforeRetries({cell, attempt}: Task<BashConfig>, session: BashSession): string {
  const {withinMs, retries} = cell.options;
  const last = session.last;
  session.last = {step: cell.id, attempt};
  if (withinMs === null && retries === null) return session.path;
  const before = `${session.path}.before`;
  if (last?.step === cell.id && last.attempt === attempt - 1) return before;
  rmSync(before, {force: true});
  rmSync(hiddenPath(before), {force: true});
  if (existsSync(session.path)) copyFileSync(session.path, before);
  if (existsSync(hiddenPath(session.path))) copyFileSync(hiddenPath(session.path), hiddenPath(before));
  return before;
}

/** What kind of terminal the session believes in; where it knows of none, the kind that everybody understands. */
function findTerm(
  snapshot: string | null,
  environment: Readonly<Record<string, string>>
): {readonly name: string; readonly isNew: boolean} {
  const known = snapshot === null ? environment["TERM"] : readVariable(snapshot, "TERM");
  return known === undefined || known === "" || known === "dumb" ? {name: "xterm-256color", isNew: true} : {name: known, isNew: false};
}

function isFolder(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

const refused = (message: string): Refused => ({type: "refused", finish: toFailure(message)});

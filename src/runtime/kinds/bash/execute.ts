import {randomUUID} from "node:crypto";
import {copyFileSync, existsSync, rmSync, statSync} from "node:fs";
import {resolve} from "node:path";
import type {Emit, Finish, Task} from "../../../model/kind.ts";
import type {BashConfig} from "./config.ts";
import {type Ending, endCell} from "./ending.ts";
import {toEnvironment} from "./environment.ts";
import {explainExit} from "./explain.ts";
import {cellMark, runMark} from "./marks.ts";
import {Printing} from "./printing.ts";
import {type Started, startProcess} from "./process.ts";
import {refusedStatus, toCall} from "./program.ts";
import {mask, type Secrets, unmask} from "./secrets.ts";
import type {BashSession} from "./session.ts";
import {adopt, discard, hiddenPath, nextPath, readSaved, readVariable, type Saved, writeState} from "./snapshot.ts";

/** Executes one attempt of a cell in a bash of its own. */
export async function executeCell(
  task: Task<BashConfig>,
  session: BashSession,
  emit: Emit,
  signal: AbortSignal,
  times: Times
): Promise<Finish> {
  const {cell, config} = task;
  const {context, path} = session;
  const before = beforeRetries(task, session);
  const snapshot = existsSync(before) ? before : null;
  const {entering, entered, environment, secrets, missing} = await toEnvironment(task, session, snapshot);
  if (missing.length > 0)
    return failed(`the state of session "${context.name}" needs the secret ${missing.join(", ")}, which was not supplied to this run`);
  const cwd = config.cwd === null ? null : resolve(context.directory, config.cwd);
  if (cwd !== null && !isFolder(cwd)) return failed(`cwd ${JSON.stringify(config.cwd)} is not a folder: ${cwd}`);
  if (!isFolder(context.directory)) return failed(`the runbook's folder ${context.directory} is gone`);
  const mark = `${cell.id}.${task.attempt}.${randomUUID().slice(-12)}`;
  const next = nextPath(path);
  discard(next);
  const state = secrets.size > 0 ? await session.pipes.openState() : null;
  const hidden = snapshot !== null && existsSync(hiddenPath(snapshot));
  const ownTrap = /\btrap[ \t]*\([ \t]*\)|\bfunction[ \t]+trap\b/.test(cell.source);
  const {program, nonce} = session.programFor(state?.path ?? next, hiddenPath(next));
  const call = toCall(program, cell.id, {
    text: cell.source,
    flags: config.flags,
    snapshot,
    hidden,
    entered,
    cwd,
    entering,
    ownTrap,
    textFile: session.textFile
  });
  const pipes = await session.pipes.open();
  const printing = new Printing(pipes.readers, emit);
  session.watchdog.expect(mark);
  let started: Started;
  try {
    started = await startProcess(session.bash, call.args, {
      cwd: context.directory,
      env: {...environment, ...call.env, [runMark]: context.run, [cellMark]: mark},
      stdout: pipes.writers.stdout,
      stderr: pipes.writers.stderr
    });
  } catch (error) {
    session.watchdog.release(mark, false);
    printing.stop();
    await state?.read("");
    return failed(`bash could not be started: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    pipes.closeWriters();
  }
  session.watchdog.guard(mark, started.pid);
  const ending = await endCell({started, mark, printing, signal, keep: cell.options.keep, ...times});
  session.watchdog.release(mark, ending.kept.length > 0);
  if (ending.held) session.pipes.abandon();

  const exposed = state ? keepState(await state.read(`#end ${nonce}\n`), next, secrets) : null;
  const saved = readSaved(next, nonce);
  if (saved.type === "refused" && ending.exit === refusedStatus) {
    discard(next);
    return {...failed(toRefusal(saved, session)), exit: null, ...toLeftovers(ending)};
  }
  const taken = saved.type === "saved" && ending.signal === null && !ending.aborted;
  if (taken) adopt(next, path);
  else discard(next);
  const {error, detail} = explainExit(ending, saved, printing.tail, cell);
  return {
    exit: ending.exit,
    signal: ending.signal,
    sqlstate: null,
    error,
    detail:
      exposed === null
        ? detail
        : [detail, `the state was not kept: a function or an alias in it holds the secret ${exposed}`].filter(Boolean).join("\n"),
    lost: null,
    state: taken ? "taken" : "not taken",
    transaction: null,
    ...toLeftovers(ending),
    shell: (name) => {
      const value = readVariable(path, name);
      return value === undefined ? undefined : unmask(value, secrets);
    }
  };
}

/** Writes a state that may hold secrets; the name of the secret that it cannot be written without. */
function keepState(text: string, next: string, secrets: Secrets): string | null {
  if (text.startsWith("#refused")) {
    writeState(next, text, []);
    return null;
  }
  const masked = mask(text, secrets);
  if (masked.type === "refused") return masked.name;
  if (text !== "") writeState(next, masked.text, masked.names);
  return null;
}

/** How long endings may take. */
export interface Times {
  readonly graceMs: number; // between TERM and KILL
  readonly settleMs: number; // for what is still printing when the cell's shell has ended
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

function isFolder(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

function toRefusal({reason, detail}: Extract<Saved, {type: "refused"}>, {context, path}: BashSession): string {
  switch (reason) {
    case "version":
      return `bash ${detail} is too old; install bash 4.4 or newer`;
    case "folder":
      return `the folder of session "${context.name}" cannot be entered any more: ${detail}; give the cell a cwd=`;
    case "readonly":
      return `the variable ${detail} is readonly in session "${context.name}", so its new value cannot enter`;
    default:
      return `the state of session "${context.name}" could not be restored from ${path}, so the cell was not started`;
  }
}

const failed = (message: string): Finish => ({
  exit: null,
  signal: null,
  sqlstate: null,
  error: {message, place: null, detail: null},
  lost: null,
  state: "not taken",
  transaction: null,
  leftovers: [],
  kept: [],
  detail: null,
  shell: null
});

const toLeftovers = ({leftovers, kept}: Ending): Pick<Finish, "leftovers" | "kept"> => ({leftovers, kept});

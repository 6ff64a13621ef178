import {closeSync} from "node:fs";
import type {Emit, Task} from "../../../model/kind.ts";
import type {BashConfig} from "./config.ts";
import {Printing} from "./printing.ts";
import {type Started, startProcess} from "./process.ts";
import type {Secrets} from "./secrets.ts";
import type {BashSession} from "./session.ts";
import {Answerer} from "./terminal/answerer.ts";
import type {StartPty} from "./terminal/pty.ts";
import type {Watch} from "./watch.ts";

/** A bash that has been started, with what reads it. */
export interface Launched {
  readonly started: Started;
  readonly printing: Printing;
  readonly drains: readonly number[]; // a second way to read what it prints
  /** Says, once it has ended, what a person should know of its prompts. */
  unanswered(): string | null;
}
export interface Launch {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly emit: Emit;
}

/** Starts it with real pipes for what it prints, and nothing to read. Throws when it cannot be started. */
export async function launchInPipes(
  {bash, pipes}: BashSession,
  {args, cwd, env, emit}: Launch,
  {watch, keep}: {readonly watch: Watch | null; readonly keep: boolean}
): Promise<Launched> {
  const {readers, writers, drains, closeWriters} = await pipes.open({own: watch !== null, drained: watch !== null && keep});
  const printing = new Printing(readers, emit, watch);
  try {
    const started = await startProcess(bash, args, {cwd, env, stdout: writers.stdout, stderr: writers.stderr});
    return {started, printing, drains, unanswered: () => null};
  } catch (error) {
    printing.stop();
    for (const drain of drains) closeSync(drain);
    throw error;
  } finally {
    closeWriters();
  }
}

/** Starts it in a terminal, which people and the cell's answers type into. Throws when it cannot be started. */
export function launchInTerminal(
  startPty: StartPty,
  {cell, terminal}: Task<BashConfig>,
  {bash}: BashSession,
  {args, cwd, env, emit}: Launch,
  {secrets, term}: {readonly secrets: Secrets; readonly term: string}
): Launched {
  const pty = startPty(bash, args, {cwd, env, term, size: terminal!.size});
  const answerer = new Answerer(cell.answers, secrets, {
    path: pty.path,
    type: (text) => pty.type(text),
    answered: (secret) => terminal!.answered(secret)
  });
  const hear: Emit = (output) => {
    if (output.type === "bytes") answerer.take(output.bytes);
    return emit(output);
  };
  const printing = new Printing({stdout: pty.output}, hear);
  terminal!.connect({type: (text) => pty.type(text), resize: (size) => pty.resize(size)});
  return {started: pty, printing, drains: [], unanswered: () => answerer.close()};
}

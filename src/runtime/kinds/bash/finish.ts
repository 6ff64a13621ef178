import type {Finish, Task} from "../../../model/kind.ts";
import type {Begun} from "./begin.ts";
import type {BashConfig} from "./config.ts";
import type {Ending} from "./ending.ts";
import {explainExit} from "./explain.ts";
import {refusedStatus} from "./program.ts";
import {mask, type Secrets, unmask} from "./secrets.ts";
import type {BashSession} from "./session.ts";
import {adopt, countNames, discard, readSaved, readVariable, type Saved, writeState} from "./snapshot.ts";

/** Takes over what a cell leaves: its state, if it is whole, and what is to be said of its end. */
export async function finishCell(
  {cell}: Task<BashConfig>,
  session: BashSession,
  {mark, printing, next, nonce, state, secrets, unanswered}: Begun,
  ending: Ending
): Promise<Finish> {
  const {path} = session;
  const follows = cell.options.ready !== null;
  session.watchdog.release(mark);
  if (ending.held && !follows && !cell.options.tty) session.pipes.abandon();

  if (ending.unbegun !== undefined) return toFailure(ending.unbegun);
  const exposed = state ? keepState(await state.read(`#end ${nonce}\n`), next, secrets) : null;
  const saved = readSaved(next, nonce);
  if (saved.type === "refused" && ending.exit === refusedStatus) {
    discard(next);
    return {...toFailure(toRefusal(saved, session)), exit: null, ...toLeftovers(ending)};
  }
  const taken = !follows && saved.type === "saved" && ending.signal === null && !ending.aborted;
  if (taken) adopt(next, path);
  else discard(next);
  const many = taken ? findMany(session) : null;
  const {error, detail} = explainExit(ending, saved, printing.tail, cell);
  return {
    exit: ending.exit,
    signal: ending.signal,
    sqlstate: null,
    error,
    detail: joined(
      detail,
      exposed === null ? null : `the state was not kept: a function or an alias in it holds the secret ${exposed}`,
      unanswered(),
      many
    ),
    lost: ending.lost ?? null,
    endedFirst: !ending.aborted && ending.lost === undefined,
    state: taken ? "taken" : "not taken",
    transaction: null,
    ...toLeftovers(ending),
    shell: (name) => {
      const value = readVariable(path, name);
      return value === undefined ? undefined : unmask(value, secrets);
    }
  };
}

const joined = (...notes: readonly (string | null)[]): string | null => notes.filter((note) => note !== null).join("\n") || null;

const manyNames = 5000;

/** Every cell reads and writes the whole state, so a large one makes each of them slow. Said once, and again when it has doubled. */
function findMany(session: BashSession): string | null {
  const count = countNames(session.path, manyNames);
  if (count <= Math.max(manyNames, session.warnedOf * 2)) return null;
  session.warnedOf = count;
  return `session "${session.context.name}" now holds ${count} variables and functions: each cell of it reads and writes them all, which takes tens of milliseconds a thousand; unset those that no later cell needs, or keep them in a file`;
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

/** The finish of a cell that was not started, or not as it should be. */
export const toFailure = (message: string): Finish => ({
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

import {constants} from "node:os";
import type {Place} from "../../../model/event.ts";
import type {Finish} from "../../../model/kind.ts";
import type {Cell} from "../../../model/runbook.ts";
import type {Ending} from "./ending.ts";
import type {Saved} from "./snapshot.ts";

/** What went wrong, where in the cell, and what the status means. `tail` is the last that came on stderr. */
export function explainExit(
  {exit, signal, aborted, held, kept}: Ending,
  saved: Saved,
  tail: string,
  cell: Cell
): Pick<Finish, "error" | "detail"> {
  const holds = held
    ? [
        kept.length > 0
          ? "a process that was kept still holds the cell's output; what it prints from now on is lost"
          : "a process still held the cell's output; what it prints from now on is lost"
      ]
    : [];
  if (exit === 0 || aborted) return {error: null, detail: holds[0] ?? null};
  if (signal !== null) return {error: {message: `bash was ended by ${signal}`, place: null, detail: null}, detail: holds[0] ?? null};
  const said = readMessage(tail, cell);
  const place = toPlace(saved, cell) ?? said?.place ?? null;
  const message = said ? `exit status ${exit}: ${said.message}` : `exit status ${exit}`;
  return {error: {message, place, detail: null}, detail: [...meaning(exit ?? 0), ...holds].join("\n") || null};
}

/** Where the command stands that ended the cell, as bash's ERR trap or its stack of calls tells. */
function toPlace(saved: Saved, {lines}: Cell): Place | null {
  if (saved.type !== "saved") return null;
  const line = saved.called > 0 ? saved.called : saved.failed?.status === saved.status ? saved.failed.line : 0;
  return line > 0 && line <= lines.length ? {line, column: null} : null;
}

/** Bash's own message, if that was the last that came: `restore: line 3: psql: command not found`. */
function readMessage(tail: string, {id, lines}: Cell): {message: string; place: Place | null} | null {
  const said = tail
    .trimEnd()
    .split(/\r?\n/)
    .slice(-4)
    .map((line) => /^(.+?): (?:eval: |-c: )?line (\d+): (.*)$/.exec(line));
  const last = said.at(-1);
  const syntax = said.find((match) => match?.[1] === id && /^syntax error|^unexpected EOF/.test(match[3]!));
  const found = syntax ?? last;
  if (!found || (found[1] !== id && found[1] !== "environment")) return null;
  const line = Number(found[2]);
  return {message: found[3]!.slice(0, 300), place: found[1] === id && line >= 1 && line <= lines.length ? {line, column: null} : null};
}

function meaning(exit: number): readonly string[] {
  if (exit === 141)
    return [
      "141: SIGPIPE: a command was still writing when the reader of its pipe (head, grep -q) had ended; pipefail makes that the status of the cell"
    ];
  if (exit === 126) return ["126: the command was found but cannot be executed"];
  if (exit === 127) return ["127: the command was not found"];
  const signal = Object.entries(constants.signals).find(([, number]) => number === exit - 128)?.[0];
  return signal ? [`${exit}: a command was ended by ${signal}`] : [];
}

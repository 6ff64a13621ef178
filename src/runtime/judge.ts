/** How an attempt came out: the kind's own promise, then the document's, then what it captures; all of them, or it has not passed. */
import type {AttemptFacts, Scope} from "../expression/index.ts";
import {evaluate, toText, truth} from "../expression/index.ts";
import type {Outcome} from "../model/event.ts";
import type {AnyKind, Finish} from "../model/kind.ts";
import type {Capture, Cell} from "../model/runbook.ts";
import {shortestSecretInput} from "./inputs.ts";
import type {Redactor} from "./redact.ts";
import {describeActual, describeFailure} from "./scope.ts";

export interface Judgement {
  readonly outcome: Outcome;
  readonly checks: readonly {readonly index: number; readonly met: boolean; readonly actual: string}[];
  readonly captured: readonly Captured[]; // all of them, or none
}
export interface Captured {
  readonly capture: Capture;
  readonly value: string;
}

export function judge(cell: Cell, kind: AnyKind, finish: Finish, scope: Scope, redactor: Redactor): Judgement {
  if (finish.lost !== null) return {outcome: {type: "lost", message: finish.lost}, checks: [], captured: []};
  const neverBegan = finish.error !== null && finish[kind.judge] === null && finish.signal === null;
  // Promises of what never began would only bury the reason.
  const checks = (neverBegan ? [] : cell.expectations).map(({that: {source}}, index) => ({index, ...check(source, scope, redactor)}));
  const failed = (message: string): Judgement => ({outcome: {type: "failed", message, place: null}, checks, captured: []});
  if (finish.error !== null && !isExpected(cell, kind, finish))
    return {outcome: {type: "failed", message: finish.error.message, place: finish.error.place}, checks, captured: []};
  const unmet = checks.find(({met}) => !met);
  if (unmet) return failed(`expected ${cell.expectations[unmet.index]!.that.source}; found ${unmet.actual}`);
  const captured: Captured[] = [];
  for (const capture of cell.captures) {
    const read = readCapture(capture, scope, redactor);
    if (read.type === "refused") return failed(`${capture.name} was not captured: ${read.message}`);
    captured.push({capture, value: read.value});
  }
  return {outcome: {type: "passed"}, checks, captured};
}

/** The value of a capture, or why there is none. */
export function readCapture(
  capture: Capture,
  scope: Scope,
  redactor: Redactor
): {readonly type: "read"; readonly value: string} | {readonly type: "refused"; readonly message: string} {
  let value: string;
  const read = (scope: Scope): string =>
    capture.value === null ? readDefault(scope.attempt) : toText(evaluate(capture.value.source, scope));
  try {
    value = read(scope);
  } catch (error) {
    const message = capture.value === null ? messageOf(error) : describeFailure(redactor, read, scope, error);
    return {type: "refused", message: `${capture.value?.source ?? "its output"}: ${message}`};
  }
  const source = capture.value?.source ?? "what it printed";
  if (value === "" && !capture.optional) return {type: "refused", message: `${source} is empty; say "optional" if it may be`};
  if (value.includes("\0")) return {type: "refused", message: `${source} holds a NUL`};
  const bytes = Buffer.byteLength(value);
  if (bytes > mostBytes) return {type: "refused", message: `${source} is ${bytes} bytes; a variable holds at most ${mostBytes}`};
  if (capture.secret && value !== "" && value.length < shortestSecretInput)
    return {
      type: "refused",
      message: `a secret of ${value.length} characters cannot be kept out of the record; it needs ${shortestSecretInput}`
    };
  return {type: "read", value};
}

const mostBytes = 64 * 1024;

/** A cell can promise that something fails; what never came to an exit or an SQLSTATE is no such failure. */
function isExpected(cell: Cell, kind: AnyKind, finish: Finish): boolean {
  if (cell.options.ready !== null) return false; // it promised a line
  return finish[kind.judge] !== null && cell.expectations.some(({that: {reads}}) => reads.includes(kind.judge));
}

function check(source: string, scope: Scope, redactor: Redactor): {readonly met: boolean; readonly actual: string} {
  const read = (scope: Scope): boolean => truth(evaluate(source, scope));
  try {
    return {met: read(scope), actual: describeActual(redactor, source, scope)};
  } catch (error) {
    return {met: false, actual: describeFailure(redactor, read, scope, error)};
  }
}

/** The first value of the first row of the last table, else the trimmed standard output. */
function readDefault(attempt: AttemptFacts | null): string {
  const table = attempt?.tables.at(-1);
  if (table) {
    if (table.rows.length === 0 && table.total > 0) throw new Error(`${table.total} rows are not in memory`);
    return table.rows[0]?.[0] ?? "";
  }
  if (!attempt) return "";
  if (attempt.stdout.type === "cut") throw new Error(attempt.stdout.message);
  return attempt.stdout.value.trim();
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

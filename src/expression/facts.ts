import type {Table} from "../model/event.ts";
import {ExpressionError} from "./error.ts";
import type {AttemptFacts, Held} from "./scope.ts";
import {readRows, readSqlValue} from "./sql-value.ts";
import type {Duration, Value} from "./value.ts";
import {fromMs} from "./value.ts";

/** The names that an expression may read of an attempt, with their CEL types. */
export const FACTS = {
  exit: "int",
  stdout: "string",
  stderr: "string",
  lines: "list<string>",
  rows: "list<map<string, dyn>>",
  row_count: "int",
  value: "dyn",
  sqlstate: "string",
  notices: "list<map<string, dyn>>",
  bytes: "int",
  duration: "google.protobuf.Duration"
} as const;
export type FactName = keyof typeof FACTS;

/** Raised by reading what is not all in memory. Remembered, because `||` would swallow it and promise on what was cut off. */
export class CutError extends ExpressionError {
  override name = "CutError";
}

export function readFact(attempt: AttemptFacts, name: FactName): Value {
  switch (name) {
    case "exit":
      return known(attempt.exit, "exit", "the attempt has no exit status: a signal ended it, or it is no shell cell");
    case "stdout":
      return whole(attempt.stdout);
    case "stderr":
      return whole(attempt.stderr);
    case "lines":
      return toLines(whole(attempt.stdout));
    case "rows":
      return readRows(allRows(lastTable(attempt, name)));
    case "row_count":
      return known(attempt.rowCount, "row_count", "the attempt counted no rows");
    case "value":
      // What a capture without a value takes: of a shell its trimmed output, of SQL the first value.
      return attempt.tables.length === 0 && attempt.exit !== null ? whole(attempt.stdout).trim() : firstValue(lastTable(attempt, name));
    case "sqlstate":
      // PostgreSQL's own word for a successful completion.
      return attempt.sqlstate ?? (attempt.exit === null ? "00000" : absent("sqlstate", "a shell cell has none"));
    case "notices":
      return attempt.notices.map(
        ({severity, sqlstate, message, detail, hint}) => new Map<string, Value>(Object.entries({severity, sqlstate, message, detail, hint}))
      );
    case "bytes":
      return BigInt(attempt.bytes);
    default:
      return fromMs(attempt.durationMs) satisfies Duration;
  }
}

const absent = (name: string, why: string): never => {
  throw new ExpressionError(`no ${name}: ${why}`);
};

function known(count: number | null, name: string, why: string): bigint {
  return count === null ? absent(name, why) : BigInt(count);
}

function whole(held: Held<string>): string {
  if (held.type === "cut") throw new CutError(held.message);
  return held.value;
}

function toLines(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

const lastTable = ({tables}: AttemptFacts, name: string): Table => tables.at(-1) ?? absent(name, "the attempt returned no rows");

function allRows(table: Table): Table {
  if (table.rows.length < table.total)
    throw new CutError(`rows: only ${table.rows.length} of ${table.total} rows were kept; raise max-rows, or count in SQL`);
  return table;
}

function firstValue(table: Table): Value {
  const [row] = table.rows;
  const [column] = table.columns;
  if (!row || !column) return absent("value", "the last statement returned no rows");
  return readSqlValue(row[0] ?? null, column);
}

import type {Column, Table} from "../model/event.ts";
import {parseJson} from "./json.ts";
import {Numeric} from "./numeric.ts";
import {parseTimestamp} from "./time.ts";
import type {Value} from "./value.ts";
import {fromNanos} from "./value.ts";

/** PostgreSQL's text of a value, typed by its column; what no type here can hold exactly stays text. */
export function readSqlValue(text: string | null, {type}: Column): Value {
  if (text === null) return null;
  switch (type) {
    case "int2":
    case "int4":
    case "int8":
      return BigInt(text);
    case "float4":
    case "float8":
      return Number(text);
    case "numeric":
      return Numeric.parse(text) ?? Number(text);
    case "bool":
      return text === "t" || text === "true";
    case "timestamptz":
      return parseTimestamp(text) ?? text;
    case "interval":
      return readInterval(text) ?? text;
    case "json":
    case "jsonb":
      return parseJson(text);
    default:
      return text;
  }
}

const read = new WeakMap<Table, readonly ReadonlyMap<string, Value>[]>();

/** The kept rows, each a map from column name to value. */
export function readRows(table: Table): readonly ReadonlyMap<string, Value>[] {
  const known = read.get(table);
  if (known) return known;
  const rows = table.rows.map(
    (row) => new Map(table.columns.map((column, place) => [column.name, readSqlValue(row[place] ?? null, column)]))
  );
  read.set(table, rows);
  return rows;
}

/** `1 day -02:03:04.5`, in days of 24 hours; null with months or years, whose length nobody knows. */
function readInterval(text: string): Value | null {
  const found = /^(?:([+-]?\d+) days?)?(?:(?:^| )([+-]?)(\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(text);
  if (!found || text === "") return null;
  const [, days = "0", sign, hours = "0", minutes = "0", seconds = "0", micros = "0"] = found;
  const clock = ((BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds)) * 1_000_000_000n + BigInt(micros.padEnd(9, "0"));
  return fromNanos(BigInt(days) * 86_400_000_000_000n + (sign === "-" ? -clock : clock));
}

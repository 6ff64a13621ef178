/** What of a table can be drawn: a first column of times or numbers that only grow, and numbers beside it. */
import type {Column, Table} from "../model/event.ts";
import {isNumeric} from "../model/kind.ts";

export interface Series {
  readonly isTime: boolean; // then `x` is in seconds since 1970
  readonly x: readonly number[];
  readonly lines: readonly {readonly name: string; readonly values: readonly (number | null)[]}[];
}

const fewest = 3;
const mostLines = 8;

export function readSeries({columns, rows}: Pick<Table, "columns" | "rows">): Series | null {
  const [first, ...others] = columns;
  if (!first || others.length === 0 || others.length > mostLines || rows.length < fewest || !others.every(isNumeric)) return null;
  const isTime = isTemporal(first);
  if (!isTime && !isNumeric(first)) return null;
  const x = rows.map(([value]) => (value == null ? Number.NaN : isTime ? readTime(value) / 1000 : Number(value)));
  if (!x.every((value, place) => Number.isFinite(value) && (place === 0 || value > x[place - 1]!))) return null;
  const lines = others.map(({name}, place) => ({name, values: rows.map((row) => readNumber(row[place + 1] ?? null))}));
  return lines.some(({values}) => values.some((value) => value !== null)) ? {isTime, x, lines} : null;
}

const isTemporal = ({type}: Column): boolean => type === "timestamptz" || type === "timestamp" || type === "date";

function readNumber(text: string | null): number | null {
  const value = text === null ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** PostgreSQL's ISO form: `2026-01-31 14:30:00.123456+00`; what has no zone is taken as UTC. */
function readTime(text: string): number {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?))?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text);
  if (!found) return Number.NaN;
  const [, day, time = "00:00:00", zone = "Z"] = found;
  return Date.parse(`${day}T${time}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`);
}

import {ExpressionError} from "./error.ts";

const exact = new WeakMap<Date, string>();

/**
 * An instant from ISO 8601 or PostgreSQL's text, `2026-01-31 14:30:00.123456+00`. The instant has milliseconds; the text it came
 * from is remembered, so that capturing it loses no microsecond. Null if it is none, or has no zone.
 */
export function parseTimestamp(text: string): Date | null {
  const found = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i.exec(text.trim());
  if (!found) return null;
  const zone = toZone(found[4]!);
  const seconds = found[3] ?? ":00";
  const date = new Date(`${found[1]}T${found[2]}${seconds.slice(0, 7)}${zone}`);
  // Date rolls 31 February over into March.
  if (Number.isNaN(date.getTime()) || Number(found[1]!.slice(8)) > daysIn(found[1]!)) return null;
  exact.set(date, `${found[1]}T${found[2]}${seconds}${zone}`);
  return date;
}

/** ISO 8601 with all the digits it came with. */
export const formatTimestamp = (date: Date): string => {
  if (Number.isNaN(date.getTime())) throw new ExpressionError("no time that exists");
  return exact.get(date) ?? date.toISOString();
};

function toZone(zone: string): string {
  if (/^(Z|UTC|GMT|[+-]00(:?00)?)$/i.test(zone)) return "Z";
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

const daysIn = (day: string): number => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();

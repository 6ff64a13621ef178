import type {Table} from "../model/event.ts";
import {isNumeric} from "../model/kind.ts";

/**
 * The rows as CSV (RFC 4180); NULL is nothing, an empty text is `""`. `exact` keeps every value as the server wrote it. Otherwise what
 * a spreadsheet would take for a formula begins with `'`, so that it is shown and not calculated; numbers stay numbers.
 */
export function toCsv({columns, rows}: Pick<Table, "columns" | "rows">, {exact}: {exact: boolean}): string {
  const guard = (value: string, numeric: boolean): string => (exact || (numeric && isNumber(value)) ? value : disarm(value));
  const numeric = columns.map(isNumeric);
  const lines = [
    columns.map(({name}) => quote(guard(name, false))),
    ...rows.map((row) => row.map((value, place) => (value === null ? "" : quote(guard(value, numeric[place] ?? false)))))
  ];
  return lines.map((fields) => `${fields.join(",")}\r\n`).join("");
}

const isNumber = (value: string): boolean => /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value);

/** Spreadsheets calculate what begins so, some also after spaces, and in any line of a field. */
const disarm = (value: string): string => (/^\s*[=+\-@\t\r＝＋－＠]/.test(value) || /[\r\n]\s*[=+\-@]/.test(value) ? `'${value}` : value);

const quote = (value: string): string => (value === "" || /[",;\r\n\t]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

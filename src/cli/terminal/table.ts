import type {Table} from "../../model/event.ts";
import {isNumeric} from "../../model/kind.ts";
import {count} from "./amounts.ts";
import type {Paint} from "./paint.ts";
import {toTerminalLine, widthOf} from "./sanitize.ts";

const WIDEST = 60;

/** A table as lines: at most `most` rows, and what is not shown is said. */
export function tableLines(table: Table, paint: Paint, {most}: {most: number}): readonly string[] {
  const shown = table.rows.slice(0, most).map((row) => row.map(toCell));
  const heads = table.columns.map(({name}) => toCell(name));
  const widths = heads.map((head, column) => Math.max(widthOf(head), ...shown.map((row) => widthOf(row[column] ?? ""))));
  const numeric = table.columns.map(isNumeric);
  const line = (cells: readonly string[], row: readonly (string | null)[]): string =>
    cells
      .map((cell, column) => faint(pad(cell, widths[column]!, numeric[column]!), row[column] === null))
      .join("  ")
      .trimEnd();
  const faint = (text: string, yes: boolean): string => (yes ? paint.dim(text) : text);
  const missing = table.total - shown.length;
  return [
    ...(heads.length > 0 ? [paint.bold(line(heads, [])), paint.dim(widths.map((width) => "─".repeat(width)).join("  "))] : []),
    ...shown.map((cells, row) => line(cells, table.rows[row]!)),
    paint.dim(missing > 0 ? `(${count(table.total, "row")}; ${missing} not shown)` : `(${count(table.total, "row")})`)
  ];
}

function toCell(value: string | null): string {
  if (value === null) return "NULL";
  const line = toTerminalLine(value.replaceAll("\r", "␍").replaceAll("\n", "↵"), {colour: false});
  return widthOf(line) > WIDEST ? `${[...line].slice(0, WIDEST - 1).join("")}…` : line;
}

function pad(text: string, width: number, right: boolean): string {
  const gap = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? gap + text : text + gap;
}

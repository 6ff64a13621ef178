/** Which rows of a table are shown, and in which order. */
import type {Column, Table} from "../model/event.ts";
import {isNumeric} from "../model/kind.ts";

export interface Sorting {
  readonly column: number;
  readonly down: boolean;
}
type Row = Table["rows"][number];

/** The places of the rows that hold the text, as they were sorted; rows that are alike keep their order, NULL comes last. */
export function orderRows({columns, rows}: Pick<Table, "columns" | "rows">, filter: string, sorting: Sorting | null): readonly number[] {
  const sought = filter.trim().toLowerCase();
  const places = [...rows.keys()].filter((place) => sought === "" || rows[place]!.some((value) => value?.toLowerCase().includes(sought)));
  if (sorting === null) return places;
  const {column, down} = sorting;
  const compare = isNumeric(columns[column]!) ? compareNumbers : compareTexts;
  const at = (row: Row): string | null => row[column] ?? null;
  return places.sort((one, other) => {
    const [a, b] = [at(rows[one]!), at(rows[other]!)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return down ? compare(b, a) : compare(a, b);
  });
}

/** Pressed again, a column is sorted the other way, then not at all. */
export function nextSorting(sorting: Sorting | null, column: number): Sorting | null {
  if (sorting?.column !== column) return {column, down: false};
  return sorting.down ? null : {column, down: true};
}

export const sideOf = (column: Column): string => (isNumeric(column) ? "is-number" : "");

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whole numbers of any length exactly, others as near as a double is; what is no number (NaN, money) after all numbers. */
function compareNumbers(a: string, b: string): number {
  if (/^-?\d+$/.test(a) && /^-?\d+$/.test(b)) {
    const difference = BigInt(a) - BigInt(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  const [one, other] = [toNumber(a), toNumber(b)];
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number.isNaN(one) && Number.isNaN(other) ? compareTexts(a, b) : Number.isNaN(one) ? 1 : -1;
  return one < other ? -1 : one > other ? 1 : 0;
}

const toNumber = (text: string): number => Number(text.replace(/^(-?)Infinity$/, "$1Infinity").replace(/[$€£,]/g, ""));

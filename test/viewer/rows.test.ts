import {expect, test} from "vitest";

import type {Column} from "../../src/model/event.ts";
import {toCsv} from "../../src/viewer/csv.ts";
import {nextSorting, orderRows} from "../../src/viewer/row-order.ts";
import {readSeries} from "../../src/viewer/series.ts";

const columns = (...named: readonly string[]): readonly Column[] =>
  named.map((one) => ({name: one.split(":")[0]!, type: one.split(":")[1] ?? "text"}));

test("CSV for a spreadsheet calculates nothing that was only text, and keeps numbers numbers", () => {
  const rows = [
    ["-5", "=1+1"],
    ["1e3", "+cmd|' /C calc'!A0"],
    ["NaN", "-2+3"],
    ["0", "@SUM(A1)"],
    ["1", "  =late"],
    ["2", "first\n=second"],
    ["3", "\t=tab"],
    ["4", "＝wide"],
    ["5", 'a "quoted", one'],
    ["6", ""],
    ["7", null]
  ];
  expect(toCsv({columns: columns("n:float8", "=name"), rows}, {exact: false}).split("\r\n")).toEqual([
    "n,'=name",
    "-5,'=1+1",
    "1e3,'+cmd|' /C calc'!A0",
    "NaN,'-2+3",
    "0,'@SUM(A1)",
    "1,'  =late",
    '2,"\'first\n=second"',
    '3,"\'\t=tab"',
    "4,'＝wide",
    '5,"a ""quoted"", one"',
    '6,""',
    "7,",
    ""
  ]);
});

test("exact CSV is what the server wrote, and NULL is no empty text", () => {
  const rows = [
    ["=1+1", " space "],
    ["12345678901234567890.10", null],
    ["", "ü\r\n"]
  ].map((row) => row as (string | null)[]);
  expect(toCsv({columns: columns("a", "b"), rows}, {exact: true})).toBe(
    'a,b\r\n=1+1," space "\r\n12345678901234567890.10,\r\n"","ü\r\n"\r\n'
  );
});

test("rows are sorted by what they mean: numbers of any length exactly, NULL last either way", () => {
  const rows = [
    ["9007199254740993", "b"],
    [null, "a"],
    ["9007199254740992", null],
    ["-1", "B"],
    ["10", "b"]
  ];
  const order = (column: number, down: boolean): readonly (string | null)[] =>
    orderRows({columns: columns("n:int8", "t"), rows}, "", {column, down}).map((place) => rows[place]![column]!);
  expect(order(0, false)).toEqual(["-1", "10", "9007199254740992", "9007199254740993", null]);
  expect(order(0, true)).toEqual(["9007199254740993", "9007199254740992", "10", "-1", null]);
  expect(order(1, false)).toEqual(["B", "a", "b", "b", null]);
  const money = [["$1,200.50"], ["-$3.00"], ["$9.00"]];
  expect(orderRows({columns: columns("m:money"), rows: money}, "", {column: 0, down: false})).toEqual([1, 2, 0]);
});

test("a filter keeps the rows that hold its text, and a column is sorted up, down, and not at all", () => {
  const rows = [
    ["Ada", "x"],
    ["Grace", null],
    ["ada lovelace", "y"]
  ];
  expect(orderRows({columns: columns("a", "b"), rows}, "ADA ", null)).toEqual([0, 2]);
  const [up, down] = [nextSorting(null, 1), nextSorting({column: 1, down: false}, 1)];
  expect([up, down, nextSorting(down, 1), nextSorting(down, 0)]).toEqual([
    {column: 1, down: false},
    {column: 1, down: true},
    null,
    {column: 0, down: false}
  ]);
});

test("a table is drawn when its first column only grows and the others are numbers", () => {
  const times = columns("t:timestamptz", "n:int8", "m:numeric");
  const series = readSeries({
    columns: times,
    rows: [
      ["2026-01-31 14:00:00+00", "1", "0.5"],
      ["2026-01-31 15:00:00+01", null, "NaN"],
      ["2026-01-31 16:00:00+01:00", "3", "1"]
    ]
  });
  expect(series).toBeNull(); // 15:00 in the next zone is 14:00 here
  const drawn = readSeries({
    columns: times,
    rows: [
      ["2026-01-31 14:00:00+00", "1", "0.5"],
      ["2026-01-31 16:00:00.5+01", null, "NaN"],
      ["2026-01-31 16:00:00+00", "3", "1"]
    ]
  });
  expect(drawn?.x).toEqual([1769868000, 1769871600.5, 1769875200]);
  expect(drawn?.lines).toEqual([
    {name: "n", values: [1, null, 3]},
    {name: "m", values: [0.5, null, 1]}
  ]);
  const rows = [
    ["1", "2"],
    ["2", "3"],
    ["3", "4"]
  ];
  expect(readSeries({columns: columns("a:int4", "b:int4"), rows})?.isTime).toBe(false);
  expect(readSeries({columns: columns("a:int4", "b"), rows})).toBeNull();
  expect(readSeries({columns: columns("a", "b:int4"), rows})).toBeNull();
  expect(readSeries({columns: columns("a:int4"), rows})).toBeNull();
  expect(readSeries({columns: columns("a:int4", "b:int4"), rows: rows.slice(1)})).toBeNull();
  expect(readSeries({columns: columns("a:int4", "b:int4"), rows: [...rows, ["3", "5"]]})).toBeNull();
});

import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {formatDuration, parseDuration} from "../../src/expression/duration.ts";
import {parseJson} from "../../src/expression/json.ts";
import {Numeric} from "../../src/expression/numeric.ts";
import {parseTimestamp} from "../../src/expression/time.ts";
import {toText} from "../../src/expression/value.ts";

const numeric = fc
  .record({digits: fc.bigInt({min: -(10n ** 40n), max: 10n ** 40n}), scale: fc.nat(30)})
  .map(({digits, scale}) => new Numeric(digits, scale));

describe("numeric", () => {
  test("is what its text says", () => {
    fc.assert(fc.property(numeric, (value) => void expect(Numeric.parse(value.toString())!.compare(value)).toBe(0)));
    expect(["1.10", "-0.05", "1e3", "1.5e-3", ".5", "5."].map((text) => Numeric.parse(text)?.toString())).toEqual([
      "1.10",
      "-0.05",
      "1000",
      "0.0015",
      "0.5",
      "5"
    ]);
    expect(["", ".", "NaN", "1,5", "0x1f", "1e9999999", "--1"].map((text) => Numeric.parse(text))).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      null
    ]);
  });

  test("reckons exactly", () => {
    fc.assert(
      fc.property(numeric, numeric, (a, b) => {
        expect(a.plus(b).minus(b).compare(a)).toBe(0);
        expect(a.times(b).compare(b.times(a))).toBe(0);
        expect(a.compare(b) + b.compare(a)).toBe(0);
        if (b.digits === 0n) return;
        // Rounded at a digit, so off by at most half a unit there.
        const quotient = a.dividedBy(b);
        const off = quotient.times(b).minus(a);
        const half = new Numeric(5n, quotient.scale + 1).times(b);
        expect(
          new Numeric(off.digits < 0n ? -off.digits : off.digits, off.scale).compare(
            new Numeric(half.digits < 0n ? -half.digits : half.digits, half.scale)
          )
        ).toBeLessThanOrEqual(0);
      })
    );
  });

  test("reads a double as it is written", () => {
    fc.assert(fc.property(fc.double({noNaN: true, noDefaultInfinity: true}), (value) => Numeric.from(value).toNumber() === value));
  });
});

test("JSON comes back as it was, numbers included", () => {
  fc.assert(fc.property(fc.json(), (text) => void expect(JSON.parse(toText([parseJson(text)]))).toEqual([JSON.parse(text)])));
  for (const number of ["12345678901234567890", "0.1", "1e400", "-0.30000000000000000000000001"])
    expect(Numeric.parse(toText([parseJson(number)]).slice(1, -1))!.compare(Numeric.parse(number)!)).toBe(0);
  for (const wrong of ["", "{", "[1,]", '{"a":1,}', "01", "nul", '"\n"', "[1] 2", "{a:1}", '"\\x"', "[1 2]", "+1"])
    expect(() => parseJson(wrong), wrong).toThrow("no JSON");
  expect(() => parseJson("[".repeat(100_000))).toThrow("nested more than 500 deep");
});

test("a duration is read as it is written", () => {
  fc.assert(
    fc.property(
      fc.integer({min: -(10 ** 12), max: 10 ** 12}),
      (ms) => void expect(parseDuration(formatDuration(ms))).toBe(ms === 0 ? 0 : ms)
    )
  );
  expect(["1h30m", "1.5h", "2d", "250ms", "-5m"].map(parseDuration)).toEqual([5_400_000, 5_400_000, 172_800_000, 250, -300_000]);
  expect(["", "5", "5 m", "m", "1w", "1h-5m"].map(parseDuration)).toEqual([null, null, null, null, null, null]);
});

test("a time needs a zone, and must exist", () => {
  expect(
    ["2026-01-31T14:30Z", "2026-01-31 14:30:00.123456+05:30", "2026-01-31 14:30:00 UTC", "2024-02-29 00:00:00-08"].map((text) =>
      parseTimestamp(text)?.toISOString()
    )
  ).toEqual(["2026-01-31T14:30:00.000Z", "2026-01-31T09:00:00.123Z", "2026-01-31T14:30:00.000Z", "2024-02-29T08:00:00.000Z"]);
  expect(
    ["2026-01-31 14:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "yesterday", "infinity"].map(
      parseTimestamp
    )
  ).toEqual([null, null, null, null, null, null]);
});

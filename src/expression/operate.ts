import {parseDuration} from "./duration.ts";
import {ExpressionError} from "./error.ts";
import {Numeric} from "./numeric.ts";
import {parseTimestamp} from "./time.ts";
import type {Duration, KindName} from "./value.ts";
import {fromMs, fromNanos, kindOf, show, toNanos, toNumber, type Value} from "./value.ts";

export type Operator = "==" | "!=" | "in" | "+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">=";
export const OPERATORS: ReadonlySet<string> = new Set<Operator>(["==", "!=", "in", "+", "-", "*", "/", "%", "<", "<=", ">", ">="]);

/** Sides that are `vars.NAME` or `shell.NAME`: text that is read as a number, time or truth value when it stands beside one. */
export interface Pliable {
  readonly left: boolean;
  readonly right: boolean;
}

/** The binary operators, where the library would give a silent answer or a wrong one; `otherwise` is the library's own. */
export function operate(
  operator: Operator,
  left: Value,
  right: Value,
  pliable: Pliable,
  otherwise: (left: Value, right: Value) => Value
): Value {
  if (operator === "in") return kindOf(right) === "list" ? isIn(left, right as Iterable<Value>, pliable.left) : otherwise(left, right);
  const [a, b] = bend(left, right, pliable, operator);
  switch (operator) {
    case "==":
      return equals(a, b);
    case "!=":
      return !equals(a, b);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(operator, a, b) ?? otherwise(a, b);
    default:
      return reckon(operator, a, b) ?? otherwise(a, b);
  }
}

function isIn(item: Value, list: Iterable<Value>, pliable: boolean): boolean {
  for (const other of list) {
    const [a, b] = bend(item, other, {left: pliable, right: false}, "==");
    if (equals(a, b)) return true;
  }
  return false;
}

/** Across kinds there is no answer: text "3" is neither equal to the number 3 nor different from it. Null is equal to null alone. */
export function equals(a: Value, b: Value): boolean {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (left === "null" || right === "null") return left === right;
  if (left !== right) throw new ExpressionError(`cannot compare ${left} ${show(a, 60)} with ${right} ${show(b, 60)}${advice(left, right)}`);
  switch (left) {
    case "number":
      return compareNumbers(a, b) === 0;
    case "timestamp":
      return (a as Date).getTime() === (b as Date).getTime();
    case "duration":
      return toNanos(a as Duration) === toNanos(b as Duration);
    case "list":
      return sameLists([...(a as Iterable<Value>)], [...(b as Iterable<Value>)]);
    case "map":
      return sameMaps(entriesOf(a), entriesOf(b));
    case "bytes":
      return sameLists([...(a as Uint8Array)], [...(b as Uint8Array)]);
    default:
      return a === b;
  }
}

const sameLists = (a: readonly Value[], b: readonly Value[]): boolean =>
  a.length === b.length && a.every((item, place) => equals(item, b[place]!));
const entriesOf = (map: Value): ReadonlyMap<unknown, Value> => (map instanceof Map ? map : new Map(Object.entries(map as object)));
const sameMaps = (a: ReadonlyMap<unknown, Value>, b: ReadonlyMap<unknown, Value>): boolean =>
  a.size === b.size && [...a].every(([key, held]) => b.has(key) && equals(held, b.get(key)!));

function advice(left: KindName, right: KindName): string {
  if (left !== "text" && right !== "text") return "";
  const other = left === "text" ? right : left;
  const cast: Partial<Record<KindName, string>> = {
    number: "int(…) or double(…)",
    timestamp: "timestamp(…)",
    duration: "duration(…)",
    bool: "bool(…)"
  };
  return cast[other] ? `; convert the text by ${cast[other]}` : "";
}

/** Undefined for NaN, which has no order. */
export function compareNumbers(left: Value, right: Value): number | undefined {
  const [a, b] = [toNumber(left), toNumber(right)];
  if (!(a instanceof Numeric) && !(b instanceof Numeric))
    return a < b ? -1 : a > b ? 1 : Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? undefined : 0;
  for (const [value, sign] of [
    [a, 1],
    [b, -1]
  ] as const) {
    if (typeof value !== "number" || Number.isFinite(value)) continue;
    return Number.isNaN(value) ? undefined : value > 0 ? sign : -sign;
  }
  return Numeric.from(a).compare(Numeric.from(b));
}

function ordered(operator: Operator, a: Value, b: Value): boolean | null {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (left !== right || (left !== "number" && left !== "duration")) return null;
  const order = left === "number" ? compareNumbers(a, b) : Number(toNanos(a as Duration) - toNanos(b as Duration));
  if (order === undefined) return false;
  return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
}

function reckon(operator: Operator, a: Value, b: Value): Value | null {
  if (kindOf(a) === "duration" && kindOf(b) === "duration" && (operator === "+" || operator === "-")) {
    const other = toNanos(b as Duration);
    return fromNanos(toNanos(a as Duration) + (operator === "+" ? other : -other));
  }
  if (!(a instanceof Numeric || b instanceof Numeric) || kindOf(a) !== "number" || kindOf(b) !== "number") return null;
  const [left, right] = [Numeric.from(toNumber(a)), Numeric.from(toNumber(b))];
  switch (operator) {
    case "+":
      return left.plus(right);
    case "-":
      return left.minus(right);
    case "*":
      return left.times(right);
    case "/":
      return left.dividedBy(right);
    default:
      throw new ExpressionError("numeric has no %; convert by int(…)");
  }
}

/** Reads a pliable text as what stands beside it. Two of them are text, except where only numbers or times make sense. */
function bend(left: Value, right: Value, pliable: Pliable, operator: Operator): readonly [Value, Value] {
  const texts = typeof left === "string" && typeof right === "string";
  if (texts && pliable.left && pliable.right && operator !== "==" && operator !== "!=" && operator !== "+") return bendBoth(left, right);
  if (pliable.left && typeof left === "string" && !texts) return [readAs(left, kindOf(right)), right];
  if (pliable.right && typeof right === "string" && !texts) return [left, readAs(right, kindOf(left))];
  // A time moved by a variable: `now - vars.LOST_AT` is between times, `now - vars.LAG` moves by a duration.
  return [left, right];
}

function bendBoth(left: string, right: string): readonly [Value, Value] {
  for (const read of [toNumeric, parseTimestamp, toDuration]) {
    const [a, b] = [read(left), read(right)];
    if (a !== null && b !== null) return [a, b];
  }
  const [time, length] = [parseTimestamp(left), toDuration(right)];
  if (time !== null && length !== null) return [time, length];
  throw new ExpressionError(`${show(left, 60)} and ${show(right, 60)} are not both numbers, times or durations`);
}

function readAs(text: string, kind: KindName): Value {
  switch (kind) {
    case "number":
      return toNumeric(text) ?? refuse(text, "a number");
    case "timestamp":
      return parseTimestamp(text) ?? toDuration(text) ?? refuse(text, "a time with its zone");
    case "duration":
      return toDuration(text) ?? parseTimestamp(text) ?? refuse(text, "a duration");
    case "bool":
      return /^(true|t)$/i.test(text.trim()) ? true : /^(false|f)$/i.test(text.trim()) ? false : refuse(text, "true or false");
    default:
      return text;
  }
}

function refuse(text: string, wanted: string): never {
  throw new ExpressionError(`${show(text, 60)} is not ${wanted}`);
}

function toNumeric(text: string): Value | null {
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) {
    const whole = BigInt(trimmed.replace(/^\+/, ""));
    return BigInt.asIntN(64, whole) === whole ? whole : new Numeric(whole, 0);
  }
  return Numeric.parse(trimmed);
}

export function toDuration(text: string): Value | null {
  const ms = parseDuration(text);
  return ms === null ? null : fromMs(ms);
}

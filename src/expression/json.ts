import {ExpressionError} from "./error.ts";
import {Numeric} from "./numeric.ts";
import type {Value} from "./value.ts";

const DEEPEST = 500;
const TOKEN = /[\s]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** JSON with its numbers as they are written: whole ones as int, and a numeric where a double would change it. Keys twice: the last counts. */
export function parseJson(text: string): Value {
  const reader = new RegExp(TOKEN);
  let [punctuation, string, number, word] = next();
  const value = read(0);
  if (punctuation !== undefined || string !== undefined || number !== undefined || word !== undefined || text.slice(place()).trim() !== "")
    refuse();
  return value;

  function read(depth: number): Value {
    if (depth > DEEPEST) throw new ExpressionError(`this JSON is nested more than ${DEEPEST} deep`);
    if (punctuation === "{") return readMap(depth);
    if (punctuation === "[") return readList(depth);
    let scalar: Value;
    if (string !== undefined) scalar = readString(string);
    else if (number !== undefined) scalar = readNumber(number);
    else if (word !== undefined) scalar = word === "null" ? null : word === "true";
    else return refuse();
    advance();
    return scalar;
  }

  function readMap(depth: number): Value {
    const map = new Map<string, Value>();
    advance();
    while (punctuation !== "}") {
      if (string === undefined) refuse();
      const key = readString(string as string);
      advance();
      if (punctuation !== ":") refuse();
      advance();
      map.set(key, read(depth + 1));
      if (!separated("}")) break;
    }
    advance();
    return map;
  }

  function readList(depth: number): Value {
    const list: Value[] = [];
    advance();
    while (punctuation !== "]") {
      list.push(read(depth + 1));
      if (!separated("]")) break;
    }
    advance();
    return list;
  }

  /** After a comma another item must come; without one, the end. */
  function separated(end: string): boolean {
    if (punctuation === end) return false;
    if (punctuation !== ",") refuse();
    advance();
    if (punctuation === end) refuse();
    return true;
  }

  function readString(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return refuse();
    }
  }

  function place(): number {
    return reader.lastIndex;
  }

  function advance(): void {
    [punctuation, string, number, word] = next();
  }

  function next(): readonly (string | undefined)[] {
    const from = reader.lastIndex;
    const found = reader.exec(text);
    if (found) return found.slice(1);
    reader.lastIndex = from;
    return [];
  }

  function refuse(): never {
    throw new ExpressionError(`no JSON: ${text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text)}`);
  }
}

function readNumber(text: string): Value {
  if (/^-?\d+$/.test(text)) {
    const whole = BigInt(text);
    return BigInt.asIntN(64, whole) === whole ? whole : new Numeric(whole, 0);
  }
  const double = Number(text);
  const decimal = Numeric.parse(text);
  if (!decimal) throw new ExpressionError(`no number: ${text.slice(0, 60)}`);
  return Number.isFinite(double) && decimal.compare(Numeric.from(double)) === 0 ? double : decimal;
}

import {formatDuration} from "./duration.ts";
import {ExpressionError} from "./error.ts";
import {lazily} from "./lazily.ts";
import {Numeric} from "./numeric.ts";
import {formatTimestamp} from "./time.ts";

/** What an expression gives: text, int (bigint), double, numeric, bool, null, timestamp (Date), duration, list or map. */
export type Value = string | bigint | number | boolean | null | object;

/** A length of time with nanoseconds, as the library has it. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}
/** What parses and evaluates CEL. */
export const library = lazily<typeof import("@marcbachmann/cel-js")>("@marcbachmann/cel-js");

let found: DurationClass | undefined;
type DurationClass = new (seconds: bigint, nanos: number) => Duration;
/** The library does not give its class away, but what it makes. */
const durations = (): DurationClass => (found ??= (library().evaluate('duration("1s")') as object).constructor as DurationClass);

export const toNanos = ({seconds, nanos}: Duration): bigint => seconds * 1_000_000_000n + BigInt(nanos);
export const fromNanos = (nanos: bigint): Duration => new (durations())(nanos / 1_000_000_000n, Number(nanos % 1_000_000_000n));
export const fromMs = (ms: number): Duration => fromNanos(BigInt(Math.round(ms * 1000)) * 1000n);

export type KindName = "text" | "number" | "bool" | "null" | "timestamp" | "duration" | "list" | "map" | "bytes" | "type";

/** Values of one kind can be compared with each other. */
export function kindOf(value: unknown): KindName {
  if (value === null) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "bigint" || typeof value === "number" || value instanceof Numeric) return "number";
  if (typeof value === "boolean") return "bool";
  if (value instanceof Date) return "timestamp";
  if (value instanceof durations()) return "duration";
  if (Array.isArray(value) || value instanceof Set) return "list";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Map || (typeof value === "object" && (value.constructor === Object || value.constructor === undefined)))
    return "map";
  // The library's unsigned integers wrap a bigint.
  if (typeof value === "object" && typeof value.valueOf() === "bigint") return "number";
  return "type";
}

export const toNumber = (value: unknown): Numeric | number | bigint =>
  value instanceof Numeric || typeof value === "number" || typeof value === "bigint" ? value : ((value as object).valueOf() as bigint);

/** What a capture stores: the exact text of a scalar, timestamps in ISO 8601, durations like "90s", lists and maps as JSON. */
export function toText(value: Value): string {
  switch (kindOf(value)) {
    case "text":
      return value as string;
    case "null":
      throw new ExpressionError("the value is null; a capture needs text");
    case "timestamp":
      return formatTimestamp(value as Date);
    case "duration":
      return durationText(value as Duration);
    case "list":
    case "map":
      return toJson(value);
    case "bytes":
    case "type":
      throw new ExpressionError("only text, numbers, truth values, times, lists and maps can be captured");
    default:
      return String(value);
  }
}

/** The value as a literal that a person recognises: text quoted, the rest as it is. */
export function show(value: Value, longest = 200): string {
  const kind = kindOf(value);
  if (kind === "null") return "null";
  if (kind === "type" || kind === "bytes") return kind;
  const text = kind === "text" ? JSON.stringify((value as string).slice(0, longest + 1)) : toText(value);
  const length = kind === "text" ? (value as string).length : text.length;
  return length <= longest ? text : `${text.slice(0, longest)}… (${length} characters)`;
}

function durationText(duration: Duration): string {
  const nanos = toNanos(duration);
  if (nanos % 1_000_000n === 0n && nanos % 1_000_000_000n !== 0n) return formatDuration(Number(nanos / 1_000_000n));
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = size % 1_000_000_000n === 0n ? "" : `.${`${size % 1_000_000_000n}`.padStart(9, "0").replace(/0+$/, "")}`;
  return `${nanos < 0n ? "-" : ""}${size / 1_000_000_000n}${fraction}s`;
}

function toJson(value: Value): string {
  switch (kindOf(value)) {
    case "list":
      return `[${Array.from(value as Iterable<Value>, toJson).join(",")}]`;
    case "map": {
      const entries = value instanceof Map ? [...value] : Object.entries(value as object);
      return `{${entries.map(([key, held]) => `${JSON.stringify(String(key))}:${toJson(held as Value)}`).join(",")}}`;
    }
    case "null":
      return "null";
    case "number":
    case "bool":
      return String(value);
    default:
      return JSON.stringify(toText(value));
  }
}

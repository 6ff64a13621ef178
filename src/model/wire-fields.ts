/** Readers of untrusted values: each returns the value as its type, or throws a `FieldError` that names the place and what was found. */

export type Reader<T> = (value: unknown, at: string) => T;

/** An object with these fields; others are left out, so that a later format can add some. */
export function record<T>(fields: {readonly [K in keyof T]-?: Reader<T[K]>}): Reader<T> {
  const entries = Object.entries(fields) as [string, Reader<unknown>][];
  return (value, at) => {
    const found = asObject(value, at);
    const read: Record<string, unknown> = {};
    for (const [name, reader] of entries) read[name] = reader(Object.hasOwn(found, name) ? found[name] : undefined, join(at, name));
    return read as T;
  };
}

/** One of several shapes, told apart by `type` or another tag. */
export function variant<T>(tag: string, shapes: {readonly [name: string]: Reader<T>}): Reader<T> {
  return (value, at) => {
    const found = asObject(value, at);
    const name = Object.hasOwn(found, tag) ? found[tag] : undefined;
    const reader = typeof name === "string" && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (!reader) throw new FieldError(join(at, tag), `one of ${Object.keys(shapes).join(", ")}`, name);
    return reader(value, at);
  };
}

/** Anything a kind of value may be, or null. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : reader(value, at));
}

/** A field that older journals do not have. */
export function added<T>(reader: Reader<T>, before: T): Reader<T> {
  return (value, at) => (value === undefined ? before : reader(value, at));
}

export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new FieldError(at, "a list", value);
    return value.map((item, index) => reader(item, `${at}[${index}]`));
  };
}

export function dictionary<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at) => Object.fromEntries(Object.entries(asObject(value, at)).map(([name, item]) => [name, reader(item, join(at, name))]));
}

export function exactly<const T extends string | number | boolean>(...values: readonly T[]): Reader<T> {
  return (value, at) => {
    if (!values.includes(value as T))
      throw new FieldError(at, values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.join(", ")}`, value);
    return value as T;
  };
}

export const text: Reader<string> = (value, at) => {
  if (typeof value !== "string") throw new FieldError(at, "a text", value);
  return value;
};
export const flag: Reader<boolean> = (value, at) => {
  if (typeof value !== "boolean") throw new FieldError(at, "true or false", value);
  return value;
};
export const number: Reader<number> = (value, at) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new FieldError(at, "a number", value);
  return value;
};
export const count: Reader<number> = (value, at) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new FieldError(at, "a whole number from 0", value);
  return value as number;
};
export const place: Reader<number> = (value, at) => {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw new FieldError(at, "a whole number from 1", value);
  return value as number;
};
export const instant: Reader<string> = (value, at) => {
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw new FieldError(at, "a time", value);
  return value;
};
export const sha256: Reader<string> = (value, at) => {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) throw new FieldError(at, "a sha256 in hexadecimal", value);
  return value;
};

/** An id of the brand that the field has; brands are born here. */
export const id = <T extends string>(value: unknown, at: string): T => {
  if (typeof value !== "string" || value === "") throw new FieldError(at, "an id", value);
  return value as T;
};

export class FieldError extends Error {
  override name = "FieldError";
  constructor(at: string, expected: string, found: unknown) {
    super(`${at === "" ? "the event" : `"${at}"`} must be ${expected}, found ${show(found)}`);
  }
}

function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new FieldError(at, "an object", value);
  return value as Record<string, unknown>;
}

const join = (at: string, name: string): string => (at === "" ? name : `${at}.${name}`);

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

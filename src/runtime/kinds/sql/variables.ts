/**
 * psql's variables in a text: `:'NAME'` a literal, `:"NAME"` an identifier, `:NAME` as it is. What psql would not read as one
 * (a cast, a slice, a string, a comment) is none here.
 */
import type {BoundVariable} from "../../../model/kind.ts";
import type {Token} from "./lexer.ts";
import {lex} from "./lexer.ts";

export interface VariableUse {
  readonly form: "literal" | "identifier" | "raw";
  readonly name: string;
  readonly start: number;
  readonly end: number;
}
/** A text with values in place of variables, and the way back. */
export interface Substituted {
  readonly text: string;
  /** The offset in the original of an offset in the substituted text. */
  readonly origin: (offset: number) => number;
}
export interface Misuse {
  readonly message: string;
  readonly offset: number;
}

const USE = /:(?:'([A-Za-z_0-9\u0080-\uffff]+)'|"([A-Za-z_0-9\u0080-\uffff]+)"|([A-Za-z_0-9\u0080-\uffff]+))/y;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const PLAIN = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*$/;

/** Every use in the text, whether or not such a variable exists. */
export function findVariables(text: string, tokens: readonly Token[] = lex(text).tokens): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  for (const {type, text: token, start} of tokens) {
    if (type !== "symbol" || token !== ":") continue;
    USE.lastIndex = start;
    const found = USE.exec(text);
    if (!found) continue;
    const [whole, literal, identifier, raw] = found;
    uses.push({
      form: literal !== undefined ? "literal" : identifier !== undefined ? "identifier" : "raw",
      name: literal ?? identifier ?? raw!,
      start,
      end: start + whole.length
    });
  }
  return uses;
}

/** Puts the values in; or says what cannot be put in. */
export function substitute(text: string, variables: ReadonlyMap<string, BoundVariable>): Substituted | Misuse {
  const shifts: {readonly at: number; readonly until: number; readonly origin: number; readonly after: number}[] = [];
  let written = "";
  let from = 0;
  for (const {form, name, start, end} of text.includes(":") ? findVariables(text) : []) {
    const variable = variables.get(name);
    if (!variable) {
      if (form === "raw") continue;
      return {message: `there is no variable "${name}"; an input or an earlier cell's capture must set it`, offset: start};
    }
    const value =
      form === "literal"
        ? quoteLiteral(variable.value)
        : form === "identifier"
          ? quoteIdentifier(variable.value)
          : rawValue(variable.value);
    if (value === null) {
      const shown = variable.secret ? "its value (a secret) is neither" : `"${excerpt(variable.value)}" is neither`;
      return {
        message: `:${name} takes a number or a plain identifier and ${shown}; write :'${name}' for a literal or :"${name}" for an identifier`,
        offset: start
      };
    }
    written += text.slice(from, start);
    shifts.push({at: written.length, until: written.length + value.length, origin: start, after: end});
    written += value;
    from = end;
  }
  if (shifts.length === 0) return {text, origin: (offset) => offset};
  return {
    text: written + text.slice(from),
    origin(offset) {
      const last = shifts.findLast(({at}) => at <= offset);
      if (!last) return offset;
      return offset < last.until ? last.origin : last.after + (offset - last.until);
    }
  };
}

/** The text with a stand-in of the same length for each use, so that the parser can read it. */
export function mask(text: string, uses: readonly VariableUse[], raw: "identifier" | "number"): string {
  const parts: string[] = [];
  let from = 0;
  for (const {form, start, end} of uses) {
    parts.push(
      text.slice(from, start),
      form === "raw" && raw === "number" ? ` ${"1".repeat(end - start - 1)}` : ` ${text.slice(start + 1, end)}`
    );
    from = end;
  }
  return parts.join("") + text.slice(from);
}

/** As libpq's PQescapeLiteral: safe whatever standard_conforming_strings says. */
export const quoteLiteral = (value: string): string =>
  value.includes("\\") ? ` E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'` : `'${value.replaceAll("'", "''")}'`;
export const quoteIdentifier = (value: string): string => `"${value.replaceAll('"', '""')}"`;

// A sign gets a space before it: `5-:N` with -3 would begin a comment.
const rawValue = (value: string): string | null =>
  NUMBER.test(value) ? (/^[+-]/.test(value) ? ` ${value}` : value) : PLAIN.test(value) ? value : null;
const excerpt = (value: string): string => (value.length > 40 ? `${value.slice(0, 40)}…` : value);

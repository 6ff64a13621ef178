/**
 * One grammar for what stands in braces, on fences and directives alike, read from the source and not from the Markdown parser:
 * it would decode a fence's entities twice, cut `#pg.stop` in two, and forget where everything stood.
 *
 *     {#restore timeout=30s confirm="yes, restore" keep}
 *      ^id      ^value      ^quoted                ^flag
 */
import type {Span} from "../model/runbook.ts";
import type {Report, Source} from "./source.ts";

export interface Attribute {
  readonly name: string;
  readonly value: string | null; // null: a flag
  readonly span: Span;
  readonly valueAt: number | null; // offset of the value's first character; null where it does not stand there letter by letter
}
export interface Attributes {
  readonly id: Attribute | null;
  readonly list: readonly Attribute[];
  readonly span: Span;
  readonly end: number; // offset after the closing brace
}

const ENTITIES: Readonly<Record<string, string>> = {apos: "'", quot: '"', amp: "&", lt: "<", gt: ">"};

export const noAttributes = (span: Span): Attributes => ({id: null, list: [], span, end: 0});

/** Reads from the opening brace at `from`. What cannot be read is reported, and ends the reading. */
export function readAttributes(source: Source, from: number, report: Report): Attributes {
  const line = source.restOfLine(from);
  const list: Attribute[] = [];
  const names = new Set<string>();
  let id: Attribute | null = null;
  let at = 1;
  const span = (start: number, end: number) => source.span(from + start, from + end);
  const done = (end: number): Attributes => ({id, list, span: span(0, end), end: from + end});

  while (at < line.length) {
    if (/[ \t]/.test(line[at]!)) {
      at++;
      continue;
    }
    if (line[at] === "}") return done(at + 1);
    const start = at;
    if (line[at] === "#" || line[at] === ".") {
      const word = match(/[^\s}]*/y, at + 1);
      at += 1 + word.length;
      if (line[start] === ".") report.add("attribute-class", `".${word}" is a class; classes mean nothing here`, span(start, at));
      else if (id !== null) report.add("attribute-twice", `a second id "${word}"; there is "${id.value}" already`, span(start, at));
      else id = {name: "id", value: word, span: span(start, at), valueAt: from + start + 1};
      continue;
    }
    const name = match(/[A-Za-z][\w-]*/y, at);
    if (name === "") return broken(`unexpected "${line[at]}"; attributes are #id, key=value, key="two words" or a single word`, start);
    at += name.length;
    const attribute = readValue(name, start);
    if (attribute === null) return done(line.length);
    if (names.has(name)) report.add("attribute-twice", `"${name}" is given twice`, attribute.span);
    else list.push(attribute);
    names.add(name);
  }
  return broken('there is no "}" on this line; attributes stand on one line', 0);

  function match(pattern: RegExp, from: number): string {
    pattern.lastIndex = from;
    return pattern.exec(line)?.[0] ?? "";
  }

  function readValue(name: string, start: number): Attribute | null {
    if (line[at] !== "=") return {name, value: null, span: span(start, at), valueAt: null};
    at++;
    const quote = line[at];
    if (quote === '"' || quote === "'") {
      const end = line.indexOf(quote, at + 1);
      if (end < 0) {
        broken(
          `the value of "${name}" has no closing ${quote} on this line; values are one line, and ${quote} in them is &${quote === '"' ? "quot" : "apos"};`,
          start
        );
        return null;
      }
      const raw = line.slice(at + 1, end);
      const valueAt = from + at + 1;
      at = end + 1;
      if (at < line.length && !/[\s}]/.test(line[at]!)) {
        broken(
          `after ${raw.endsWith("\\") ? `\\${quote}, which ends the value (write &${quote === '"' ? "quot" : "apos"}; instead)` : `the value of "${name}"`} comes "${line[at]}"; put a space between`,
          at
        );
        return null;
      }
      const value = decode(raw);
      return {name, value, span: span(start, at), valueAt: value === raw ? valueAt : null};
    }
    const raw = match(/[^\s}]*/y, at);
    const valueAt = from + at;
    at += raw.length;
    if (raw === "" || /["'=<>`]/.test(raw)) {
      broken(raw === "" ? `"${name}=" has no value` : `the value of "${name}" must be quoted: ${name}='${raw}'`, start);
      return null;
    }
    const value = decode(raw);
    return {name, value, span: span(start, at), valueAt: value === raw ? valueAt : null};
  }

  function broken(message: string, start: number): Attributes {
    report.add("attribute-syntax", message, span(start, Math.max(line.trimEnd().length, start + 1)));
    return done(line.length);
  }
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

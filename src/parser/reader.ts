import {parseDuration} from "../expression/duration.ts";
import {compilePattern, ExpressionError, parseExpression} from "../expression/index.ts";
import {choices, hint} from "../model/nearest.ts";
import type {Expression, Span} from "../model/runbook.ts";
import type {Attribute, Attributes} from "./attributes.ts";
import type {RuleName} from "./rules.ts";
import type {Report, Source} from "./source.ts";

/** What an expression is for decides what it may give and what it may read. */
export type Purpose = "expect" | "capture" | "when" | "choose" | "value" | "at";
/** An expression with its purpose, for the checks that need the whole document. */
export interface PlacedExpression {
  readonly expression: Expression;
  readonly purpose: Purpose;
  readonly judge: "exit" | "sqlstate" | null; // of the cell it belongs to
  readonly at: (offset: number) => Span;
}

/** Takes the attributes of one thing by name; what was not taken at the end is unknown. */
export class Reader {
  readonly attributes: Attributes;
  readonly #source: Source;
  readonly #report: Report;
  readonly #expressions: PlacedExpression[];
  readonly #asked = new Set<string>();

  constructor(attributes: Attributes, source: Source, report: Report, expressions: PlacedExpression[]) {
    this.attributes = attributes;
    this.#source = source;
    this.#report = report;
    this.#expressions = expressions;
  }

  get span(): Span {
    return this.attributes.span;
  }

  find(name: string): Attribute | null {
    this.#asked.add(name);
    return this.attributes.list.find((attribute) => attribute.name === name) ?? null;
  }

  /** A single word, without a value. */
  flag(name: string): boolean {
    const found = this.find(name);
    if (found !== null && found.value !== null) this.refuse(found, `"${name}" stands alone; it has no value`);
    return found !== null;
  }

  /** A value that is not empty. */
  text(name: string): string | null {
    const found = this.find(name);
    if (found === null) return null;
    if (found.value === null || found.value.trim() === "") {
      this.refuse(found, `"${name}" needs a value: ${name}="…"`);
      return null;
    }
    return found.value;
  }

  duration(name: string, {none = false}: {none?: boolean} = {}): number | "none" | null {
    const text = this.text(name);
    if (text === null || (none && text === "none")) return text === null ? null : "none";
    const ms = parseDuration(text);
    if (ms !== null && ms > 0) return ms;
    this.refuse(this.find(name)!, `"${name}" must be a duration like 30s, 5m or 1h30m${none ? ", or none" : ""}, not "${text}"`);
    return null;
  }

  count(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    this.refuse(this.find(name)!, `"${name}" must be a whole number, not "${text}"`);
    return null;
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T | null {
    const text = this.text(name);
    if (text === null) return null;
    if (known.includes(text as T)) return text as T;
    this.refuse(this.find(name)!, `"${name}" must be ${list(known)}, not "${text}"${hint(text, known)}`);
    return null;
  }

  pattern(name: string): string | null {
    const text = this.text(name);
    if (text === null) return null;
    try {
      compilePattern(text);
      return text;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#report.add("pattern", error.message, this.find(name)!.span);
      return null;
    }
  }

  expression(name: string, purpose: Purpose, judge: "exit" | "sqlstate" | null = null): Expression | null {
    const text = this.text(name);
    if (text === null) return null;
    const {span, valueAt} = this.find(name)!;
    return this.expressionOf(
      text,
      span,
      (offset) => (valueAt === null ? span : this.#source.span(valueAt + offset, valueAt + text.length)),
      purpose,
      judge
    );
  }

  /** An expression whose characters stand where `at` says. */
  expressionOf(
    text: string,
    span: Span,
    at: (offset: number) => Span,
    purpose: Purpose,
    judge: "exit" | "sqlstate" | null
  ): Expression | null {
    const parsed = parseExpression(text);
    if (parsed.type === "refused") {
      this.#report.add("expression-syntax", parsed.message, at(parsed.offset));
      return null;
    }
    const wanted = WANTED[purpose];
    if (parsed.yields !== "unknown" && !wanted.includes(parsed.yields)) {
      this.#report.add(
        "expression-type",
        `${NOUNS[purpose]} must give ${list(wanted.map((word) => GIVEN[word]!))}, and this gives ${GIVEN[parsed.yields]}`,
        at(0)
      );
      return null;
    }
    const expression = {source: text, reads: parsed.reads, span};
    this.#expressions.push({expression, purpose, judge, at});
    return expression;
  }

  refuse({span}: {readonly span: Span}, message: string, rule: RuleName = "attribute-value"): void {
    this.#report.add(rule, message, span);
  }

  /** The written id; null if there is none or it is refused. */
  id(): string | null {
    const {id} = this.attributes;
    if (id === null || id.value === null) return null;
    if (/^[a-z0-9][a-z0-9-]*$/.test(id.value)) return id.value;
    this.#report.add("id-invalid", `id "${id.value}" must be small letters, digits and hyphens, such as "${tame(id.value)}"`, id.span);
    return null;
  }

  /** Reports what nobody asked for. `also`: further names that are known here. */
  finish(what: string, rule: RuleName, also: readonly string[] = []): void {
    const known = [...this.#asked, ...also];
    for (const {name, span} of this.attributes.list) {
      if (known.includes(name)) continue;
      const better = name === "id" ? "; an id is written #name" : choices(name, known);
      this.#report.add(rule, `unknown ${what} "${name}"${better}`, span);
    }
  }
}

const WANTED: Readonly<Record<Purpose, readonly string[]>> = {
  expect: ["bool"],
  when: ["bool"],
  capture: ["text", "bool", "number", "timestamp", "duration", "other"],
  choose: ["text"],
  value: ["duration", "text"],
  at: ["timestamp", "text"]
};
const GIVEN: Readonly<Record<string, string>> = {
  bool: "true or false",
  text: "text",
  number: "a number",
  timestamp: "a time",
  duration: "a duration",
  other: "something else"
};
const NOUNS: Readonly<Record<Purpose, string>> = {
  expect: "an expectation",
  when: '"when"',
  capture: "a capture",
  choose: '"choose"',
  value: '"value"',
  at: '"at"'
};

export function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** An id made of what was written. */
export function tame(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return plain === "" ? "step" : plain;
}

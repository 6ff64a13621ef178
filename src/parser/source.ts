import type {Position} from "unist";
import type {Problem, Span} from "../model/runbook.ts";
import {type RuleName, rules} from "./rules.ts";

/** The text of a document: no BOM, `\n` line ends. Columns and lines are those of the file. */
export class Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly #starts: readonly number[];

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.lines = text.split("\n");
    let at = 0;
    this.#starts = this.lines.map((line) => {
      const start = at;
      at += line.length + 1;
      return start;
    });
  }

  /** The line that starts with 1. */
  line(line: number): string {
    return this.lines[line - 1] ?? "";
  }

  offset(line: number, column: number): number {
    return (this.#starts[line - 1] ?? this.text.length) + column - 1;
  }

  /** From an offset to another, without the line end. */
  span(from: number, to: number = from): Span {
    const start = this.#place(from);
    const end = to > from ? this.#place(to) : start;
    return {line: start.line, column: start.column, endLine: end.line, endColumn: end.column};
  }

  restOfLine(offset: number): string {
    const end = this.text.indexOf("\n", offset);
    return this.text.slice(offset, end < 0 ? this.text.length : end);
  }

  #place(offset: number): {line: number; column: number} {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return {line: low + 1, column: offset - this.#starts[low]! + 1};
  }
}

/** Collects what is wrong, each with its place. */
export class Report {
  readonly problems: Problem[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  add(rule: RuleName, message: string, span: Span): void {
    this.problems.push({rule, severity: rules[rule].severity, message, path: this.#path, span});
  }
}

export const spanOf = ({start, end}: Position): Span => ({
  line: start.line,
  column: start.column,
  endLine: end.line,
  endColumn: end.column
});

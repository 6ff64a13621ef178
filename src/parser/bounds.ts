/** What would take for ever, or too much memory, to parse: judged by the lines alone, before Markdown's parser sees them. */
import type {Span} from "../model/runbook.ts";
import type {Report, Source} from "./source.ts";

const DEEPEST = 50;
const MOST_LINES = 200_000;
const MOST_WORK = 100_000_000;
const WORTH_COUNTING = 1_000_000;

export function isOutOfBounds(source: Source, report: Report): boolean {
  if (source.lines.length > MOST_LINES) {
    report.add("too-large", `the file has ${source.lines.length} lines; a runbook has at most ${MOST_LINES}`, source.span(0));
    return true;
  }
  const nesting = new Nesting();
  const tangle = new Tangle();
  let fence: string | null = null;
  for (const [index, line] of source.lines.entries()) {
    const marks = /^[\s>]*(?:(?:[-+*]|\d{1,9}[.)])[\s>]+)*(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (marks?.startsWith(fence) && line.trimEnd().endsWith(marks)) fence = null;
      continue;
    }
    const span: Span = {line: index + 1, column: 1, endLine: index + 1, endColumn: Math.min(line.length, 80) + 1};
    if (nesting.add(line)) {
      report.add("nested-too-deep", `quotes, lists or containers are nested more than ${DEEPEST} deep`, span);
      return true;
    }
    if (tangle.add(marks === undefined ? line : "")) {
      report.add("too-tangled", "this paragraph has so many * _ ~ ` [ < that it cannot be parsed in time; divide it", span);
      return true;
    }
    if (marks !== undefined) fence = marks;
  }
  return false;
}

/** Marks of quotes and lists at a line's start, lists that go further and further in, containers inside containers. */
class Nesting {
  #indents: number[] = [];
  #containers: number[] = [];

  add(line: string): boolean {
    const prefix = /^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))*/.exec(line)![0];
    const inLine = prefix.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0;
    if (inLine > 0) {
      const indent = /^\s*/.exec(line)![0].length;
      this.#indents = [...this.#indents.filter((other) => other < indent), indent];
    } else if (/^\S/.test(line)) this.#indents = [];
    const colons = /^[\s>]*(:{3,})([A-Za-z])?/.exec(line);
    // Only a container with fewer colons than the one around it is inside it.
    if (colons) this.#containers = this.#containers.filter((count) => count > colons[1]!.length);
    if (colons?.[2]) this.#containers.push(colons[1]!.length);
    return inLine + this.#indents.length > DEEPEST || this.#containers.length > DEEPEST;
  }
}

/** The parser looks from each mark for its partner, to the paragraph's end: marks times length is its work. */
class Tangle {
  #marks = 0;
  #length = 0;
  #work = 0;
  #rows = 0;
  #delimited = false;
  #listed = false;

  add(line: string): boolean {
    const list = /^\s*(?:[-+*]|\d{1,9}[.)])\s+\S/.test(line);
    const apart = line.trim() === "" || line.startsWith("#") || (list && (this.#listed || /^\s*(?:[-+*]|1[.)])\s/.test(line)));
    if (apart || this.#isTable(line)) this.#next();
    if (apart) [this.#rows, this.#delimited, this.#listed] = [0, false, list];
    else if (++this.#rows === 2) this.#delimited = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?)?\s*$/.test(line);
    this.#marks += line.match(/\*+|_+|~+|`+|\[|\]|<|&|@|www\./g)?.length ?? 0;
    this.#length += line.length;
    const work = this.#marks * this.#length;
    return this.#work + (work > WORTH_COUNTING ? work : 0) > MOST_WORK;
  }

  #next(): void {
    const work = this.#marks * this.#length;
    if (work > WORTH_COUNTING) this.#work += work;
    [this.#marks, this.#length] = [0, 0];
  }

  /** Each row of a table is a text of its own. */
  #isTable(line: string): boolean {
    return this.#delimited && line.includes("|");
  }
}

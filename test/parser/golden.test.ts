import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Problem, Runbook} from "../../src/model/runbook.ts";
import {parseRunbook, rules} from "../../src/parser/index.ts";
import {kinds} from "./kinds.ts";

/** Each folder is a document and what is made of it: `runbook.json` where it is good, `problems.txt` where it is not. `UPDATE=1` writes them. */
const root = new URL(".", import.meta.url).pathname;
const names = readdirSync(root, {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, "runbook.md")))
  .map(({name}) => name);

function parse(name: string): Runbook {
  const folder = join(root, name);
  const readFile = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : null);
  return parseRunbook(readFileSync(join(folder, "runbook.md")), {path: "runbook.md", kinds, readFile});
}

const line = ({path, span, severity, message, rule}: Problem): string =>
  `${path}:${span.line}:${span.column}-${span.endLine === span.line ? "" : `${span.endLine}:`}${span.endColumn}  ${severity}  ${message}  ${rule}\n`;

/** Places as `line:column-column`, and no defaults: small enough to be read in review. */
function shorten(key: string, value: unknown): unknown {
  if (key === "digest" || key === "problems") return undefined;
  if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return undefined;
  if (key === "span") {
    const {line, column, endLine, endColumn} = value as Runbook["problems"][number]["span"];
    return `${line}:${column}-${endLine === line ? "" : `${endLine}:`}${endColumn}`;
  }
  if (key === "lines") return (value as number[][]).map((place) => place.join(":")).join(" ");
  if (key === "options") {
    const defaults: Record<string, unknown> = {timeoutMs: 1_800_000, everyMs: 2000, session: "main", recordOutput: true};
    const kept = Object.fromEntries(
      Object.entries(value as object).filter(
        ([name, given]) => defaults[name] !== given && given !== null && (given !== false || name === "recordOutput")
      )
    );
    return Object.keys(kept).length > 0 ? kept : undefined;
  }
  return value;
}

function check(file: string, text: string | null): void {
  if (process.env.UPDATE === "1") {
    if (text === null) rmSync(file, {force: true});
    else writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : null).toBe(text);
}

describe("documents", () => {
  test.each(names)("%s", (name) => {
    const runbook = parse(name);
    const problems = runbook.problems.map(line).join("");
    check(join(root, name, "problems.txt"), problems === "" ? null : problems);
    const good = !runbook.problems.some(({severity}) => severity === "error") && name !== "seed";
    check(join(root, name, "runbook.json"), good ? `${JSON.stringify(runbook, shorten, 1)}\n` : null);
  });
});

test("other files are asked for from the runbook's own folder", () => {
  const asked: string[] = [];
  const readFile = (path: string) => {
    asked.push(path);
    return null;
  };
  const text = '::include{#a src="shared/a.md"}\n::include{#b src="../b.md#part"}\n';
  parseRunbook(new TextEncoder().encode(text), {path: "runbooks/restore.md", kinds, readFile});
  expect(asked).toEqual(["shared/a.md", "../b.md"]);
});

test("a file over 4 MiB is refused before it is parsed", () => {
  const start = performance.now();
  const {problems} = parseRunbook(new Uint8Array(20 * 1024 * 1024).fill(62), {path: "large.md", kinds});
  expect(problems.map(line)).toEqual([
    "large.md:1:1-1  error  the file is larger than the 4 MiB that a runbook may have; split it, and include the parts  too-large\n"
  ]);
  expect(performance.now() - start).toBeLessThan(20_000); // parsing it takes minutes
});

test("a paragraph that cannot be parsed in time is refused", () => {
  const {problems} = parseRunbook(new TextEncoder().encode(`# T\n\n${"*a_ ".repeat(10_000)}`), {path: "tangled.md", kinds});
  expect(problems.map(line)).toEqual([
    "tangled.md:3:1-81  error  this paragraph has so many * _ ~ ` [ < that it cannot be parsed in time; divide it  too-tangled\n"
  ]);
});

test("every rule occurs in a golden", () => {
  const seen = new Set(["too-large", "too-tangled", ...names.flatMap((name) => parse(name).problems.map(({rule}) => rule))]);
  expect(Object.keys(rules).filter((rule) => !seen.has(rule))).toEqual([]);
});

test("every problem names a known rule and a place inside its document", () => {
  for (const name of names) {
    const lines = new TextDecoder().decode(readFileSync(join(root, name, "runbook.md"))).split(/\r\n?|\n/);
    for (const {rule, span, severity} of parse(name).problems) {
      expect(rules[rule as keyof typeof rules]?.severity, rule).toBe(severity);
      expect(span.line).toBeLessThanOrEqual(lines.length);
      expect(span.endLine).toBeLessThanOrEqual(lines.length);
      if (lines[span.line - 1]!.length < 10_000) expect(span.column).toBeLessThanOrEqual(lines[span.line - 1]!.length + 1);
    }
  }
});

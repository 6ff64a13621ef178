import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {parseRunbook} from "../../src/parser/index.ts";
import {kinds} from "./kinds.ts";

const parse = (text: string) => parseRunbook(new TextEncoder().encode(text), {path: "hostile.md", kinds});
const repeat = (count: number, line: (n: number) => string) => Array.from({length: count}, (_, n) => line(n)).join("");

describe("nothing makes the parser hang", () => {
  test.each([
    ["emphasis in emphasis", "*a_ ".repeat(100_000)],
    ["links in links", `${"[".repeat(50_000)}a${"](x)".repeat(50_000)}`],
    ["half links", "[a](".repeat(100_000)],
    ["strikethrough", "~~a".repeat(100_000)],
    ["backticks of many lengths", repeat(1500, (n) => `${"`".repeat(n)} `)],
    ["definitions without an end", "[a]: <".repeat(50_000)],
    ["quotes in quotes", ">".repeat(1_000_000)],
    ["lists in lists", repeat(2000, (n) => `${" ".repeat(2 * n)}- x\n`)],
    ["lists on one line", "- ".repeat(100_000)],
    ["containers in containers", repeat(2000, (n) => `${":".repeat(2003 - n)}note\n`)],
    ["empty lines", "\n".repeat(4_000_000)],
    ["attributes", `::note{${"a=b ".repeat(20_000)}}`],
    ["labels", `::note[${"[".repeat(20_000)}`],
    ["parentheses in an expression", `\`\`\`bash\nx\n\`\`\`\n::expect{that='${"(".repeat(5000)}1${")".repeat(5000)}'}\n`],
    ["a pattern", `\`\`\`bash {ready="${"(a*)*".repeat(500)}"}\nx\n\`\`\`\n`],
    [
      "YAML aliases",
      `---\na: &a [x, x, x]\n${repeat(20, (n) => `b${n}: &b${n} [*${n === 0 ? "a" : `b${n - 1}`}, *${n === 0 ? "a" : `b${n - 1}`}, *${n === 0 ? "a" : `b${n - 1}`}]\n`)}---\n# A\n`
    ],
    ["YAML in YAML", `---\ntitle: ${"[".repeat(20_000)}\n---\n# A\n`]
  ])("%s", (_, text) => {
    const start = performance.now();
    parse(`# Hostile\n\n${text}`);
    parse(text);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test("a long table, a long list and many links are no attack", () => {
    const table = `| a | b |\n|---|---|\n${"| **bold** and `code` | [a link](https://example.com) |\n".repeat(500)}`;
    const list = "- **bold** and `code`, [a link](https://example.com)\n".repeat(500);
    expect(parse(`# Long\n\n${table}\n${list}\n${repeat(500, (n) => `${n + 1}. *item* ${n}\n`)}`).problems).toEqual([]);
  });
});

describe("whatever the text", () => {
  const word = fc.constantFrom(
    "#",
    "##",
    " ",
    "\n",
    "\n\n",
    "```",
    "```bash",
    "```sql",
    "~~~",
    "::",
    ":::",
    "::::",
    "cell",
    "gate",
    "expect",
    "capture",
    "checklist",
    "decision",
    "input",
    "include",
    "objective",
    "procedure",
    "milestone",
    "reminder",
    "[",
    "]",
    "{",
    "}",
    "#id",
    "#NAME",
    "that='exit == 0'",
    "timeout=5m",
    'when="',
    "- [ ]",
    "- [x] a",
    "> ",
    "  ",
    "\t",
    "---\n",
    "title: x\n",
    "connections:",
    "[a](#b)",
    "[a]",
    "[a]: b",
    "é",
    "😀",
    "\u0301",
    "\r\n",
    "$ ls",
    "|",
    "<div>",
    "<!--",
    "*",
    "`",
    "src='#x'",
    "metric=rto",
    "max=1h",
    "every=5m",
    "run=always",
    "|--|"
  );

  function checkPlaces(text: string): void {
    const {problems, steps, sections} = parse(text);
    const lines = text.replace(/\r\n?/g, "\n").split("\n");
    for (const {span} of [...problems, ...steps, ...sections]) {
      expect(span.line).toBeGreaterThanOrEqual(1);
      expect(span.endLine).toBeLessThanOrEqual(lines.length);
      expect(span.line).toBeLessThanOrEqual(span.endLine);
      expect(span.column).toBeLessThanOrEqual((lines[span.line - 1]?.length ?? 0) + 1);
      expect(span.endColumn).toBeLessThanOrEqual((lines[span.endLine - 1]?.length ?? 0) + 1);
      if (span.line === span.endLine) expect(span.column).toBeLessThanOrEqual(span.endColumn);
    }
    for (const step of steps) {
      if (step.type !== "cell") continue;
      for (const [place, line] of step.source.split("\n").entries()) {
        if (step.lines.length === 0) continue;
        const [at, column] = step.lines[place]!;
        // Only a tab that Markdown split is not found as it is written.
        if (!lines[at - 1]!.includes("\t")) expect(lines[at - 1]!.slice(column - 1)).toBe(line);
      }
    }
    expect(new Set(steps.map(({id}) => id)).size).toBe(steps.length);
  }

  test("it is parsed without a throw, and every place is in the document", () => {
    fc.assert(
      fc.property(fc.array(word, {maxLength: 60}), (words) => checkPlaces(`# T\n${words.join("")}`)),
      {numRuns: 400}
    );
    fc.assert(
      fc.property(fc.array(word, {maxLength: 60}), (words) => checkPlaces(words.join(" "))),
      {numRuns: 500}
    );
  });

  test("bytes too", () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), (bytes) => void parseRunbook(bytes, {path: "bytes.md", kinds})),
      {numRuns: 500}
    );
  });
});

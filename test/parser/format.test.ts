import {readFileSync} from "node:fs";
import type {Code, Nodes} from "mdast";
import {describe, expect, test} from "vitest";
import {parseRunbook} from "../../src/parser/index.ts";
import {parseWhole} from "../../src/parser/markdown.ts";
import {kinds} from "./kinds.ts";

const examples: Code[] = [];
const visit = (node: Nodes): void => {
  if (node.type === "code" && node.lang === "md") examples.push(node);
  if ("children" in node) for (const child of node.children) visit(child);
};
visit(parseWhole(readFileSync(new URL("../../docs/format.md", import.meta.url), "utf8")));

/** The examples of the specification say what the parser does. */
describe("docs/format.md", () => {
  test("it has examples of both kinds", () => {
    expect(examples.filter(({meta}) => meta === null).length).toBeGreaterThan(15);
    expect(examples.filter(({meta}) => meta?.startsWith("broken")).length).toBeGreaterThan(12);
  });

  test.each(examples.map((example) => [example.position!.start.line, example] as const))("line %i", (_, {value, meta}) => {
    const {problems} = parseRunbook(new TextEncoder().encode(value), {path: "example.md", kinds, readFile: () => null});
    const errors = problems.filter(({severity}) => severity === "error").map(({rule}) => rule);
    const wanted = /rule=(\S+)/.exec(meta ?? "")?.[1];
    expect([...new Set(errors)]).toEqual(wanted === undefined ? [] : [wanted]);
  });
});

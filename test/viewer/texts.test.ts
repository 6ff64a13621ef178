import fc from "fast-check";
import {expect, test} from "vitest";

import {differenceOf} from "../../src/viewer/difference.ts";
import type {JsonNode} from "../../src/viewer/json-node.ts";
import {previewJson, readJson} from "../../src/viewer/json-node.ts";
import {cutAtAddresses, webAddress} from "../../src/viewer/web-address.ts";

/** The value again, as `JSON.parse` would have it. */
function toValue(node: JsonNode): unknown {
  if (node.type === "leaf") return JSON.parse(node.text);
  return node.type === "array"
    ? node.entries.map(([, item]) => toValue(item))
    : Object.fromEntries(node.entries.map(([key, item]) => [key, toValue(item)]));
}

test("JSON is read as it was written, whatever it holds", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.boolean(), (value, spread) => {
      const text = JSON.stringify(value, null, spread ? 2 : 0);
      const node = readJson(text);
      expect(node).not.toBeNull();
      // A key "__proto__" is set by one and not by the other.
      if (!text.includes("__proto__")) expect(toValue(node!)).toEqual(JSON.parse(text));
    })
  );
  const node = readJson('{"n": 12345678901234567890.10, "n": 1e400, "": [true, null, "\\u00fc\\n"]}')!;
  expect(previewJson(node)).toBe('{n: 12345678901234567890.10, n: 1e400, : [true, null, "\\u00fc\\n"]}');
  expect(previewJson(node, 10)).toBe("{n: 12345…");
});

test("what is no JSON is text, and so is what nests deeper than anybody reads", () => {
  for (const text of ["", "{", "[1,]", "{'a': 1}", "[1] 2", "01", '"\n"', "[1 2]", '{"a" 1}', "nul", "[NaN]", "\u00a0[]"])
    expect([text, readJson(text)]).toEqual([text, null]);
  expect(readJson("[".repeat(100_000) + "]".repeat(100_000))).toBeNull();
  expect(readJson(`["${"a".repeat(500_000)}`)).toBeNull();
});

test("a difference is what must go and what must come, and no more", () => {
  const show = (before: string, after: string) => differenceOf(before, after).map(({sign, text, line}) => `${line ?? ""}${sign}${text}`);
  expect(show("a\nb\nc", "a\nx\nc")).toEqual(["1 a", "-b", "2+x", "3 c"]);
  expect(show("a", "a\nb")).toEqual(["1 a", "2+b"]);
  expect(show("a\nb", "b")).toEqual(["-a", "1 b"]);
  const lines = fc.array(fc.constantFrom("one", "two", "three", ""), {minLength: 1, maxLength: 12}).map((all) => all.join("\n"));
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const found = differenceOf(before, after);
      const left = (sign: "-" | "+"): string =>
        found
          .filter((line) => line.sign !== sign)
          .map(({text}) => text)
          .join("\n");
      expect([left("+"), left("-")]).toEqual([before, after]);
    })
  );
  expect(differenceOf("x\n".repeat(3000), "y\n".repeat(3000))).toHaveLength(6002); // too much to compare: both as a whole
});

test("addresses of the web become links, without what only ends the sentence; nothing else does", () => {
  const links = (text: string) => cutAtAddresses(text).flatMap(({text: shown, link}) => (link === null ? [] : [[shown, link]]));
  expect(links("see https://example.org/a?b=1&c#d, or (http://x.y:80/z).")).toEqual([
    ["https://example.org/a?b=1&c#d", "https://example.org/a?b=1&c#d"],
    ["http://x.y:80/z", "http://x.y/z"]
  ]);
  expect(links("javascript:alert(1) data:text/html,x file:///etc/passwd ftp://x postgres://u:p@h/db https://")).toEqual([]);
  expect(
    cutAtAddresses("a https://b.c d")
      .map(({text}) => text)
      .join("")
  ).toBe("a https://b.c d");
  for (const text of ["javascript:alert(1)", " https://x", "java\nscript:x", "//x.y", "https://[", `https://x/${"y".repeat(3000)}`])
    expect([text, webAddress(text)]).toEqual([text, null]);
});

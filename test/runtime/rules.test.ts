import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {expect, test} from "vitest";
import {rules} from "../../src/parser/index.ts";
import {runtimeRules} from "../../src/runtime/rules.ts";

const root = fileURLToPath(new URL("../../src/", import.meta.url));
const known = new Set([...Object.keys(rules), ...Object.keys(runtimeRules)]);

/** Ids of rules as they stand in the code: `rule: "…"`, and the first text that a reporting function is given. */
function rulesIn(source: string): readonly string[] {
  const reported = /\brule: "([^"]+)"|\b(?:flaw\(\s*"(?:error|warning)",|problem\()\s*"([^"]+)"/g;
  return [...source.matchAll(reported)].map(([, field, argument]) => (field ?? argument)!);
}

test("no room reports a rule that is not listed, and every rule of the runtime is reported somewhere", () => {
  const files = readdirSync(root, {recursive: true, encoding: "utf8"}).filter((name) => /^(runtime|server|cli)\/.*\.ts$/.test(name));
  const reported = new Set(files.flatMap((name) => rulesIn(readFileSync(join(root, name), "utf8"))));
  expect([...reported].filter((rule) => !known.has(rule))).toEqual([]);
  expect(Object.keys(runtimeRules).filter((rule) => !reported.has(rule))).toEqual([]);
});

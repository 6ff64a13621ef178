import {readFileSync, writeFileSync} from "node:fs";
import {toJsonSchema} from "@valibot/to-json-schema";
import {expect, test} from "vitest";
import {frontmatter} from "../../src/parser/frontmatter-schema.ts";
import {rules} from "../../src/parser/index.ts";
import {runtimeRules} from "../../src/runtime/rules.ts";

/** Files that are made from the code; `UPDATE=1` writes them. */
function made(path: string, text: string): void {
  const file = new URL(`../../${path}`, import.meta.url);
  if (process.env.UPDATE === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8"), `${path} is not up to date; UPDATE=1 writes it`).toBe(text);
}

test("the published JSON Schema says what the parser checks", () => {
  const schema = toJsonSchema(frontmatter, {errorMode: "throw"});
  made(
    "schema/frontmatter.schema.json",
    `${JSON.stringify({$id: "frontmatter.schema.json", title: "Frontmatter of a runbook", ...schema}, null, 2)}\n`
  );
});

test("the table of rules is that of the parser and of the runtime", () => {
  const rows = Object.entries({...rules, ...runtimeRules}).map(
    ([name, {severity, meaning}]) => `| \`${name}\` | ${severity} | ${meaning} |`
  );
  const head = [
    "# Rules",
    "",
    "What can be wrong with a document. An error keeps it from running, with exit code 2; a warning does not.",
    "This page is made from `src/parser/rules.ts` and `src/runtime/rules.ts`.",
    ""
  ];
  made("docs/rules.md", `${[...head, "| rule | severity | meaning |", "|---|---|---|", ...rows].join("\n")}\n`);
});

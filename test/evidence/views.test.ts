import {readFileSync} from "node:fs";
import {Validator} from "@cfworker/json-schema";
import {describe, expect, test} from "vitest";
import {views} from "../../src/evidence/views.ts";
import {golden, journals, materialOf} from "./kept.ts";

const nbformat = new Validator(JSON.parse(readFileSync(new URL("nbformat.v4.5.schema.json", import.meta.url), "utf8")), "4", false);
const files = {html: "html", md: "md", ipynb: "ipynb", junit: "xml"} as const;

/** What the page holds for its script is the document and the journal, which other goldens hold. */
const withoutRecord = (text: string): string => text.replace(/(<script id="record"[^>]*>).*?(<\/script>)/s, "$1null$2");

describe.each(journals)("journal %s", (name) => {
  test.each(["html", "md", "ipynb", "junit"] as const)("gives its golden %s", (format) => {
    golden(`goldens/${name}.${files[format]}`, withoutRecord(views[format](materialOf(name))));
  });
});

test.each(journals)("the notebook of %s is as nbformat's own schema wants it, each id once", (name) => {
  const notebook = JSON.parse(views.ipynb(materialOf(name))) as {readonly cells: readonly {readonly id: string}[]};
  expect(nbformat.validate(notebook).errors).toEqual([]);
  expect(new Set(notebook.cells.map(({id}) => id)).size).toBe(notebook.cells.length);
});

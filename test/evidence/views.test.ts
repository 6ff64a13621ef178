import {describe, test} from "vitest";
import {views} from "../../src/evidence/views.ts";
import {golden, journals, materialOf} from "./kept.ts";

describe.each(journals)("journal %s", (name) => {
  test("is a document with its results inlined", () => {
    golden(`goldens/${name}.md`, views.md(materialOf(name)));
  });
});

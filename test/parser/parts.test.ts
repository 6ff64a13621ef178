import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {parseMarkdown, parseWhole} from "../../src/parser/markdown.ts";
import {cutParts} from "../../src/parser/parts.ts";

const root = new URL("../..", import.meta.url).pathname;
const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...under("docs"), ...under("runbooks"), ...under("test/parser")].filter(
  (path) => existsSync(join(root, path))
);

function under(folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), {recursive: true})
    .map(String)
    .filter((path) => path.endsWith(".md"))
    .map((path) => join(folder, path));
}

/** Filler without meaning, so that every heading is far enough from the last to be cut at. */
const filler = `${"word ".repeat(1300)}\n\n`;
const strip = (text: string) => text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");

describe("part by part is the same as the whole", () => {
  test.each(documents)("%s", (path) => {
    const text = strip(readFileSync(join(root, path), "utf8"));
    expect(parseMarkdown(text).children).toEqual(parseWhole(text).children);
    const long = text.replace(/^(?=#)/gm, filler);
    expect(parseMarkdown(long).children).toEqual(parseWhole(long).children);
  });

  test("of any pieces in any order", () => {
    const piece = fc.constantFrom(
      "# Heading\n",
      "## Other\n\n",
      "#no heading\n",
      filler,
      "text\n",
      "\n",
      "```bash\n# comment\n```\n",
      "```\n# in a fence\n",
      "~~~~\n",
      "~~~ info\ntext\n\n```\n~~~~ \n",
      "````sql {#x}\nselect `1`;\n```\n````\n",
      "```\n\n```\n",
      "   ```\n",
      "    ```\n",
      "- item\n\n  ```\n  # in a list\n",
      "- [ ] task\n",
      "  ## in an item\n",
      "> quote\n> # in a quote\n",
      "> ```\n",
      ":::note\n",
      "::::gate[Label]{#x}\n",
      ":::\n",
      "::::\n",
      "::leaf{a=b}\n",
      "<div>\n# in html\n",
      "</div>\n\n",
      "<!-- comment\n",
      "-->\n",
      "<pre>\n",
      "<script>\n",
      "</script>\n",
      "[label]: https://example.com\n",
      "see [label] and [^note] and [text][LABEL]\n",
      "[^note]: a note\n\n    # in the note\n",
      "---\n",
      "===\n",
      "| a | b |\n|---|---|\n",
      "\t# tab\n",
      " # indented heading\n",
      "text `code\n# more` code\n",
      "www.example.com and a@example.com\n"
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 24}), (pieces) => {
        const text = pieces.join("");
        expect(parseMarkdown(text).children).toEqual(parseWhole(text).children);
      }),
      {numRuns: 300}
    );
  });
});

test("a document with many sections is cut", () => {
  const text = `${filler}# One\n\n`.repeat(10);
  expect(cutParts(text).length).toBeGreaterThan(8);
});

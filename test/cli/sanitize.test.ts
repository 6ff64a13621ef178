import fc from "fast-check";
import {describe, expect, it} from "vitest";

import {cutToWidth, toTerminalLine, widthOf, withoutColours} from "../../src/cli/terminal/sanitize.ts";

const coloured = (text: string): string => toTerminalLine(text, {colour: true});

describe("a line that a cell printed", () => {
  it("keeps its colours, and ends them", () => {
    expect(coloured("\x1b[31mred\x1b[0m and \x1b[1;38;5;208mbold orange")).toBe(
      "\x1b[31mred\x1b[0m and \x1b[1;38;5;208mbold orange\x1b[0m"
    );
  });

  it("loses its colours where none are wanted", () => {
    expect(toTerminalLine("\x1b[31mred\x1b[0m", {colour: false})).toBe("red");
  });

  for (const [what, text] of Object.entries({
    "moves of the cursor": "a\x1b[2J\x1b[1;1Hb",
    "a title of the window": "a\x1b]0;owned\x07b",
    "a title that ends with ST": "a\x1b]0;owned\x1b\\b",
    "a hyperlink": "a\x1b]8;;https://evil.example\x1b\\\x1b]8;;\x1b\\b",
    "a write to the clipboard": "a\x1b]52;c;ZXZpbA==\x07b",
    "a device control string": "a\x1bPq#0;2;0;0;0\x1b\\b",
    "the 8-bit forms": "a\x9b2J\x9d0;owned\x9cb",
    "a switch of the character set": "a\x1b(0b",
    "a reset of the terminal": "a\x1bcb",
    "the alternate screen": "a\x1b[?1049hb"
  })) {
    it(`loses ${what}`, () => {
      expect(coloured(text)).toBe("ab");
    });
  }

  it("shows other controls as pictures instead of obeying them", () => {
    expect(coloured("bell\x07 back\x08 nul\x00 del\x7f")).toBe("bell␇ back␈ nul␀ del␡");
  });

  it("cannot turn the direction of text around", () => {
    expect(coloured("rm \u202e/tmp")).toBe("rm \ufffd/tmp");
  });

  it("cannot hide text by concealing it", () => {
    expect(coloured("\x1b[8mhidden\x1b[0m")).not.toContain("\x1b[8m");
    expect(coloured("\x1b[38;5;8mgrey")).toContain("\x1b[38;5;8m");
  });

  it("shows what a progress bar wrote last", () => {
    expect(coloured("10%\r50%\r100%\r")).toBe("100%");
  });

  it("never holds a control character beyond colours, whatever was printed", () => {
    const pieces = fc.constantFrom(
      "\x1b",
      "[",
      "]",
      "m",
      "0;",
      "\x07",
      "\x9b",
      "\x9c",
      "\\",
      "a",
      "31",
      "P",
      "\r",
      "\t",
      "\x00",
      "?25h",
      "\u202e",
      "é",
      "🙂"
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({unit: "binary"})), {maxLength: 30}), (parts) => {
        const line = coloured(parts.join("").replaceAll("\n", ""));
        expect(withoutColours(line)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
      {numRuns: 3000}
    );
  });
});

describe("the width of a line", () => {
  it("is counted in columns, not letters", () => {
    expect(widthOf("naïve")).toBe(5);
    expect(widthOf("日本")).toBe(4);
    expect(widthOf("e\u0301")).toBe(1);
  });

  it("is cut without cutting a colour in two", () => {
    expect(cutToWidth("\x1b[31mabcdef\x1b[0m", 3)).toBe("\x1b[31mabc\x1b[0m");
    expect(cutToWidth("日本語", 5)).toBe("日本");
  });
});

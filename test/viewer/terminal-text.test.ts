import fc from "fast-check";
import {expect, test} from "vitest";

import {TerminalText} from "../../src/viewer/terminal-text.ts";

const show = (...chunks: readonly string[]): string => {
  const terminal = new TerminalText();
  const pieces = chunks.flatMap((chunk) => {
    terminal.feed("stdout", chunk);
    return terminal.take().completed;
  });
  return [...pieces, ...terminal.take().current].map(({text}) => text).join("");
};
const styles = (text: string) => {
  const terminal = new TerminalText();
  terminal.feed("stdout", text);
  return terminal.take().current.map(({text, style: {flags, ink, paper}}) => [text, ...flags, ink, paper]);
};

test("a progress bar shows its last state, and Windows line ends are line ends", () => {
  expect(show("10%\r20%\r100%\ndone")).toBe("100%\ndone");
  expect(show("long line\rshort\n")).toBe("shortline\n");
  expect(show("long line\r\u001b[Kshort\n")).toBe("short\n");
  expect(show("ab\bc\n")).toBe("ac\n");
  expect(show("one\r\ntwo\r\n")).toBe("one\ntwo\n");
  expect(show("one\r", "\ntwo")).toBe("one\ntwo");
});

test("colours are kept: of the theme, of the palette and exact ones", () => {
  expect(styles("\u001b[31mred\u001b[0m plain \u001b[1;92mok\u001b[22;39m!")).toEqual([
    ["red", 1, null],
    [" plain ", null, null],
    ["ok", "bold", 10, null],
    ["!", null, null]
  ]);
  expect(styles("\u001b[38;5;208ma\u001b[48;2;1;2;999mb")).toEqual([
    ["a", "rgb(255 135 0)", null],
    ["b", "rgb(255 135 0)", "rgb(1 2 255)"]
  ]);
});

test("a link becomes its text, whatever it leads to, and titles are dropped", () => {
  expect(show("\u001b]8;;javascript:alert(1)\u0007click\u001b]8;;\u0007 me")).toBe("click me");
  expect(show("\u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\")).toBe("here");
  expect(show("\u001b]0;evil title\u0007text\u001b[2J\u001b[10;10Hmore\u001b(B")).toBe("textmore");
});

test("control characters are shown and not obeyed", () => {
  expect(show("a\u0001b\u007fc\u0000d\u0007e\u000cf")).toBe("a\u2401b\u2421cde\u240cf");
});

test("it does not matter how the text was cut into chunks", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "text",
      "\r",
      "\n",
      "\b",
      "\u001b[31m",
      "\u001b[0m",
      "\u001b[K",
      "\u001b]8;;http://x\u0007",
      "\u001b]8;;\u001b\\",
      "ü",
      "\u001b[38;5;9m"
    ),
    {maxLength: 30}
  );
  fc.assert(
    fc.property(pieces, fc.array(fc.nat({max: 200}), {maxLength: 6}), (parts, cuts) => {
      const text = parts.join("");
      const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((one, other) => one - other);
      const chunks = [...places, text.length].map((end, place) => text.slice(places[place - 1] ?? 0, end));
      expect(show(...chunks)).toBe(show(text));
    })
  );
});

test("an escape sequence that never ends hides no more than itself", () => {
  expect(show(`\u001b]8;;${"x".repeat(10_000)}`, " after\n")).toContain("after");
});

import {expect, test} from "vitest";
import {encodeKey, encodePaste, type Key} from "../../src/viewer/terminal-keys.ts";

const modes = {applicationCursor: false, bracketedPaste: false};
const key = (name: string, held = ""): Key => ({
  key: name,
  ctrlKey: held.includes("C"),
  altKey: held.includes("A"),
  shiftKey: held.includes("S"),
  metaKey: held.includes("M"),
  isAltGraph: held.includes("G")
});

test.each<[string, string, string | null]>([
  ["a", "", "a"],
  ["A", "S", "A"],
  ["é", "", "é"],
  ["c", "C", "\x03"],
  ["C", "CS", null], // copies
  ["v", "M", null],
  [" ", "C", "\0"],
  ["]", "C", "\x1d"],
  ["]", "CAG", "\x1d"], // AltGr is needed for it
  ["@", "CAG", "@"],
  ["x", "A", "\x1bx"],
  ["Enter", "", "\r"],
  ["Tab", "S", "\x1b[Z"],
  ["Backspace", "", "\x7f"],
  ["ArrowUp", "", "\x1b[A"],
  ["ArrowRight", "C", "\x1b[1;5C"],
  ["PageDown", "", "\x1b[6~"],
  ["Delete", "S", "\x1b[3;2~"],
  ["F1", "", "\x1bOP"],
  ["F12", "", "\x1b[24~"],
  ["Shift", "S", null],
  ["Dead", "", null]
])("the key %s with %j is what xterm sends for it", (name, held, sent) => {
  expect(encodeKey(key(name, held), modes)).toBe(sent);
});

test("arrows follow the program's mode, and so does what is pasted", () => {
  expect(encodeKey(key("ArrowUp"), {...modes, applicationCursor: true})).toBe("\x1bOA");
  expect(encodePaste("one\r\ntwo\n", modes)).toBe("one\rtwo\r");
  expect(encodePaste("one\x1b[201~\ntwo", {...modes, bracketedPaste: true})).toBe("\x1b[200~one[201~\rtwo\x1b[201~");
});

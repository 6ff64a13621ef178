import {describe, expect, it} from "vitest";

import {parseAnswers} from "../../src/cli/answers.ts";

const read = (text: string) => parseAnswers("answers.yaml", text);

describe("a file of answers", () => {
  it("gives each step or input its text as it is written", () => {
    expect(read(`declare: confirmed\ncan-access: No\nAT: 2026-01-31 14:30:00+00\nMINUTES: 010\n`)).toEqual([
      {key: "declare", text: "confirmed", note: "", by: null},
      {key: "can-access", text: "No", note: "", by: null},
      {key: "AT", text: "2026-01-31 14:30:00+00", note: "", by: null},
      {key: "MINUTES", text: "010", note: "", by: null}
    ]);
  });

  it("may say who answered, and a note", () => {
    expect(read("ready: {answer: completed, by: Ada, note: seen on the standby}")).toEqual([
      {key: "ready", text: "completed", by: "Ada", note: "seen on the standby"}
    ]);
  });

  it("may be empty", () => {
    expect(read("# nothing yet\n")).toEqual([]);
  });

  for (const [text, message] of [
    ["- declare", "answers.yaml:1:1: expected lines of `step-id: answer`"],
    ["a: yes\na: no", "answers.yaml:2:1: Map keys must be unique"],
    ["a:\n  anser: yes", 'answers.yaml:2:3: an answer has "answer", "note" and "by", each a text; found "anser"'],
    ["a: {note: x}", 'answers.yaml:1:4: "a" has no "answer"'],
    ["b: yes\na:", 'answers.yaml:2:3: expected an answer for "a", like "a: confirmed"'],
    ["a: [x]", 'answers.yaml:1:4: expected an answer for "a", like "a: confirmed"']
  ] as const) {
    it(`is refused with its place: ${JSON.stringify(text)}`, () => {
      expect(() => read(text)).toThrow(message);
    });
  }
});

import {describe, expect, it} from "vitest";
import {compareLines} from "../../src/model/compare-lines.ts";
import type {Compared} from "../../src/model/compare-runs.ts";
import {compareRuns} from "../../src/model/compare-runs.ts";
import type {Fact} from "../../src/model/event.ts";
import {normalise} from "../../src/model/normalise.ts";
import {fold} from "../../src/model/run.ts";
import {parseRunbook} from "../../src/parser/index.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {began, failed, passed, printed, started, story} from "./story.ts";

const tell = (ids: readonly string[], ...facts: readonly Fact[]): Compared => ({
  runbook: parseRunbook(Buffer.from(ids.map((id) => `\`\`\`bash {#${id}}\n:\n\`\`\`\n`).join("\n")), {path: "a.md", kinds}),
  run: fold(story(started(...ids), ...facts))
});

describe("two runs", () => {
  it("that differ in times and ids alone do not differ", () => {
    const a = tell(["one"], began("one"), printed("one", "at 2026-01-31 02:11:04.125+00 by pid 17 in 12 ms\n"), passed("one"));
    const b = tell(["one"], began("one"), printed("one", "at 2026-02-28 02:09:59.001+00 by pid 4711 in 3 ms\n"), passed("one"));
    expect(compareRuns(a, b)).toMatchObject({differs: false, steps: [{step: "one", output: null}]});
  });

  it("differ in outcomes, in lines of outputs, and in steps that only one has", () => {
    const a = tell(["gone", "one", "two"], began("one"), printed("one", "a\nb\nc\n"), passed("one"), began("two"), passed("two"));
    const b = tell(["one", "new", "two"], began("one"), printed("one", "a\nB\nc\n"), passed("one"), began("two"), failed("two", "no"));
    const {steps, differs, otherDocument} = compareRuns(a, b);
    expect([differs, otherDocument]).toEqual([true, true]);
    expect(steps).toMatchObject([
      {step: "gone", only: "first", outcomes: ["pending", null]},
      {
        step: "one",
        outcomes: ["passed", "passed"],
        output: {
          differing: {
            lines: [
              {of: "first", text: "b"},
              {of: "second", text: "B"}
            ]
          }
        }
      },
      {step: "new", only: "second"},
      {step: "two", outcomes: ["passed", "failed"], output: null}
    ]);
  });
});

describe("lines", () => {
  it("are compared by what they have in common", () => {
    expect(compareLines(["a", "b", "c", "d"], ["b", "x", "d"])!.lines.map(({of, text}) => `${of === "first" ? "-" : "+"}${text}`)).toEqual([
      "-a",
      "-c",
      "+x"
    ]);
    expect(compareLines(["a"], ["a"])).toBeNull();
  });

  it("of huge outputs are listed up to a bound, and the rest is counted", () => {
    const many = (mark: string): readonly string[] => Array.from({length: 30_000}, (_, index) => `${mark}${index}`);
    expect(compareLines(many("a"), many("b"))).toMatchObject({more: 59_800});
  });
});

it("normalising leaves plain numbers, ports and versions alone", () => {
  const text = "PostgreSQL 15.18 on localhost:5432, 100000 rows, 3 of 4, exit 17, 10:30";
  expect(normalise(text)).toBe(text);
  expect(normalise("started 0198c0de-0000-7000-8000-0123456789ab at 0x7ffe12 in /tmp/x.Ab1 [4711]")).toBe(
    "started <id> at <address> in /tmp/<name> [<pid>]"
  );
});

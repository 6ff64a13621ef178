import {describe, expect, test} from "vitest";
import {createGithubReporter} from "../../src/cli/terminal/github.ts";
import {createLiveReporter} from "../../src/cli/terminal/live.ts";
import {plain} from "../../src/cli/terminal/paint.ts";
import {createTranscript} from "../../src/cli/terminal/transcript.ts";
import type {Fact} from "../../src/model/event.ts";
import {began, failed, id, passed, printed, started, story} from "../model/story.ts";
import {cell, runbook} from "../runtime/tiny.ts";

const book = runbook([cell("server", "serve"), cell("later", "true")]);
const ready: Fact = {type: "cell-ready", step: id("server"), attempt: 1, process: null};
const events = story(
  started("server", "later"),
  began("server"),
  printed("server", "listening\n"),
  ready,
  began("later"),
  printed("later", "one\n"),
  printed("server", "a visit\n"),
  failed("server", "it was ready, and ended by itself before the run did: exit status 4"),
  printed("later", "two\n"),
  passed("later")
);

describe("a cell in the background", () => {
  test("is named where it prints among the lines of another, and its end is told when it comes", () => {
    const transcript = createTranscript(book, plain);
    const lines = events.flatMap((event) => {
      const {outputs, facts} = transcript.hear(event);
      return [...outputs, ...facts];
    });
    expect(lines.filter((line) => /listening|visit|one|two|ready/.test(line))).toEqual([
      "  │ listening",
      "✓ server ready, goes on in the background",
      "  │ one",
      "  server │ a visit",
      "✗ server failed in 5ms: it was ready, and ended by itself before the run did: exit status 4, at tiny.md:1",
      "  │ two"
    ]);
  });

  test("does not take the place of the running cell on a terminal", () => {
    const written: string[] = [];
    const reporter = createLiveReporter(
      book,
      {columns: 80, isTTY: true, write: (text) => written.push(text)},
      {now: () => 0, paint: plain}
    );
    for (const event of events.slice(0, -2)) reporter.hear([event]);
    expect(written.at(-1)).toContain("✗ server failed");
    expect(written.at(-1)).toMatch(/later 0ms\n {2}│ one\n$/); // drawn again below
    reporter.end({folder: "run", unanswered: null});
  });

  test("has its failure annotated though another cell's group is open", () => {
    let text = "";
    const reporter = createGithubReporter(book, {write: (more) => (text += more), summaryFile: null});
    for (const event of events.slice(0, -2)) reporter.hear([event]);
    const token = /::group::later\n::stop-commands::(\S+)/.exec(text)![1]!;
    const [, inside] = text.split(`::stop-commands::${token}\n`);
    expect(inside).toMatch(new RegExp(`::${token}::\\n::error file=tiny.md,`));
    expect(text.trimEnd().endsWith(`::stop-commands::${token}`)).toBe(true);
  });
});

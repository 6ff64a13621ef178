import {describe, expect, test} from "vitest";
import {JournalError} from "../../src/model/run.ts";
import {readEvent, toLine} from "../../src/model/wire.ts";
import {everything, id} from "./story.ts";

const prev = "0".repeat(64);
const addedLater = [
  "adopted",
  "process",
  "cell-started.by",
  "run-ended.by",
  "files",
  "includes",
  "directory",
  "idleMs",
  "supplied",
  "exact"
];

describe("a line of the journal", () => {
  test("gives back its event, whatever the event", () => {
    expect(everything.map((event) => readEvent(toLine(event, prev)))).toEqual(everything);
    expect(toLine(everything[0]!, prev)).toMatch(
      /^\{"seq":1,"at":"2026-01-01T00:00:00.000Z","ms":0,"type":"run-started".*,"prev":"0{64}"\}\n$/
    );
  });

  test("may hold fields of a later format, which are left out", () => {
    const skipped = everything.find(({type}) => type === "step-skipped")!;
    expect(readEvent({...skipped, mood: "fine", prev})).toEqual(skipped);
  });

  test("of an older format is read with what it did not say", () => {
    const {files: _, includes: __, ...older} = everything[0] as {files: unknown; includes: unknown};
    expect(readEvent(older)).toEqual({...everything[0], files: {}, includes: {}});
  });

  test.each<[string, unknown, string]>([
    ["no JSON", "{", 'journal broken at event 0: a line must be JSON, found "{"'],
    ["no object", 7, "journal broken at event 0: the event must be an object, found 7"],
    ["no number", {at: "2026-01-01T00:00:00Z", ms: 0}, 'journal broken at event 0: "seq" must be a whole number from 1, found nothing'],
    ["no time", {seq: 3, at: "soon", ms: 0}, 'journal broken at event 3: "at" must be a time, found "soon"'],
    [
      "an unknown fact",
      {seq: 3, at: "2026-01-01T00:00:00Z", ms: 0, type: "cell-exploded"},
      'journal broken at event 3: "type" must be one of run-started, run-resumed, '
    ],
    [
      "a word that is none",
      {seq: 3, at: "2026-01-01T00:00:00Z", ms: 0, type: "run-ended", outcome: "fine", reason: "", notes: []},
      '"outcome" must be one of passed, failed, missed, stopped, cancelled, found "fine"'
    ],
    [
      "a field of another type",
      {seq: 3, at: "2026-01-01T00:00:00Z", ms: 0, type: "run-ended", outcome: "passed", reason: "", notes: [1]},
      '"notes[0]" must be a text, found 1'
    ],
    ["a field from the prototype", {seq: 3, at: "2026-01-01T00:00:00Z", ms: 0, type: "constructor"}, '"type" must be one of'],
    [
      "a missing field",
      {
        seq: 3,
        at: "2026-01-01T00:00:00Z",
        ms: 0,
        type: "output-written",
        step: id("a"),
        attempt: 1,
        output: {type: "text", stream: "stdout"}
      },
      '"output.text" must be a text, found nothing'
    ]
  ])("with %s is refused, and says so", (_, line, message) => {
    expect(() => readEvent(line)).toThrow(JournalError);
    expect(() => readEvent(line)).toThrow(message);
  });

  test("cannot lose a field without being refused", () => {
    for (const event of everything) {
      for (const name of Object.keys(event)) {
        if (addedLater.includes(name) || addedLater.includes(`${event.type}.${name}`)) continue;
        const {[name]: _, ...rest} = event as unknown as Record<string, unknown>;
        expect(() => readEvent(rest), `${event.type} without ${name}`).toThrow(JournalError);
      }
    }
  });
});

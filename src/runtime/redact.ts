/** Secrets leave no trace: one streaming matcher of bytes stands in front of every sink, and finds them however a pipe cut them. */

import type {Match, Matcher} from "./matcher.ts";
import {createMatcher} from "./matcher.ts";
import {secretForms} from "./secret-forms.ts";
import type {VisibleText} from "./visible-text.ts";
import {readVisible} from "./visible-text.ts";

export interface Redactor {
  /** From now on this value, in every form it may be printed in, becomes `[redacted:NAME]`. */
  add(name: string, value: string): void;
  /** What was added, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Nothing is secret; texts may be passed on as they are. */
  readonly idle: boolean;
  text(text: string): {readonly text: string; readonly count: number};
  /** Puts the values of secrets in place of their marks; not where a secret had been printed in another form. */
  restore(text: string): string;
  stream(): RedactedStream;
}
/** The bytes of one stream on their way to the sinks. What might be the beginning of a secret is held back until it is known. */
export interface RedactedStream {
  write(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
  readonly count: number;
}

/** Values too short to be told from other text. */
export const shortestSecret = 4;
export const markOf = (name: string): string => `[redacted:${name}]`;

export function createRedactor(): Redactor {
  const marks: Uint8Array[] = []; // by pattern
  const patterns: Uint8Array[] = [];
  const known = new Set<string>();
  const secrets = new Map<string, string>();
  let made: Matcher | null = null; // of all patterns; made when it is needed, because secrets come one after the other

  return {
    add(name, value) {
      if (secrets.get(name) === value) return; // a connection is resolved for each of its cells
      const mark = Buffer.from(markOf(name));
      secrets.set(name, value);
      for (const form of secretForms(value, shortestSecret)) {
        const key = form.toString("latin1");
        if (known.has(key)) continue;
        known.add(key);
        patterns.push(form);
        marks.push(mark);
        made = null;
      }
    },
    secrets,
    get idle() {
      return patterns.length === 0;
    },
    text(text) {
      const matcher = matcherOfAll();
      if (matcher === null) return {text, count: 0};
      const bytes = Buffer.from(text);
      if (matcher.find(bytes, 0, bytes.length) === null) return {text, count: 0};
      const stream = openStream();
      const shown = Buffer.concat([stream.write(bytes), stream.end()]);
      return {text: shown.toString(), count: stream.count};
    },
    restore: (text) => text.replace(/\[redacted:([^\]]*)\]/g, (mark, name: string) => secrets.get(name) ?? mark),
    stream: openStream
  };

  function matcherOfAll(): Matcher | null {
    return patterns.length === 0 ? null : (made ??= createMatcher(patterns));
  }

  function openStream(): RedactedStream {
    let tail: Uint8Array = new Uint8Array(0); // not decided yet
    let covered = 0; // so many bytes of the tail belong to a secret whose mark has been written
    let count = 0;
    return {
      write: (bytes) => pass(bytes, false),
      end: () => pass(new Uint8Array(0), true),
      get count() {
        return count;
      }
    };

    function pass(bytes: Uint8Array, last: boolean): Uint8Array {
      const matcher = matcherOfAll();
      if (matcher === null) return bytes;
      const text = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
      const visible = readVisible(text);
      const hold = last ? text.length : findHold(matcher, text, visible);
      const kept: Uint8Array[] = [];
      let next = 0; // bytes before it have been dealt with
      let secretTo = covered;
      // Secrets may overlap: everything that any of them covers is left out, under the mark of the first.
      for (const match of findMatches(matcher, text, visible)) {
        if (match.start >= hold) break;
        if (match.start >= secretTo) {
          kept.push(text.subarray(Math.max(next, secretTo), match.start), marks[match.pattern]!);
          next = match.start;
          count++;
        }
        secretTo = Math.max(secretTo, match.end);
      }
      const from = Math.max(next, secretTo);
      if (from < hold) kept.push(text.subarray(from, hold));
      tail = text.slice(hold);
      covered = Math.max(0, secretTo - hold);
      return kept.length === 1 ? kept[0]! : Buffer.concat(kept);
    }
  }
}

const mostHidden = 16 * 1024; // bytes of a secret and of what stands between its letters

/** From where on nobody can say yet: a secret, or a sequence that may stand inside one, has begun. */
function findHold(matcher: Matcher, text: Uint8Array, visible: VisibleText | null): number {
  const hold = beginningIn(matcher, text);
  if (visible === null) return hold;
  const place = beginningIn(matcher, visible.text);
  const began = Math.min(hold, visible.open, place < visible.text.length ? visible.start(place) : text.length);
  return text.length - began > matcher.longest + mostHidden ? hold : began;
}

/** A "_" may be struck over by the next letter, to underline it. */
function beginningIn(matcher: Matcher, text: Uint8Array): number {
  const hold = matcher.beginning(text, 0, text.length);
  if (text.at(-1) !== underscore) return hold;
  const before = matcher.beginning(text, 0, text.length - 1);
  return before < text.length - 1 ? Math.min(hold, before) : hold;
}

const underscore = 0x5f;

/** By their places. Where something stands between the letters of a secret, all from its first to its last is covered. */
function* findMatches(matcher: Matcher, text: Uint8Array, visible: VisibleText | null): Generator<Match> {
  const plain = eachMatch(matcher, text);
  if (visible === null) return yield* plain;
  const hidden = [...eachMatch(matcher, visible.text)].map(({start, end, pattern}) => ({
    start: visible.start(start),
    end: visible.end(end - 1),
    pattern
  }));
  yield* [...plain, ...hidden].sort((a, b) => a.start - b.start || b.end - a.end);
}

function* eachMatch(matcher: Matcher, text: Uint8Array): Generator<Match> {
  for (let match = matcher.find(text, 0, text.length); match !== null; match = matcher.find(text, match.start + 1, text.length))
    yield match;
}

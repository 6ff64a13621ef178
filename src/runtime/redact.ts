/** Secrets leave no trace: one streaming matcher of bytes stands in front of every sink, and finds them however a pipe cut them. */

import type {Matcher} from "./matcher.ts";
import {createMatcher} from "./matcher.ts";
import {secretForms} from "./secret-forms.ts";

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
  let matcher: Matcher | null = null;

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
      }
      if (patterns.length > 0) matcher = createMatcher(patterns);
    },
    secrets,
    get idle() {
      return matcher === null;
    },
    text(text) {
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
      if (matcher === null) return bytes;
      const text = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
      const hold = last ? text.length : matcher.beginning(text, 0, text.length);
      const kept: Uint8Array[] = [];
      let next = 0; // bytes before it have been dealt with
      let secretTo = covered;
      // Secrets may overlap: everything that any of them covers is left out, under the mark of the first.
      for (
        let match = matcher.find(text, 0, text.length);
        match !== null && match.start < hold;
        match = matcher.find(text, match.start + 1, text.length)
      ) {
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

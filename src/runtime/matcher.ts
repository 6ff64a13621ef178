/**
 * Finds many byte patterns at once (Wu-Manber over blocks of two or three bytes): most places of a text are passed over without being looked
 * at, so that redaction is faster than the hash of the same bytes.
 */
export interface Matcher {
  readonly longest: number;
  /** The first place from `from` where a pattern stands whole; of several at one place, the longest. */
  find(text: Uint8Array, from: number, end: number): Match | null;
  /** The first place from `from` at which the rest of the text is the beginning of a pattern, but not all of it; `end` if there is none. */
  beginning(text: Uint8Array, from: number, end: number): number;
}
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly pattern: number; // its index
}

const places = 1 << 17;
/** Where a block stands in the table. Blocks may share a place: a shift is then shorter than it could be, never longer. */
const place = (first: number, second: number, third: number): number => ((first << 9) ^ (second << 5) ^ third) & (places - 1);

// Of hundreds of patterns some block of two bytes stands at nearly every place of a text; of short ones it allows longer shifts.
const longEnough = 8;

/** Patterns must have at least two bytes. */
export function createMatcher(patterns: readonly Uint8Array[]): Matcher {
  const window = Math.min(...patterns.map(({length}) => length));
  const longest = Math.max(...patterns.map(({length}) => length));
  const wide = window >= longEnough; // blocks of three bytes, not of two
  const block = wide ? 3 : 2;
  const blockTo = (text: Uint8Array, at: number): number => place(wide ? text[at - 2]! : 0, text[at - 1]!, text[at]!);
  const shifts = new Uint8Array(places).fill(Math.min(255, window - block + 1));
  const byWindowEnd = new Map<number, number[]>(); // block at the end of the window → patterns, longest first
  const byStart = new Map<number, number[]>(); // first byte → patterns
  for (const [index, pattern] of patterns.entries()) {
    for (let at = block - 1; at < window; at++) shifts[blockTo(pattern, at)] = Math.min(shifts[blockTo(pattern, at)]!, window - 1 - at);
    push(byWindowEnd, blockTo(pattern, window - 1), index);
    push(byStart, pattern[0]!, index);
  }
  for (const candidates of byWindowEnd.values()) candidates.sort((a, b) => patterns[b]!.length - patterns[a]!.length);

  return {
    longest,
    find(text, from, end) {
      let at = from + window - 1;
      while (at < end) {
        const shift = shifts[blockTo(text, at)]!;
        if (shift > 0) {
          at += shift;
          continue;
        }
        const start = at - window + 1;
        for (const index of byWindowEnd.get(blockTo(text, at))!) {
          const pattern = patterns[index]!;
          if (start + pattern.length <= end && stands(pattern, text, start, pattern.length))
            return {start, end: start + pattern.length, pattern: index};
        }
        at++;
      }
      return null;
    },
    beginning(text, from, end) {
      for (let start = Math.max(from, end - longest + 1); start < end; start++) {
        for (const index of byStart.get(text[start]!) ?? []) {
          const pattern = patterns[index]!;
          if (pattern.length > end - start && stands(pattern, text, start, end - start)) return start;
        }
      }
      return end;
    }
  };
}

function stands(pattern: Uint8Array, text: Uint8Array, start: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (text[start + at] !== pattern[at]) return false;
  return true;
}

function push(map: Map<number, number[]>, key: number, index: number): void {
  const list = map.get(key);
  if (list) list.push(index);
  else map.set(key, [index]);
}

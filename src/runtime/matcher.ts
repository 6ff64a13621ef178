/**
 * Finds many byte patterns at once (Wu-Manber over two-byte blocks): most places of a text are passed over without being looked
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

/** Patterns must have at least two bytes. */
export function createMatcher(patterns: readonly Uint8Array[]): Matcher {
  const window = Math.min(...patterns.map(({length}) => length));
  const longest = Math.max(...patterns.map(({length}) => length));
  const shifts = new Uint8Array(65_536).fill(Math.min(255, window - 1));
  const byWindowEnd = new Map<number, number[]>(); // block at the end of the window → patterns, longest first
  const byStart = new Map<number, number[]>(); // first byte → patterns
  for (const [index, pattern] of patterns.entries()) {
    for (let at = 1; at < window; at++) {
      const block = (pattern[at - 1]! << 8) | pattern[at]!;
      shifts[block] = Math.min(shifts[block]!, window - 1 - at);
    }
    push(byWindowEnd, (pattern[window - 2]! << 8) | pattern[window - 1]!, index);
    push(byStart, pattern[0]!, index);
  }
  for (const candidates of byWindowEnd.values()) candidates.sort((a, b) => patterns[b]!.length - patterns[a]!.length);

  return {
    longest,
    find(text, from, end) {
      let at = from + window - 1;
      while (at < end) {
        const block = (text[at - 1]! << 8) | text[at]!;
        const shift = shifts[block]!;
        if (shift > 0) {
          at += shift;
          continue;
        }
        const start = at - window + 1;
        for (const index of byWindowEnd.get(block)!) {
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

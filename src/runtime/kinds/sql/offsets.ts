/** PostgreSQL counts bytes of UTF-8 in parse trees and characters in error positions; JavaScript counts UTF-16 units. */

const ASCII = /^[\x00-\x7f]*$/;

/** A function from an offset in UTF-8 bytes to the offset in the string. */
export function byteOffsets(text: string): (bytes: number) => number {
  if (ASCII.test(text)) return (bytes) => bytes;
  const places: number[] = [];
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at)!;
    const length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (let byte = 0; byte < length; byte++) places.push(at);
    at += point < 0x10000 ? 1 : 2;
  }
  return (bytes) => places[bytes] ?? text.length;
}

/** The offset in the string of the character with this number, from 0. */
export function characterOffset(text: string, characters: number): number {
  if (ASCII.test(text)) return Math.min(characters, text.length);
  let at = 0;
  for (let left = characters; left > 0 && at < text.length; left--) at += text.codePointAt(at)! < 0x10000 ? 1 : 2;
  return at;
}

/** A function from an offset in the text to its line and column, from 1. */
export function placesIn(text: string): (offset: number) => {readonly line: number; readonly column: number} {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return {line: low + 1, column: offset - starts[low]! + 1};
  };
}

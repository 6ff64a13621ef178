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

/** Line and column, from 1, of an offset. */
export function placeAt(text: string, offset: number): {readonly line: number; readonly column: number} {
  const before = text.slice(0, offset);
  return {line: before.split("\n").length, column: offset - before.lastIndexOf("\n")};
}

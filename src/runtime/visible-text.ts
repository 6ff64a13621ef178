/** What a terminal would show of some bytes: colours and other escape sequences, overstrikes and NULs may stand inside a secret, and hide it. */

export interface VisibleText {
  readonly text: Uint8Array;
  /** Where a sequence or an overstrike begins whose end has not come; the length of what was given if there is none. */
  readonly open: number;
  /** Where a byte of the text begins in the bytes that were given, with what it overstrikes. */
  start(place: number): number;
  /** Where it ends there. */
  end(place: number): number;
}
/** A piece of the text that stands in one piece in the bytes, too. */
interface Piece {
  readonly place: number; // in the text
  readonly at: number; // in the bytes
  readonly from: number; // of what its first byte overstrikes
}

const esc = 0x1b;
const backspace = 0x08;
const bell = 0x07;

/** Null: all of it is shown as it is. */
export function readVisible(bytes: Uint8Array): VisibleText | null {
  if (!bytes.includes(esc) && !bytes.includes(backspace) && !bytes.includes(0)) return null;
  const text = new Uint8Array(bytes.length);
  const pieces: Piece[] = [];
  let length = 0;
  let struck = -1; // where the overstruck begins
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === esc) {
      const end = endOfSequence(bytes, at);
      if (end < 0) break;
      at = end;
    } else if (byte === backspace) {
      if (length > 0) struck = start(--length);
      if (pieces.at(-1)?.place === length) pieces.pop();
      at++;
    } else if (byte === 0) at++;
    else {
      const begin = at;
      while (at < bytes.length && (bytes[at]! > esc || isShown(bytes[at]!))) at++;
      pieces.push({place: length, at: begin, from: struck < 0 ? begin : struck});
      text.set(bytes.subarray(begin, at), length);
      length += at - begin;
      struck = -1;
    }
  }
  return {text: text.subarray(0, length), open: struck < 0 ? at : Math.min(struck, at), start, end};

  function start(place: number): number {
    const piece = pieceOf(pieces, place);
    return place === piece.place ? piece.from : piece.at + place - piece.place;
  }
  function end(place: number): number {
    const piece = pieceOf(pieces, place);
    return piece.at + place - piece.place + 1;
  }
}

const isShown = (byte: number): boolean => byte !== esc && byte !== backspace && byte !== 0;

/** The last that does not begin after the place. */
function pieceOf(pieces: readonly Piece[], place: number): Piece {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle]!.place <= place) low = middle;
    else high = middle - 1;
  }
  return pieces[low]!;
}

/** The place after a sequence that begins with ESC (ECMA-48); -1 while it has no end. */
function endOfSequence(bytes: Uint8Array, from: number): number {
  const kind = bytes[from + 1];
  if (kind === undefined) return -1;
  if (kind === 0x5b) return endOf(bytes, from + 2, 0x20, 0x3f); // CSI: parameters, then one final byte
  if (kind === 0x5d || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f) return endOfString(bytes, from + 2);
  return kind >= 0x20 && kind <= 0x2f ? endOf(bytes, from + 2, 0x20, 0x2f) : from + 2;
}

function endOf(bytes: Uint8Array, from: number, least: number, most: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! >= least && bytes[at]! <= most) at++;
  if (at === bytes.length) return -1;
  return bytes[at]! < 0x20 ? at : at + 1; // a control breaks it off
}

/** Titles, links and the like end with BEL or ESC \; a line break ends one that was forgotten. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === bell) return at + 1;
    if (byte === 0x0a) return at;
    if (byte === esc) return at + 1 < bytes.length ? at + 2 : -1;
  }
  return -1;
}

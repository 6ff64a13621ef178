/**
 * What a program wrote to its terminal, as lines of styled text: colours are kept, `\r`, `\b` and "erase line" act on the line
 * they are in (progress bars), everything else that an escape sequence may ask for is dropped. A link (OSC 8) is kept where it leads
 * to the web; any other becomes its text.
 */
import type {Stream} from "../model/event.ts";
import type {Style} from "./terminal-style.ts";
import {plain, restyle, sameStyle} from "./terminal-style.ts";
import {webAddress} from "./web-address.ts";

export interface Piece {
  readonly text: string;
  readonly style: Style;
  readonly stream: Stream;
  readonly link: string | null; // an address of the web
}

interface Pen {
  style: Style;
  link: string | null;
  rest: string; // an escape sequence that has not ended yet
}

const longestSequence = 4096;
// CSI … final byte | OSC or another string … BEL or ST | two-character escape
const sequence = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|([\]PX^_][^\u0007\u001b]*)(?:\u0007|\u001b\\)|[ -/]*[0-OQ-WYZ\\`-~])/y;

export class TerminalText {
  readonly #pens: Record<Stream, Pen> = {
    stdout: {style: plain, link: null, rest: ""},
    stderr: {style: plain, link: null, rest: ""}
  };
  #completed: Piece[] = [];
  #line: Piece[] = [];
  #length = 0; // of the line
  #column = 0;

  feed(stream: Stream, text: string): void {
    const pen = this.#pens[stream];
    const all = pen.rest + text;
    pen.rest = "";
    let from = 0;
    for (let place = 0; place < all.length; place++) {
      const code = all.charCodeAt(place);
      if (code > 0x1f && code !== 0x7f) continue;
      if (code === 0x09) continue;
      this.#write(all.slice(from, place), pen, stream);
      from = place + 1;
      if (code === 0x0a) this.#newLine(stream);
      else if (code === 0x0d) this.#column = 0;
      else if (code === 0x08) this.#column = Math.max(0, this.#column - 1);
      else if (code === 0x1b) {
        sequence.lastIndex = place;
        const found = sequence.exec(all);
        if (found) {
          if (found[3] !== undefined) followLink(pen, found[3]);
          else this.#obey(pen, found[1] ?? "", found[2] ?? "");
          place += found[0].length - 1;
          from = place + 1;
        } else if (
          all.length - place < longestSequence &&
          /^\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?|[ -/]*)$/.test(all.slice(place))
        ) {
          pen.rest = all.slice(place);
          return;
        }
      } else if (code !== 0x07 && code !== 0x00) this.#write(String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code), pen, stream);
    }
    this.#write(all.slice(from), pen, stream);
  }

  /** Lines that were completed since the last call, and the line that is still being written. */
  take(): {readonly completed: readonly Piece[]; readonly current: readonly Piece[]} {
    const completed = this.#completed;
    this.#completed = [];
    return {completed, current: this.#line};
  }

  #newLine(stream: Stream): void {
    for (const piece of this.#line) push(this.#completed, piece);
    push(this.#completed, {text: "\n", style: plain, stream: this.#line.at(-1)?.stream ?? stream, link: null});
    this.#line = [];
    this.#length = 0;
    this.#column = 0;
  }

  #write(text: string, {style, link}: Pen, stream: Stream): void {
    if (text === "") return;
    const after = this.#column + text.length;
    if (this.#column === this.#length) push(this.#line, {text, style, stream, link});
    else {
      const written = [...cut(this.#line, 0, this.#column), {text, style, stream, link}, ...cut(this.#line, after, this.#length)];
      this.#line = [];
      for (const piece of written) push(this.#line, piece);
    }
    this.#length = Math.max(this.#length, after);
    this.#column = after;
  }

  #obey(pen: Pen, parameters: string, final: string): void {
    if (final === "m") pen.style = restyle(pen.style, parameters);
    else if (final === "K") this.#erase(parameters);
    else if (final === "G") this.#column = Math.min(this.#length, Math.max(0, Number(parameters || 1) - 1));
  }

  #erase(parameters: string): void {
    if (parameters === "" || parameters === "0") {
      this.#line = cut(this.#line, 0, this.#column);
      this.#length = Math.min(this.#length, this.#column);
    } else if (parameters === "2") {
      this.#line = [];
      this.#length = 0;
      this.#column = 0;
    }
  }
}

/** What a terminal would show of a text that came at once, without its colours. */
export function toPlainText(text: string): string {
  if (!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) return text;
  const terminal = new TerminalText();
  terminal.feed("stdout", text);
  const {completed, current} = terminal.take();
  return [...completed, ...current].map((piece) => piece.text).join("");
}

/** OSC 8: `8;parameters;address` begins a link, one without an address ends it. */
function followLink(pen: Pen, string: string): void {
  const address = /^\]8;[^;]*;(.*)$/s.exec(string)?.[1];
  if (address !== undefined) pen.link = webAddress(address);
}

function push(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  if (last && last.stream === piece.stream && ((sameStyle(last.style, piece.style) && last.link === piece.link) || piece.text === "\n"))
    pieces[pieces.length - 1] = {...last, text: last.text + piece.text};
  else pieces.push(piece);
}

/** The part of a line between two columns. */
function cut(line: readonly Piece[], from: number, to: number): Piece[] {
  const found: Piece[] = [];
  let start = 0;
  for (const piece of line) {
    const text = piece.text.slice(Math.max(0, from - start), Math.max(0, to - start));
    if (text !== "") found.push({...piece, text});
    start += piece.text.length;
  }
  return found;
}

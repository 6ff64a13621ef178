/** What a cell printed may hold anything; on a terminal only text and colours of it are let through. */

// OSC, DCS, SOS, PM and APC strings with their end, or without one up to the end of the text; then CSI; then the short escapes.
const SEQUENCES =
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]|$)|\x1b[ -/]*[0-~]?/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;
// Also what turns the direction of text around: a line must read as it was written.
const INVISIBLE = /[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const MARK = "\u0000"; // stands for ESC of a colour that stays, while the other controls are replaced

/**
 * One line of untrusted text, made fit for a terminal: colours stay (unless `colour` is false), every other control sequence
 * goes, other controls become visible pictures. Of a line that was written over with `\r`, what remained to be seen.
 */
export function toTerminalLine(text: string, {colour}: {colour: boolean}): string {
  const lasting = overwritten(text);
  const plain = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e-\u202e\u2066-\u2069]/.test(lasting) ? neutralise(lasting, colour) : lasting;
  return plain.replaceAll("\t", "    ");
}

function neutralise(text: string, colour: boolean): string {
  let coloured = false;
  const kept = text.replaceAll(MARK, "\u2400").replace(SEQUENCES, (_, parameters: string | undefined, final: string | undefined) => {
    if (!colour || final !== "m" || !/^[\d;:]*$/.test(parameters ?? "")) return "";
    coloured = true;
    return `${MARK}[${withoutHiding(parameters ?? "")}m`;
  });
  const visible = kept.replace(CONTROLS, (control) => (control === MARK ? "\x1b" : pictureOf(control))).replace(INVISIBLE, "\ufffd");
  return coloured ? `${visible}\x1b[0m` : visible;
}

const pictureOf = (control: string): string => (control === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + control.charCodeAt(0)));

/** Blinking and concealed text are not colours. */
function withoutHiding(parameters: string): string {
  const codes = parameters.split(";");
  const kept: string[] = [];
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place]!;
    if (code === "38" || code === "48" || code === "58") {
      const length = codes[place + 1] === "5" ? 3 : codes[place + 1] === "2" ? 5 : 1;
      kept.push(...codes.slice(place, place + length));
      place += length - 1;
    } else if (!["5", "6", "8"].includes(code)) kept.push(code);
  }
  return kept.length > 0 ? kept.join(";") : "22";
}

/** Progress bars write over their line again and again; the last writing is what a person saw. */
function overwritten(text: string): string {
  if (!text.includes("\r")) return text;
  const writings = text.split("\r").filter((writing) => writing !== "");
  return writings.at(-1) ?? "";
}

/** The first `columns` columns of a line that may hold colours. */
export function cutToWidth(line: string, columns: number): string {
  let width = 0;
  let out = "";
  for (const part of line.matchAll(/\x1b\[[\d;:]*m|[\s\S]/gu)) {
    const text = part[0];
    if (text.startsWith("\x1b[")) out += text;
    else if (width < columns) {
      const wide = widthOf(text);
      if (width + wide > columns) break;
      width += wide;
      out += text;
    }
  }
  return out;
}

export const withoutColours = (line: string): string => line.replace(/\x1b\[[\d;:]*m/g, "");

/** How many columns a text without control sequences takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(letter)) continue;
    width += isWide(code) ? 2 : 1;
  }
  return width;
}

const isWide = (code: number): boolean =>
  code >= 0x1100 &&
  (code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd));

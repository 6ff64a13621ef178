/** Untrusted text as plain text: what a terminal would have obeyed is left out, what nobody could see is shown. */

/** Colours, cursor moves, titles and other sequences that begin with an escape character. */
const sequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g;
/** Control characters, and those that change the direction of text or hide in it. */
const unseen =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Each state of a line that a program wrote over itself becomes a line of its own. */
export const plainText = (text: string): string =>
  text
    .replace(sequences, "")
    .replace(/\r+\n/g, "\n")
    .replaceAll("\r", "\n")
    .replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const plainLine = (text: string): string =>
  plainText(text)
    .replace(/\s*\n\s*/g, " ")
    .trim();

/** `2026-01-01 10:00:00 UTC`: the same everywhere. */
export const timeWords = (at: string): string => `${at.slice(0, 19).replace("T", " ")} UTC`;

export const countWords = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

export function bytesWords(bytes: number): string {
  if (bytes < 1024) return countWords(bytes, "byte");
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${size < 10 ? Math.floor(size * 10) / 10 : Math.floor(size)} ${units[unit]}`;
}

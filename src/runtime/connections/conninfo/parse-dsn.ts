import {nearest} from "../../../model/nearest.ts";
import type {Conninfo} from "./keywords.ts";
import {ConninfoError, keywords} from "./keywords.ts";

/** `host=localhost port=5432 dbname='my db'`, as libpq reads it: quotes, backslashes, spaces around `=`. */
export function parseDsn(text: string): Conninfo {
  const found = new Map<string, string>();
  const WORD = /\s*([^\s=]+)\s*(=)?\s*/y;
  let at = 0;
  while (at < text.length) {
    if (text.slice(at).trim() === "") break;
    WORD.lastIndex = at;
    const [whole, name = "", equals] = WORD.exec(text) ?? ["", ""];
    if (whole === "") throw new ConninfoError(`there is no keyword before "=" at character ${at + 1} of the connection string`);
    if (!equals)
      throw new ConninfoError(
        `there is no "=" after the word that ends at character ${at + whole.trimEnd().length} of the connection string`
      );
    const value = readValue(text, at + whole.length, name);
    at = value.end;
    checkKeyword(name);
    found.set(name, value.text);
  }
  return found;
}

/** Throws when libpq knows no such keyword. */
export function checkKeyword(name: string): void {
  if (keywords[name]) return;
  const near = nearest(name, Object.keys(keywords));
  throw new ConninfoError(`libpq knows no connection keyword "${name}"${near ? `; did you mean "${near}"?` : ""}`);
}

function readValue(text: string, from: number, name: string): {readonly text: string; readonly end: number} {
  const quoted = text[from] === "'";
  let value = "";
  for (let at = quoted ? from + 1 : from; ; at++) {
    const char = text[at];
    if (char === undefined) {
      if (quoted) throw new ConninfoError(`the quoted value of "${name}" is not closed`);
      return {text: value, end: at};
    }
    if (char === "\\") value += text[++at] ?? "";
    else if (quoted && char === "'") return {text: value, end: at + 1};
    else if (!quoted && /\s/.test(char)) return {text: value, end: at};
    else value += char;
  }
}

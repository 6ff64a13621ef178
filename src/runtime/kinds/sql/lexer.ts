/**
 * The words of SQL as psql's own scanner cuts them, so that a text can be split, searched for variables and judged even where
 * the parser refuses it. Offsets are JavaScript's.
 */
export interface Token {
  readonly type: "word" | "quoted" | "string" | "number" | "symbol";
  readonly start: number;
  readonly end: number;
  readonly text: string; // of a word in lower case
}
export interface Lexed {
  readonly tokens: readonly Token[]; // without comments
  readonly unterminated: {readonly what: string; readonly start: number} | null;
}

const SPACE = /[ \t\n\r\f\v]/;
const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const WORD = /[A-Za-z_0-9$\u0080-\uffff]+/y;
const NUMBER = /(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(\d[\d_]*(\.(?!\.)[\d_]*)?|\.\d[\d_]*)([eE][+-]?\d+)?)/y;
const DOLLAR = /\$([A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$/y;
const PARAMETER = /\$\d+/y;
const TO_END_OF_LINE = /[^\n\r]*/y;
const CONTINUED = /[ \t\f\v]*(\r\n?|\n)([ \t\n\r\f\v]|--[^\n\r]*)*'/y; // 'a' <newline> 'b' is one string

/** Cuts the text into its tokens; an open quote or comment ends it. */
export function lex(text: string): Lexed {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    const next = nextToken(text, at);
    if (next === null) return {tokens, unterminated: null};
    if ("what" in next) return {tokens, unterminated: next};
    tokens.push(next);
    at = next.end;
  }
}

/** The first token at or after an offset; null at the end; what is open when it is never closed. */
export function nextToken(text: string, from: number): Token | {readonly what: string; readonly start: number} | null {
  for (let start = from; start < text.length; ) {
    if (SPACE.test(text[start]!)) {
      start++;
      continue;
    }
    const end = endOfComment(text, start);
    if (end === null) {
      const token = cut(text, start);
      if (token.type === "open") return {what: token.what, start};
      const written = text.slice(start, token.end);
      return {type: token.type, start, end: token.end, text: token.type === "word" ? written.toLowerCase() : written};
    }
    if (end < 0) return {what: "comment", start};
    start = end;
  }
  return null;
}

type Cut = {readonly type: Token["type"]; readonly end: number} | {readonly type: "open"; readonly what: string};

function cut(text: string, start: number): Cut {
  const char = text[start]!;
  if (char === "'") return string(text, start + 1, false);
  if (char === '"') return quoted(text, start + 1);
  if (/[eEbBxXnN]/.test(char) && text[start + 1] === "'") return string(text, start + 2, char === "e" || char === "E");
  if (/[uU]/.test(char) && text[start + 1] === "&") {
    if (text[start + 2] === "'") return string(text, start + 3, false);
    if (text[start + 2] === '"') return quoted(text, start + 3);
  }
  if (WORD_START.test(char)) return {type: "word", end: match(WORD, text, start)!};
  const number = match(NUMBER, text, start);
  if (number !== null) return {type: "number", end: number};
  const parameter = match(PARAMETER, text, start);
  if (parameter !== null) return {type: "symbol", end: parameter};
  const opened = match(DOLLAR, text, start);
  if (opened !== null) {
    const tag = text.slice(start, opened);
    const closed = text.indexOf(tag, opened);
    return closed < 0 ? {type: "open", what: `dollar-quoted string ${tag}`} : {type: "string", end: closed + tag.length};
  }
  return {type: "symbol", end: start + (char === ":" && (text[start + 1] === ":" || text[start + 1] === "=") ? 2 : 1)};
}

/** The end of the comment that starts here; null: none does; -1: it is never closed. */
function endOfComment(text: string, start: number): number | null {
  if (text.startsWith("--", start)) {
    return match(TO_END_OF_LINE, text, start);
  }
  if (!text.startsWith("/*", start)) return null;
  let depth = 1;
  for (let at = start + 2; at < text.length; at++) {
    if (text.startsWith("/*", at)) {
      at++;
      depth++;
    } else if (text.startsWith("*/", at)) {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  return -1;
}

function string(text: string, from: number, escapes: boolean): Cut {
  for (let at = from; at < text.length; at++) {
    if (escapes && text[at] === "\\") at++;
    else if (text[at] === "'") {
      if (text[at + 1] === "'") at++;
      else {
        const again = match(CONTINUED, text, at + 1);
        if (again === null) return {type: "string", end: at + 1};
        at = again - 1;
      }
    }
  }
  return {type: "open", what: "quoted string"};
}

function quoted(text: string, from: number): Cut {
  for (let at = from; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return {type: "quoted", end: at + 1};
    at++;
  }
  return {type: "open", what: "quoted identifier"};
}

function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** A text cut into its statements: by the parser, and by psql's rules for what the parser refuses. */
import type {Token} from "./lexer.ts";
import {lex} from "./lexer.ts";
import type {PgQuery, Tree} from "./pg-query.ts";

export interface Statement {
  readonly start: number; // of its first word
  readonly end: number; // without the semicolon
  readonly tree: Tree | null; // null: the parser refused it
  readonly offsetOf: (location: number) => number;
  readonly refusal: {readonly message: string; readonly offset: number} | null;
}

/** Cuts a text into statements that can be sent one by one. */
export function split(text: string, pgQuery: PgQuery): readonly Statement[] {
  const {tokens} = lex(text);
  const parsed = pgQuery.parse(text);
  if (parsed.type === "parsed") {
    return parsed.statements.map(({start, end, tree, offsetOf}) => ({
      start: firstToken(tokens, start)?.start ?? start,
      end: trimEnd(text, end),
      tree,
      offsetOf,
      refusal: null
    }));
  }
  return cutByTokens(text, tokens).map(({start, end}) => {
    const alone = pgQuery.parse(text.slice(start, end));
    if (alone.type === "refused") {
      return {start, end, tree: null, offsetOf: () => start, refusal: {message: alone.message, offset: start + (alone.offset ?? 0)}};
    }
    const only = alone.statements[0];
    return {start, end, tree: only?.tree ?? {}, offsetOf: (location) => start + (only?.offsetOf(location) ?? 0), refusal: null};
  });
}

/** As psql does: at a semicolon outside of parentheses and of `begin atomic … end`. */
export function cutByTokens(text: string, tokens: readonly Token[]): readonly {readonly start: number; readonly end: number}[] {
  const cuts: {start: number; end: number}[] = [];
  let first: Token | null = null;
  let parentheses = 0;
  let blocks = 0;
  let creates = false;
  for (const token of tokens) {
    const word = token.type === "word" ? token.text : "";
    if (token.type === "symbol" && token.text === ";" && parentheses === 0 && blocks === 0) {
      if (first) cuts.push({start: first.start, end: trimEnd(text, token.start)});
      first = null;
      continue;
    }
    if (!first) {
      first = token;
      creates = false;
      parentheses = 0;
    }
    if (token.type === "symbol" && token.text === "(") parentheses++;
    else if (token.type === "symbol" && token.text === ")") parentheses = Math.max(0, parentheses - 1);
    else if (word === "function" || word === "procedure") creates ||= first.text === "create";
    else if (creates && (word === "begin" || (blocks > 0 && word === "case"))) blocks++;
    else if (creates && blocks > 0 && word === "end") blocks--;
  }
  if (first) cuts.push({start: first.start, end: text.trimEnd().length});
  return cuts;
}

/** The first token at or after an offset, found by halving: a text may hold thousands of statements. */
function firstToken(tokens: readonly Token[], offset: number): Token | undefined {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return tokens[low];
}

function trimEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text[at - 1]!)) at--;
  return at;
}

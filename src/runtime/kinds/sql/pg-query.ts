/** PostgreSQL's own parser, loaded when first needed: its WebAssembly costs about 50 ms. */
import {byteOffsets, characterOffset} from "./offsets.ts";

/** A node of the parse tree as libpg-query gives it: `{DeleteStmt: {…}}`; walked, never trusted to have a shape. */
export type Tree = Readonly<Record<string, unknown>>;
export interface ParsedStatement {
  readonly start: number;
  readonly end: number; // without the semicolon
  readonly tree: Tree;
  /** The offset in the text of a `location` of the tree. */
  readonly offsetOf: (location: number) => number;
}
export type Parsed =
  | {readonly type: "parsed"; readonly statements: readonly ParsedStatement[]}
  | {readonly type: "refused"; readonly message: string; readonly offset: number | null};
export interface PgQuery {
  parse(text: string): Parsed;
  /** The PL/pgSQL functions of a text; null when the parser refuses it. */
  parsePlPgSql(text: string): unknown;
}

let loading: Promise<PgQuery> | null = null;

export const loadPgQuery = (): Promise<PgQuery> => (loading ??= load());

async function load(): Promise<PgQuery> {
  const library = await import("libpg-query");
  await library.loadModule();
  return {
    parse(text) {
      if (text.trim() === "") return {type: "parsed", statements: []};
      try {
        const {stmts = []} = library.parseSync(text) as {stmts?: readonly {stmt?: Tree; stmt_location?: number; stmt_len?: number}[]};
        const offset = byteOffsets(text);
        const statements = stmts.map(({stmt = {}, stmt_location: start = 0, stmt_len: length}) => ({
          start: offset(start),
          end: length === undefined ? text.length : offset(start + length),
          tree: stmt,
          offsetOf: offset
        }));
        return {type: "parsed", statements};
      } catch (error) {
        return refused(text, error);
      }
    },
    parsePlPgSql(text) {
      try {
        return library.parsePlPgSQLSync(text);
      } catch {
        return null;
      }
    }
  };
}

function refused(text: string, error: unknown): Parsed {
  const details =
    error instanceof Error && "sqlDetails" in error
      ? (error.sqlDetails as {message: string; cursorPosition: number} | undefined)
      : undefined;
  if (details)
    return {
      type: "refused",
      message: details.message,
      offset: details.cursorPosition < 0 ? null : characterOffset(text, details.cursorPosition)
    };
  return {
    type: "refused",
    message: error instanceof RangeError ? "the text is nested too deeply" : error instanceof Error ? error.message : String(error),
    offset: null
  };
}

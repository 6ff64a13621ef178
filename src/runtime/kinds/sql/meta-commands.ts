/** psql's own commands in a text: found, and blanked out so that what is left is SQL at the same offsets. */
import type {Token} from "./lexer.ts";
import {nextToken} from "./lexer.ts";

export interface MetaCommand {
  readonly name: string; // "\\copy"
  readonly argument: string;
  readonly start: number;
}

const COMMAND = /\\([A-Za-z]+[+]?|\S?)[ \t]*([^\n]*)/y;
const END_OF_DATA = /^\\\.[ \t]*$/gm;
const ENDS_STATEMENT = /^(g|gx|gset|gexec|gdesc|watch|crosstabview)$/; // as a semicolon would

/** Takes the backslash commands and the inline data of COPY out of a text. */
export function cutMetaCommands(text: string): {readonly text: string; readonly commands: readonly MetaCommand[]} {
  if (!text.includes("\\")) return {text, commands: []};
  const commands: MetaCommand[] = [];
  const parts: string[] = [];
  let kept = 0; // what is before this has been put into `parts`
  let statement: Token[] = [];
  const blank = (start: number, end: number, first: string): void => {
    parts.push(text.slice(kept, start), first, text.slice(start + 1, end).replace(/[^\n]/g, " "));
    kept = end;
  };
  for (let at = 0; ; ) {
    const token = nextToken(text, at);
    if (token === null || "what" in token) break;
    at = token.end;
    if (token.type === "symbol" && token.text === "\\") {
      COMMAND.lastIndex = token.start;
      const [whole, name = "", argument = ""] = COMMAND.exec(text)!;
      commands.push({name: `\\${name}`, argument: argument.trim(), start: token.start});
      at = token.start + whole.length;
      blank(token.start, at, ENDS_STATEMENT.test(name) ? ";" : " ");
    } else if (token.type !== "symbol" || token.text !== ";") statement.push(token);
    else {
      const data = readsStandardInput(statement) ? findData(text, token.end) : null;
      if (data) {
        blank(data.start, data.end, "\n");
        at = data.end;
      }
      statement = [];
    }
  }
  return {text: parts.join("") + text.slice(kept), commands};
}

/** The lines after `COPY … FROM STDIN;`, to `\.` and with it. */
function findData(text: string, from: number): {readonly start: number; readonly end: number} | null {
  const start = text.indexOf("\n", from);
  END_OF_DATA.lastIndex = start;
  const end = start < 0 ? null : END_OF_DATA.exec(text);
  return end && {start, end: end.index + end[0].length};
}

/** Whether the tokens of one statement are COPY … FROM STDIN. */
export const readsStandardInput = (statement: readonly Token[]): boolean =>
  statement[0]?.text === "copy" &&
  statement.some(({type, text}, place) => type === "word" && text === "stdin" && statement[place - 1]?.text === "from");

/** psql's own commands in a text: found, and blanked out so that what is left is SQL at the same offsets. */
import type {Token} from "./lexer.ts";
import {lex} from "./lexer.ts";

export interface MetaCommand {
  readonly name: string; // "\\copy"
  readonly argument: string;
  readonly start: number;
}

/** Takes the backslash commands and the inline data of COPY out of a text. */
export function cutMetaCommands(text: string): {readonly text: string; readonly commands: readonly MetaCommand[]} {
  const commands: MetaCommand[] = [];
  let left = text;
  for (let from = 0; left.includes("\\", from); ) {
    const {tokens} = lex(left);
    const copy = copyData(left, tokens, from);
    const command = tokens.find(({type, text, start}) => type === "symbol" && text === "\\" && start >= from);
    if (copy && (!command || copy.start <= command.start)) {
      left = blank(left, copy.start, copy.end, " ");
      from = copy.end;
    } else if (command) {
      const found = /^\\([A-Za-z]+[+]?|\S?)[ \t]*([^\n]*)/.exec(left.slice(command.start))!;
      commands.push({name: `\\${found[1]}`, argument: found[2]!.trim(), start: command.start});
      // \g and its like end the statement before them
      left = blank(
        left,
        command.start,
        command.start + found[0].length,
        /^(g|gx|gset|gexec|gdesc|watch|crosstabview)$/.test(found[1]!) ? ";" : " "
      );
      from = command.start + found[0].length;
    } else break;
  }
  return {text: left, commands};
}

/** The lines between `COPY … FROM STDIN;` and `\.`, with the latter. */
function copyData(text: string, tokens: readonly Token[], from: number): {readonly start: number; readonly end: number} | null {
  let statement: Token[] = [];
  for (const token of tokens) {
    if (token.text !== ";" || token.type !== "symbol") {
      statement.push(token);
      continue;
    }
    if (token.end > from && readsStandardInput(statement)) {
      const start = text.indexOf("\n", token.end);
      if (start < 0) return null;
      const end = /^\\\.[ \t]*$/m.exec(text.slice(start));
      if (end) return {start, end: start + end.index + end[0].length};
    }
    statement = [];
  }
  return null;
}

/** Whether the tokens of one statement are COPY … FROM STDIN. */
export const readsStandardInput = (statement: readonly Token[]): boolean =>
  statement[0]?.text === "copy" &&
  statement.some(({type, text}, place) => type === "word" && text === "stdin" && statement[place - 1]?.text === "from");

const blank = (text: string, start: number, end: number, first: string): string =>
  text.slice(0, start) + first + text.slice(start + 1, end).replace(/[^\n]/g, " ") + text.slice(end);

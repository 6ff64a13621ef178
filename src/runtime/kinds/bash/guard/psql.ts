import type {Assessment} from "../../../../model/kind.ts";
import {assessSql} from "../../sql/guard.ts";
import type {Finding} from "./finding.ts";
import type {Invocation} from "./invocation.ts";
import {hole, type Word} from "./word.ts";
import {optionValues} from "./wrappers.ts";

/** Options of psql that take the next word. */
const valued = "cdfFhLopPRTUv";
const flagsOf = "aAbeEnNqsStxXwWlz01H";

/** What the SQL that psql is given would destroy: by -c, by a here-document or a pipe; a file is unknown. */
export async function judgePsql({words, input, line}: Invocation): Promise<readonly Finding[]> {
  const args = words.slice(1);
  const commands = optionValues(args, "c", ["command"], flagsOf);
  const files = optionValues(args, "f", ["file"], flagsOf);
  const findings: Finding[] = [];
  for (const command of commands) findings.push(...(await judgeText(command.text, command)));
  for (const file of files) {
    if (file.text === "-") findings.push(...(await judgeInput(input, line)));
    else findings.push({type: "unknown", what: `what psql reads from ${file.source}`, line: file.line});
  }
  const asks = args.some(({text}) => /^(-\?|--help.*|--version|-V|--list|-[A-Za-z]*l)$/.test(text) && !takesValue(args, text));
  if (commands.length === 0 && files.length === 0 && !asks) findings.push(...(await judgeInput(input, line)));
  return findings;
}

const takesValue = (args: readonly Word[], text: string): boolean => {
  const before = args[args.findIndex((word) => word.text === text) - 1]?.text ?? "";
  return /^-[A-Za-z]+$/.test(before) && valued.includes(before.at(-1)!);
};

async function judgeInput(input: Invocation["input"], line: number): Promise<readonly Finding[]> {
  switch (input.type) {
    case "none":
      return [];
    case "unknown":
      return [{type: "unknown", what: `${input.what}, which psql executes`, line}];
    case "text":
      return judgeText(input.text, input);
  }
}

/** Values the shell puts into the text are taken for a name or a value; a text of nothing else is unknown. */
async function judgeText(text: string, {line, source}: {line: number; source?: string}): Promise<readonly Finding[]> {
  if (text.replaceAll(hole, "").trim() === "")
    return text.includes(hole) ? [{type: "unknown", what: `what ${source ?? "the shell"} gives psql to execute`, line}] : [];
  const {reasons, unknown}: Assessment = await assessSql(text.replaceAll(hole, "v"));
  const shift =
    (type: Finding["type"]) =>
    (sentence: string): Finding => {
      const [, at, what] = /^line (\d+): ([\s\S]*)$/.exec(sentence) ?? [];
      return {type, what: what ?? sentence, line: line + (at === undefined ? 0 : Number(at) - 1)};
    };
  return [...reasons.map(shift("destructive")), ...unknown.map(shift("unknown"))];
}

/** Text in another language that a command executes. Nobody parses it here: what may run programs, remove or stop something is unknown. */
import type {Finding} from "./finding.ts";
import type {Invocation} from "./invocation.ts";
import {shorten} from "./invocation.ts";
import {hole, type Word} from "./word.ts";
import {optionValues} from "./wrappers.ts";

/** How a program is given its text, and what stands in a text that has an effect. */
interface Language {
  readonly short?: string; // the option that takes the text
  readonly long?: readonly string[];
  readonly flags?: string; // options without a value, which may stand before it in a bundle
  readonly operand?: number; // without such an option, the text is this word of those that are no options
  readonly reads?: "program" | "commands"; // without any of them, its input: where no file holds the program, or beside the name of a store
  readonly effects: RegExp;
}

const runs = "system|popen\\w*|subprocess|exec\\w*|eval|spawn\\w*|fork|child_process|shell_exec|passthru|proc_open|qx|syscall";
const removes = "shutil|rmtree|rm|rm_\\w+|rmSync|rmdir\\w*|remove\\w*|unlink\\w*|truncate\\w*|delete\\w*|drop\\w*|kill\\w*|terminate\\w*";
const general = new RegExp(`\\b(?:${runs}|${removes})\\b`, "i");
const orBackquotes = new RegExp(`${general.source}|\``, "i");
const sql = /\b(?:drop|truncate|delete|update|alter|replace|load_file|into\s+outfile)\b|^\s*\.(?:shell|system|read|restore|import)\b/im;
const awk: Language = {
  short: "e",
  long: ["source"],
  operand: 0,
  effects: /\bsystem\s*\(|\|\s*&?\s*"|"\s*\|&?\s*getline|\bprintf?\b[^;}\n]*>\s*"(?!\/dev\/std)/
};
const mysql: Language = {short: "e", long: ["execute"], flags: "ABbCcfHiLNnqrsTtvVXwW", reads: "commands", effects: sql};

const languages: Readonly<Record<string, Language>> = {
  python: {short: "c", flags: "bBdEhiIOPqsSuvVx", reads: "program", effects: general},
  perl: {short: "[eE]", flags: "acfnpstTuUwWXl0", reads: "program", effects: orBackquotes},
  ruby: {short: "e", flags: "acdlnpsSvwWy", reads: "program", effects: orBackquotes},
  php: {short: "[rBRE]", long: ["run"], flags: "aCinqsvwH", reads: "program", effects: orBackquotes},
  node: {short: "[ep]", long: ["eval", "print"], flags: "ci", reads: "program", effects: general},
  lua: {short: "e", flags: "iEv", reads: "program", effects: general},
  awk,
  gawk: awk,
  mawk: awk,
  mysql,
  mariadb: mysql,
  mongosh: {long: ["eval"], reads: "commands", effects: new RegExp(`${general.source}|\\b(?:update|replace|rename|shutdown)\\w*\\b`, "i")},
  sqlite3: {long: ["cmd"], operand: 1, reads: "commands", effects: sql}
};
export const foreignLanguages: readonly string[] = Object.keys(languages);

/** A version at its end is no part of a name: python3.11. */
const languageOf = (name: string): Language | null => {
  const bare = name.replace(/(?<=^(?:python|perl|ruby|php|lua))[\d.]+$/, "");
  return Object.hasOwn(languages, bare) ? languages[bare]! : null;
};

export function judgeForeignCode(name: string, {words, input, line}: Invocation): readonly Finding[] {
  const language = languageOf(name);
  if (language === null) return [];
  const args = words.slice(1);
  const texts = textsOf(args, language);
  if (texts.length > 0) return texts.flatMap((word) => judge(word.text, name, word.line, language));
  if (!language.reads || args.some(({text}) => /^--(version|help)$/.test(text))) return [];
  // the program is in a file or a module, or none is asked for
  if (language.reads === "program" && args.some(({text}) => !text.startsWith("-") || /^-[VhvmF]$/.test(text))) return [];
  if (input.type === "text") return judge(input.text, name, input.line, language);
  const runsIt = language.reads === "commands" || args.every(({text}) => text === "-");
  return input.type === "unknown" && runsIt ? [unknown(`${input.what}, which ${name} executes`, line)] : [];
}

function textsOf(args: readonly Word[], {short, long = [], flags = "", operand}: Language): readonly Word[] {
  const texts = short === undefined && long.length === 0 ? [] : optionValues(args, short ?? "(?!)", long, flags);
  if (operand === undefined || texts.length > 0) return texts;
  if (args.some(({text}) => /^(-f.*|--file(=.*)?)$/.test(text))) return [];
  const values = new Set(optionValues(args, "[vF]", ["assign", "field-separator"], flags));
  const operands = args.filter((word) => !word.text.startsWith("-") && !values.has(word));
  return operands.slice(operand, operand + 1);
}

function judge(text: string, name: string, line: number, {effects}: Language): readonly Finding[] {
  if (text.includes(hole) && text.replaceAll(hole, "").trim() === "") return [unknown(`what ${name} is given to execute`, line)];
  if (!effects.test(text)) return [];
  return [unknown(`what ${shorten(text.trim().replaceAll(hole, "…"))} does, which ${name} executes`, line)];
}

const unknown = (what: string, line: number): Finding => ({type: "unknown", what, line});

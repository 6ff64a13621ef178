/** What a text of SQL would destroy: asked about before it runs. The parser judges; what it cannot read is unknown. */
import type {Assessment} from "../../../model/kind.ts";
import type {Finding} from "./guard/finding.ts";
import {judgeTree} from "./guard/judge-tree.ts";
import {lex} from "./lexer.ts";
import type {MetaCommand} from "./meta-commands.ts";
import {cutMetaCommands} from "./meta-commands.ts";
import {placesIn} from "./offsets.ts";
import type {PgQuery} from "./pg-query.ts";
import {loadPgQuery} from "./pg-query.ts";
import {split} from "./split.ts";
import {findVariables, mask} from "./variables.ts";

/**
 * Judges a text as psql or an SQL cell would run it. `variables`: the names that may be used as `:NAME`; null: any, as in
 * psql's own input, where `\set` and `-v` make them.
 */
export async function assessSql(text: string, variables: readonly string[] | null = null): Promise<Assessment> {
  const pgQuery = await loadPgQuery();
  const {text: sql, commands} = cutMetaCommands(text);
  const uses = findVariables(sql).filter(({name}) => variables === null || variables.includes(name));
  const findings: Finding[] = commands.flatMap((command) => judgeCommand(command, pgQuery));
  const parses = (candidate: string): boolean => pgQuery.parse(candidate).type === "parsed";
  // a[1:n] is a slice to the parser and a variable to psql: masked only where it does not parse as it is
  const candidates = variables === null && uses.every(({form}) => form === "raw") ? [sql] : [];
  candidates.push(mask(sql, uses, "identifier"), mask(sql, uses, "number"));
  const readable = candidates.find(parses) ?? candidates[0]!;
  for (const {name, form, start} of uses)
    if (variables === null && form === "raw" && readable !== sql)
      findings.push({type: "unknown", what: `what :${name} puts in`, offset: start});
  for (const statement of split(readable, pgQuery)) {
    if (statement.tree)
      findings.push(
        ...judgeTree(statement.tree, {
          text: sql.slice(statement.start, statement.end),
          start: statement.start,
          offsetOf: statement.offsetOf,
          pgQuery
        })
      );
    else
      findings.push({
        type: "unknown",
        what: `"${shorten(sql.slice(statement.start, statement.end))}" is not understood by the parser`,
        offset: statement.start
      });
  }
  return toAssessment(text, findings, [...new Set(uses.map(({name}) => name))]);
}

function toAssessment(text: string, findings: readonly Finding[], names: readonly string[]): Assessment {
  const placeOf = placesIn(text);
  const sentence = ({what, offset}: Finding): string => (offset === null ? what : `line ${placeOf(offset).line}: ${what}`);
  const reasons = unique(findings.filter(({type}) => type === "destructive").map(sentence));
  const unknown = unique(findings.filter(({type}) => type === "unknown").map(sentence));
  return {verdict: reasons.length > 0 ? "destructive" : unknown.length > 0 ? "unknown" : "harmless", reasons, unknown, names};
}

const HARMLESS_COMMANDS =
  /^\\(d\w*\+?|l\+?|z|sf\+?|sv\+?|echo|qecho|warn|timing|pset|set|unset|x|a|t|H|C|f|T|q|conninfo|encoding|errverbose|g|gx|gset|gdesc|if|elif|else|endif|r|p|h|watch|crosstabview|prompt|\?|\\|\.)$/;

function judgeCommand({name, argument, start}: MetaCommand, pgQuery: PgQuery): readonly Finding[] {
  const unknown = (what: string): readonly Finding[] => [{type: "unknown", what, offset: start}];
  if (name === "\\!" || argument.includes("`") || /^\s*\|/.test(argument))
    return unknown(`${name} runs the shell command "${shorten(argument)}"`);
  if (/^\\(i|ir|include|include_relative)$/.test(name)) return unknown(`${name} runs the file ${shorten(argument)}`);
  if (name === "\\gexec") return unknown("\\gexec runs what the query returns");
  if (name === "\\copy") return judgeClientCopy(argument, start, pgQuery);
  if (/^\\gx?$/.test(name) && argument !== "" && !argument.startsWith("(")) return unknown(`${name} writes the file ${shorten(argument)}`);
  return HARMLESS_COMMANDS.test(name) ? [] : unknown(`psql's ${name}`);
}

function judgeClientCopy(argument: string, start: number, pgQuery: PgQuery): readonly Finding[] {
  if (lex(argument).tokens.some(({type, text}) => type === "word" && text === "program"))
    return [{type: "unknown", what: `\\copy runs a program: "${shorten(argument)}"`, offset: start}];
  const query = /^\s*\((.*)\)\s*to\b/is.exec(argument)?.[1];
  const parsed = query === undefined ? null : pgQuery.parse(query);
  if (parsed?.type !== "parsed") return [];
  return parsed.statements.flatMap(({tree}) =>
    judgeTree(tree, {text: query!, start, offsetOf: () => start, pgQuery}).map((finding) => ({...finding, offset: start}))
  );
}

const shorten = (text: string): string => {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
};
const unique = (sentences: readonly string[]): readonly string[] => [...new Set(sentences)];

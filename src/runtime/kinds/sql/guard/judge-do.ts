/** What a DO block would destroy: its static SQL is judged, a string that it executes is judged where it is constant. */
import type {PgQuery} from "../pg-query.ts";
import type {Finding} from "./finding.ts";
import type {Judging} from "./judge-tree.ts";
import {judgeTree} from "./judge-tree.ts";
import {list, string} from "./tree-names.ts";

type Node = Readonly<Record<string, unknown>>;

export function judgeDo(node: Node, {text, start, pgQuery}: Judging): readonly Finding[] {
  const options = new Map(
    list(node.args)
      .map((item) => ((item as Node).DefElem ?? {}) as Node)
      .map(({defname, arg}) => [string(defname), arg])
  );
  const language = string(((options.get("language") as Node | undefined)?.String as Node | undefined)?.sval) || "plpgsql";
  if (language.toLowerCase() !== "plpgsql") return [{type: "unknown", what: `what a DO block in ${language} does`, offset: start}];
  const functions = pgQuery.parsePlPgSql(text);
  if (functions === null) return [{type: "unknown", what: "what the DO block does: PL/pgSQL's parser refuses it", offset: start}];
  const findings: Finding[] = [];
  visit(functions, pgQuery, findings);
  return findings.map((finding) => ({...finding, what: `in DO: ${finding.what}`, offset: start}));
}

const DYNAMIC = new Set(["query", "dynquery"]);

function visit(value: unknown, pgQuery: PgQuery, findings: Finding[], executes = false): void {
  if (Array.isArray(value)) for (const item of value) visit(item, pgQuery, findings, executes);
  else if (typeof value === "object" && value !== null) {
    for (const [key, node] of Object.entries(value)) {
      if (key === "PLpgSQL_expr") judgeExpression(node as Node, executes, pgQuery, findings);
      else if (key === "dynquery") visit(node, pgQuery, findings, true);
      else if (/^PLpgSQL_stmt_dyn/.test(key))
        for (const [field, inner] of Object.entries(node as Node)) visit(inner, pgQuery, findings, DYNAMIC.has(field));
      else visit(node, pgQuery, findings);
    }
  }
}

/** `parseMode` 0 is a whole statement, 2 an expression, above that an assignment. */
function judgeExpression({query, parseMode}: Node, executes: boolean, pgQuery: PgQuery, findings: Finding[]): void {
  const source = string(query);
  const text =
    parseMode === 0 || parseMode === undefined ? source : parseMode === 2 ? `SELECT ${source}` : `SELECT ${source.replace(/^.*?:?=/s, "")}`;
  const parsed = pgQuery.parse(text);
  if (parsed.type === "refused")
    return void findings.push({type: "unknown", what: `"${source}" is not understood by the parser`, offset: null});
  if (executes) judgeExecuted(parsed.statements[0]?.tree, source, pgQuery, findings);
  for (const {tree} of parsed.statements) findings.push(...judgeTree(tree, {text, start: 0, offsetOf: () => 0, pgQuery}));
}

function judgeExecuted(tree: unknown, source: string, pgQuery: PgQuery, findings: Finding[]): void {
  const constants = [...JSON.stringify(tree ?? null).matchAll(/"sval":\{"sval":("(?:[^"\\]|\\.)*")\}/g)].map(
    ([, text]) => JSON.parse(text!) as string
  );
  const whole = /^'(?:[^']|'')*'$/.test(source.trim()) ? constants[0] : undefined;
  if (whole !== undefined) {
    const parsed = pgQuery.parse(whole);
    if (parsed.type === "parsed") {
      for (const {tree} of parsed.statements) findings.push(...judgeTree(tree, {text: whole, start: 0, offsetOf: () => 0, pgQuery}));
      return;
    }
  }
  const telling = constants.find((text) => /\b(drop|truncate|delete\s+from)\b/i.test(text));
  findings.push(
    telling === undefined
      ? {type: "unknown", what: `EXECUTE of a computed text: ${source}`, offset: null}
      : {type: "destructive", what: `EXECUTE builds "${telling}"`, offset: null}
  );
}

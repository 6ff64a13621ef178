/** Walks the parse tree of one statement for what destroys: also inside CTEs, EXPLAIN ANALYZE, COPY (…) and DO. */
import type {PgQuery} from "../pg-query.ts";
import type {Finding} from "./finding.ts";
import {judgeDo} from "./judge-do.ts";
import {knowFunction} from "./known-functions.ts";
import {describeAlter, describeDrop, isConstant, list, nameOf, string, strings} from "./tree-names.ts";

export interface Judging {
  readonly text: string; // of the statement
  readonly start: number;
  readonly offsetOf: (location: number) => number;
  readonly pgQuery: PgQuery;
}
type Node = Readonly<Record<string, unknown>>;

/** Every finding of the statement; one that a definition merely stores is none. */
export function judgeTree(tree: unknown, judging: Judging): readonly Finding[] {
  const findings: Finding[] = [];
  try {
    visit(tree, judging, findings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    findings.push({type: "unknown", what: "the statement is nested too deeply to be judged", offset: judging.start});
  }
  return findings;
}

function visit(value: unknown, judging: Judging, findings: Finding[]): void {
  if (Array.isArray(value)) for (const item of value) visit(item, judging, findings);
  else if (typeof value === "object" && value !== null) {
    for (const [type, node] of Object.entries(value)) {
      if (typeof node !== "object" || node === null) continue;
      if (!Array.isArray(node) && !judgeNode(type, node as Node, judging, findings)) continue;
      visit(node, judging, findings);
    }
  }
}

/** Judges one node and says whether to look inside it. */
function judgeNode(type: string, node: Node, judging: Judging, findings: Finding[]): boolean {
  const destructive = (what: string, place: Node = node): void =>
    void findings.push({type: "destructive", what, offset: placeOf(place, judging)});
  const unknown = (what: string): void => void findings.push({type: "unknown", what, offset: placeOf(node, judging)});
  if (/^Drop\w*Stmt$/.test(type)) destructive(describeDrop(type, node));
  else if (type === "TruncateStmt") destructive(`TRUNCATE ${list(node.relations).map(nameOf).join(", ")}`);
  else if (type === "DeleteStmt" || type === "UpdateStmt") {
    const what = type === "DeleteStmt" ? `DELETE FROM ${nameOf(node.relation)}` : `UPDATE ${nameOf(node.relation)}`;
    if (node.whereClause === undefined) destructive(`${what} without WHERE`, node.relation as Node);
    else if (isConstant(node.whereClause)) destructive(`${what} with a WHERE that names no column`, node.relation as Node);
  } else if (type === "MergeStmt" && isConstant(node.joinCondition)) {
    const changed = list(node.mergeWhenClauses).map((clause) => (clause as Node).MergeWhenClause as Node);
    const everything = changed.find(
      ({matchKind, condition}) => matchKind === "MERGE_WHEN_MATCHED" && (condition === undefined || isConstant(condition))
    );
    if (everything?.commandType === "CMD_DELETE")
      destructive(`MERGE that deletes from ${nameOf(node.relation)} by a condition that names no column`);
    if (everything?.commandType === "CMD_UPDATE")
      destructive(`MERGE that updates ${nameOf(node.relation)} by a condition that names no column`);
  } else if (type === "MergeWhenClause") {
    const everything = node.matchKind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE" && node.condition === undefined;
    if (everything && node.commandType === "CMD_DELETE") destructive("MERGE that deletes every row not matched by the source");
    if (everything && node.commandType === "CMD_UPDATE") destructive("MERGE that updates every row not matched by the source");
  } else if (/^Alter\w*Stmt$/.test(type)) for (const what of describeAlter(type, node)) destructive(what);
  else if (type === "FuncCall") judgeCall(strings(node.funcname), destructive, unknown);
  else if (type === "CallStmt") {
    const name = strings((node.funccall as Node | undefined)?.funcname);
    unknown(`what procedure ${name.join(".")}() does`);
    visit((node.funccall as Node | undefined)?.args, judging, findings);
    return false;
  } else if (type === "ExecuteStmt") unknown(`EXECUTE of the prepared statement ${string(node.name)}`);
  else if (type === "CopyStmt" && node.is_program) unknown(`COPY runs a program on the server: "${string(node.filename)}"`);
  else if (type === "CopyStmt" && !node.is_from && node.filename !== undefined)
    unknown(`COPY writes the server's file "${string(node.filename)}"`);
  else if (type === "LoadStmt") unknown(`LOAD of the library "${string(node.filename)}"`);
  else if (type === "DoStmt") {
    findings.push(...judgeDo(node, judging));
    return false;
  } else if (type === "ExplainStmt") return analyzes(node);
  // what is only defined is not done
  return (
    type !== "CreateFunctionStmt" && type !== "RuleStmt" && type !== "ViewStmt" && type !== "CreateTrigStmt" && type !== "CreatePolicyStmt"
  );
}

function judgeCall(name: readonly string[], destructive: (what: string) => void, unknown: (what: string) => void): void {
  const known = knowFunction(name);
  if (known.type === "destructive") destructive(`${name.join(".")}() ${known.what}`);
  else if (known.type === "unknown") unknown(`what function ${name.join(".")}() does`);
}

/** EXPLAIN executes only with ANALYZE. */
function analyzes(node: Node): boolean {
  for (const option of list(node.options)) {
    const {defname, arg} = ((option as Node).DefElem ?? {}) as Node;
    if (typeof defname !== "string" || defname.toLowerCase() !== "analyze") continue;
    if (arg === undefined) return true;
    return !/"(off|false|no|f|n)"|"ival":\{\}|"boolval":\{\}/i.test(JSON.stringify(arg));
  }
  return false;
}

const placeOf = (node: Node, {start, offsetOf}: Judging): number => (typeof node.location === "number" ? offsetOf(node.location) : start);

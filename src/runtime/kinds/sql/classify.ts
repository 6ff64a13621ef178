/** What a statement is to the transaction it runs in, and what it wants of the wire. */
import {lex} from "./lexer.ts";
import {readsStandardInput} from "./meta-commands.ts";
import type {Statement} from "./split.ts";

export interface Classified {
  readonly controls: boolean; // BEGIN, COMMIT, SAVEPOINT and their like
  readonly commits: boolean; // what is answered by COMMIT, or by ROLLBACK where there was nothing left to commit
  readonly standsAlone: string | null; // "VACUUM": cannot run inside a transaction block
  readonly readsInput: boolean; // COPY … FROM STDIN
}
type Node = Readonly<Record<string, unknown>>;

const COMMITS = ["TRANS_STMT_COMMIT", "TRANS_STMT_PREPARE"];
const INSIDE_A_BLOCK = ["TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"];

/** By its tree, or by its first words where the parser refused it. */
export function classify({tree, start, end}: Statement, text: string): Classified {
  if (tree === null) {
    const {tokens} = lex(text.slice(start, end));
    const first = tokens[0]?.text ?? "";
    return {
      controls: /^(begin|start|commit|end|rollback|abort)$/.test(first),
      commits: first === "commit" || first === "end",
      standsAlone: null,
      readsInput: readsStandardInput(tokens)
    };
  }
  const [type = "", node = {}] = (Object.entries(tree)[0] ?? []) as [string?, Node?];
  const transaction = type === "TransactionStmt" ? String(node.kind) : null;
  return {
    controls: transaction !== null && !INSIDE_A_BLOCK.includes(transaction),
    commits: transaction !== null && COMMITS.includes(transaction),
    standsAlone: standsAlone(type, node),
    readsInput: type === "CopyStmt" && node.is_from === true && node.filename === undefined && node.is_program !== true
  };
}

const ALONE: Readonly<Record<string, string>> = {
  CreatedbStmt: "CREATE DATABASE",
  DropdbStmt: "DROP DATABASE",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  DropTableSpaceStmt: "DROP TABLESPACE",
  AlterSystemStmt: "ALTER SYSTEM",
  DiscardStmt: "DISCARD ALL"
};

function standsAlone(type: string, node: Node): string | null {
  if (type === "DiscardStmt" && node.target !== "DISCARD_ALL") return null;
  if (type === "VacuumStmt") return node.is_vacuumcmd === true ? "VACUUM" : null;
  if (type === "IndexStmt") return node.concurrent === true ? "CREATE INDEX CONCURRENTLY" : null;
  if (type === "DropStmt") return node.concurrent === true ? "DROP INDEX CONCURRENTLY" : null;
  if (type === "ReindexStmt") {
    const concurrently = JSON.stringify(node.params ?? null).includes('"concurrently"');
    return concurrently || /DATABASE|SYSTEM|SCHEMA/.test(String(node.kind)) ? "REINDEX of this form" : null;
  }
  if (type === "ClusterStmt") return node.relation === undefined ? "CLUSTER of the whole database" : null;
  if (type === "CreateSubscriptionStmt" || type === "DropSubscriptionStmt") return null; // depends on what is connected; the server says
  return ALONE[type] ?? null;
}

/** Why the statement cannot stand in a cell with `transaction=single` or `rollback`; null when it can. */
export function refuseInBlock({controls, standsAlone: alone}: Classified, transaction: "auto" | "single" | "rollback"): string | null {
  if (transaction === "auto") return null;
  if (controls)
    return `a cell with transaction=${transaction} has its own transaction; leave BEGIN, COMMIT and ROLLBACK out, or take transaction=auto`;
  return alone === null ? null : `${alone} cannot run in a transaction block, and the cell says transaction=${transaction}`;
}

export const refuseInput =
  "COPY FROM STDIN has no data in an SQL cell; use a bash cell: psql -X -v ON_ERROR_STOP=1 -c '\\copy … from file'";

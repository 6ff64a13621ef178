import type {Kind} from "../../../model/kind.ts";
import {execute} from "./execute.ts";
import {assessSql} from "./guard.ts";
import {inspect} from "./inspect.ts";
import type {SqlConfig} from "./options.ts";
import {optionNames, readOptions} from "./options.ts";
import type {SqlSession} from "./session.ts";
import {closeSession, openSession} from "./session.ts";

/** Cells of SQL: one connection per session and target, statement by statement. */
export const sql: Kind<SqlConfig, SqlSession> = {
  name: "sql",
  fences: ["sql", "postgresql", "postgres", "pgsql"],
  transcripts: [],
  options: optionNames,
  judge: "sqlstate",
  targets: "connections",
  read: readOptions,
  inspect,
  assess: ({source}, variables) => assessSql(source, variables),
  open: async (context) => openSession(context),
  execute,
  close: closeSession
};

/** What only the runtime can find wrong with a document: its kinds know what a cell's text means, and it knows what it can do. */
import type {Problem} from "../model/runbook.ts";

export interface RuntimeRuleMeaning {
  readonly meaning: string;
  readonly severity: Problem["severity"];
}

const error = (meaning: string): RuntimeRuleMeaning => ({meaning, severity: "error"});
const warning = (meaning: string): RuntimeRuleMeaning => ({meaning, severity: "warning"});

/** Together with the parser's rules they are all there are; `docs/rules.md` is made from both. */
export const runtimeRules = {
  "bash-syntax": error(
    "bash refuses the text of a cell when it reads it without executing it (a warning where a placeholder is the cause)."
  ),
  "bash-heredoc": error("A here-document of a cell is not closed."),
  "bash-placeholder": warning("A cell holds `<something>` that a person should replace; bash would read from a file."),
  "bash-endless": warning("A cell holds a command that never ends by itself, or waits for a person."),

  "sql-target": error("A cell has no `on=`, and none of the connections is called `default`."),
  "sql-meta-command": error("A cell holds a command of psql, which is not SQL."),
  "sql-unterminated": error("A string, a quoted name, a comment or a dollar quote of a cell is never closed."),
  "sql-variable": error("A cell names a variable in quotes that is no input and no capture."),
  "sql-copy-input": error("A cell copies from standard input, which it does not have."),
  "sql-transaction": error("A cell with `transaction=single` or `rollback` holds what cannot stand in a transaction block."),
  "sql-syntax": warning("PostgreSQL's parser, of version 18, refuses a statement; the server will judge."),

  "connection-syntax": error("A connection is written in a way that libpq would not understand, or that is refused on purpose."),
  "template-unresolved": error("A connection or a host needs a `${NAME}` that nothing gives a value."),
  requirement: error("A program that the document requires is not there, or too old."),
  "not-supported": error("The document asks for something that this version cannot do.")
} as const satisfies Readonly<Record<string, RuntimeRuleMeaning>>;

/** Rules of the runtime, so that none is reported that is not listed. */
export type RuntimeRule = keyof typeof runtimeRules;

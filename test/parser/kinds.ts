import type {AnyKind, Kind} from "../../src/model/kind.ts";

const never = () => {
  throw new Error("the parser executes nothing");
};
const hands = {inspect: never, assess: never, open: never, execute: never, close: never};

/** Kinds as the parser sees them: their words, not their hands. */
const bash: Kind = {
  name: "bash",
  fences: ["bash", "sh", "shell"],
  transcripts: ["console", "shell-session"],
  options: ["cwd", "shell"],
  judge: "exit",
  targets: "hosts",
  read: ({cwd, shell}) => ({cwd: cwd ?? null, shell: shell ?? "-euo pipefail"}),
  ...hands
};
const sql: Kind = {
  name: "sql",
  fences: ["sql", "postgresql", "postgres", "pgsql"],
  transcripts: [],
  options: ["transaction", "readonly", "max-rows"],
  judge: "sqlstate",
  targets: "connections",
  read({transaction = "auto", readonly, "max-rows": rows = "1000"}, report) {
    if (!["auto", "single", "rollback"].includes(transaction))
      report(`"transaction" must be auto, single or rollback, not "${transaction}"`);
    return {transaction, readonly: readonly !== undefined, maxRows: Number(rows)};
  },
  ...hands
};
export const kinds: readonly AnyKind[] = [bash, sql];

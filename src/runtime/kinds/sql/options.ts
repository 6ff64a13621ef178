import type {Attributes} from "../../../model/kind.ts";

/** What the fence of an SQL cell says. */
export interface SqlConfig {
  readonly transaction: "auto" | "single" | "rollback";
  readonly readonly: boolean;
  readonly maxRows: number;
}

export const optionNames = ["transaction", "readonly", "max-rows"] as const;

const TRANSACTIONS: readonly string[] = ["auto", "single", "rollback"];
const FLAGS: Readonly<Record<string, boolean>> = {"": true, true: true, false: false, readonly: true};

export function readOptions(options: Attributes, report: (message: string) => void): SqlConfig {
  const {transaction = "auto", readonly = "false", "max-rows": maxRows = "1000"} = options;
  if (!TRANSACTIONS.includes(transaction)) report(`transaction must be auto, single or rollback, not "${transaction}"`);
  if (FLAGS[readonly] === undefined) report(`readonly is written without a value, not "${readonly}"`);
  if (!/^\d{1,7}$/.test(maxRows)) report(`max-rows must be a number of rows from 0 to 9999999, not "${maxRows}"`);
  return {
    transaction: TRANSACTIONS.includes(transaction) ? (transaction as SqlConfig["transaction"]) : "auto",
    readonly: FLAGS[readonly] ?? true,
    maxRows: /^\d{1,7}$/.test(maxRows) ? Number(maxRows) : 1000
  };
}

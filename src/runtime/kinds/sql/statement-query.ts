/**
 * One statement on the wire, in the way of pg's `Submittable`. Rows are counted, the first are kept as the server's own text and
 * the rest are dropped as they come, so that a million of them cost no memory. Data of COPY TO STDOUT is handed on.
 */
import type {Connection, Submittable} from "pg";

export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}
export interface StatementResult {
  readonly fields: readonly Field[] | null; // null: it returns no rows
  readonly rows: readonly (readonly (string | null)[])[];
  readonly total: number;
  readonly tag: string; // "SELECT 3"; empty for an empty statement
}
export interface KeepRows {
  readonly rows: number;
  readonly bytes: number;
}

/** What the server said, as opposed to what happened to the socket. */
export interface ServerError extends Error {
  readonly severity: string;
  readonly code: string;
  readonly position?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly internalQuery?: string;
}
export const isServerError = (error: unknown): error is ServerError => error instanceof Error && "severity" in error && "code" in error;

export class StatementQuery implements Submittable {
  readonly done: Promise<StatementResult>;
  readonly #text: string;
  readonly #keep: KeepRows;
  readonly #onCopyData: (chunk: Buffer) => void;
  #fields: readonly Field[] | null = null;
  #rows: (string | null)[][] = [];
  #total = 0;
  #bytes = 0;
  #tag = "";
  #resolve!: (result: StatementResult) => void;
  #reject!: (error: unknown) => void;

  constructor(text: string, keep: KeepRows, onCopyData: (chunk: Buffer) => void = () => {}) {
    this.#text = text;
    this.#keep = keep;
    this.#onCopyData = onCopyData;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }
  handleRowDescription({fields}: {readonly fields: readonly Field[]}): void {
    this.#fields = fields;
    this.#rows = []; // of several results, as a rule may give, the last one stands
    this.#total = 0;
  }
  handleDataRow({fields}: {readonly fields: (string | null)[]}): void {
    this.#total++;
    if (this.#rows.length >= this.#keep.rows || this.#bytes > this.#keep.bytes) return;
    for (const value of fields) this.#bytes += value === null ? 1 : value.length;
    if (this.#bytes <= this.#keep.bytes) this.#rows.push(fields);
  }
  handleCommandComplete({text}: {readonly text: string}): void {
    this.#tag = text;
  }
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(connection: Connection): void {
    (connection as unknown as {sendCopyFail(reason: string): void}).sendCopyFail("an SQL cell has no data to send");
  }
  handleCopyData({chunk}: {readonly chunk: Buffer}): void {
    this.#onCopyData(chunk);
  }
  /** Rejects only when the server is ready again, or gone: before that nobody knows how the transaction stands. */
  handleError(error: unknown, connection: Connection): void {
    if (!isServerError(error)) {
      this.#reject(error);
      return;
    }
    const settle = (): void => {
      connection.off("readyForQuery", settle).off("end", settle);
      this.#reject(error);
    };
    connection.on("readyForQuery", settle).on("end", settle);
  }
  handleReadyForQuery(): void {
    this.#resolve({fields: this.#fields, rows: this.#rows, total: this.#total, tag: this.#tag});
  }
}

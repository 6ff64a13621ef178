/** One statement of a cell: sent, its outputs emitted, cancelled when asked, its failure given a place. */
import type {Place} from "../../../model/event.ts";
import {cancel} from "./cancel.ts";
import type {Running} from "./execute.ts";
import type {Failure} from "./finish.ts";
import {failureOf, plainFailure} from "./finish.ts";
import {isOverLimit} from "./limits.ts";
import {characterOffset} from "./offsets.ts";
import type {StatementResult} from "./statement-query.ts";
import {isServerError, StatementQuery} from "./statement-query.ts";
import {nameTypes} from "./type-names.ts";

const KEPT_BYTES = 16 * 1024 ** 2; // of one table

export interface Sent {
  readonly text: string;
  readonly number: number; // from 1, within the cell
  readonly commits: boolean;
  readonly own?: boolean; // sent by us, not written in the cell: it puts nothing out
  readonly place: (offset: number) => Place; // in the cell, of an offset in the text
}

/** Null when the statement ended well. */
export async function runStatement(sent: Sent, running: Running): Promise<Failure | null> {
  const {connected, outlet, signal, task} = running;
  const before = connected.transaction();
  const began = performance.now();
  const query = new StatementQuery(sent.text, {rows: task.config.maxRows, bytes: KEPT_BYTES}, outlet.copyData);
  const {done} = connected.client.query(query);
  let cancelling: Promise<void> | null = null;
  const onAbort = (): void => void (cancelling ??= cancel(connected, done));
  signal.addEventListener("abort", onAbort, {once: true});
  if (signal.aborted) onAbort();
  try {
    const result = await done;
    const ms = performance.now() - began;
    await outlet.flush();
    if (!sent.own) await putOut(result, sent, ms, running);
    if (sent.commits && result.tag === "ROLLBACK") {
      return plainFailure(
        "COMMIT was answered by ROLLBACK: the transaction had failed before, nothing of it was committed",
        sent.place(0),
        "40000"
      );
    }
    return null;
  } catch (error) {
    await outlet.flush();
    if (isServerError(error) && error.severity !== "FATAL" && error.severity !== "PANIC") {
      const offset = error.position === undefined ? 0 : characterOffset(sent.text, Number(error.position) - 1);
      const failure = failureOf(error, sent.place(offset));
      if (!isOverLimit(error.code, performance.now() - began, task.timeoutMs)) return failure;
      return {...failure, timedOut: true, error: {message: error.message, place: null, detail: `the server ended it: ${error.message}`}};
    }
    return loseConnection(error, sent, before, running);
  } finally {
    signal.removeEventListener("abort", onAbort);
    await cancelling;
  }
}

async function putOut(
  {fields, rows, total, tag}: StatementResult,
  {number, place}: Sent,
  ms: number,
  {connected, emit}: Running
): Promise<void> {
  const {line} = place(0);
  if (fields) {
    const nameOf = await nameTypes(
      fields.map(({dataTypeID}) => dataTypeID),
      connected
    );
    const columns = fields.map(({name, dataTypeID}) => ({name, type: nameOf(dataTypeID)}));
    await emit({type: "table", statement: number, line, columns, rows, total});
  }
  if (tag !== "") await emit({type: "command", statement: number, line, tag, ms: Math.round(ms * 1000) / 1000});
}

/**
 * A statement in flight when the connection went: it may have been completed, unless the session could only read, or it stood in
 * a transaction that it did not commit, which the server rolls back.
 */
function loseConnection(
  error: unknown,
  {number, place, commits}: Sent,
  before: "idle" | "open" | "failed",
  {connected, task}: Running
): Failure {
  const why = error instanceof Error ? error.message : String(error);
  const message = `the connection was lost during statement ${number} (line ${place(0).line}): ${why}`;
  const sqlstate = isServerError(error) ? error.code : "08006";
  const onlyReads = (task.config.readonly || connected.resolved.readonly) && !/read[\s_]*(only|write)/i.test(task.cell.source);
  if (onlyReads) return plainFailure(`${message}; it could only read`, place(0), sqlstate);
  if (before !== "idle" && !commits) return plainFailure(`${message}; the transaction it stood in is rolled back`, place(0), sqlstate);
  return {sqlstate, error: null, lost: `${message}; the server may have completed it`};
}

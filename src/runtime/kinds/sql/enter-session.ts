/** Brings a session to where a cell can begin: connected, named after the cell, allowed to write or not. */
import type {ServerIdentity} from "../../../model/event.ts";
import type {Task} from "../../../model/kind.ts";
import type {Connected} from "./connect.ts";
import type {Failure} from "./finish.ts";
import {plainFailure} from "./finish.ts";
import {identifyServer} from "./identify-server.ts";
import {setLimits} from "./limits.ts";
import type {SqlConfig} from "./options.ts";
import type {SqlSession} from "./session.ts";
import {useConnection} from "./session.ts";
import {quoteLiteral} from "./variables.ts";

export interface Entered {
  readonly connected: Connected;
  readonly again: boolean; // an earlier connection was lost
  readonly refusal: Failure | null;
}

export async function enterSession(task: Task<SqlConfig>, session: SqlSession, signal: AbortSignal): Promise<Entered> {
  const {connected, again} = await useConnection(session, task.runLabel, signal);
  try {
    return {connected, again, refusal: await prepareSession(task, session, connected)};
  } catch (error) {
    // it was lost without our hearing of it, and nothing of the cell has been sent
    if (connected.lost() === null || signal.aborted) throw error;
    const other = await useConnection(session, task.runLabel, signal);
    return {...other, refusal: await prepareSession(task, session, other.connected)};
  }
}

/** Names the cell to the server and sets what it may do; or says why it cannot begin here. */
async function prepareSession(task: Task<SqlConfig>, session: SqlSession, connected: Connected): Promise<Failure | null> {
  const {cell, config, runLabel, timeoutMs} = task;
  if (connected.escapesStrings() && cell.source.includes("\\")) {
    return plainFailure(
      "standard_conforming_strings is off here, so a backslash may end a string elsewhere than in the text as it was checked; set it on first",
      null
    );
  }
  await undoBeforeRetry(task, session, connected);
  if (task.claim) await task.claim(await serverOf(session, connected));
  const readOnly = config.readonly || connected.resolved.readonly;
  const inside = connected.transaction() !== "idle";
  if (inside && config.transaction !== "auto")
    return plainFailure(
      `transaction=${config.transaction} cannot begin: a transaction that an earlier cell opened is still open; end it there with COMMIT or ROLLBACK`,
      null
    );
  if (inside && readOnly && !session.readOnly)
    return plainFailure("readonly cannot begin: a transaction that an earlier cell opened may write and is still open; end it there", null);
  const settings: string[] = [];
  if (session.named !== runLabel) settings.push(`set application_name = ${quoteLiteral(runLabel)}`);
  if (!inside && session.readOnly !== readOnly)
    settings.push(readOnly ? "set default_transaction_read_only = on" : "reset default_transaction_read_only");
  if (connected.transaction() === "failed") return null;
  await setLimits(connected, timeoutMs, settings);
  session.named = inside ? "" : runLabel; // a rollback takes the name back
  if (!inside) session.readOnly = readOnly;
  return null;
}

/** A retry starts without what the attempts before it left open; a transaction that an earlier cell began is not its own to end. */
async function undoBeforeRetry({cell, attempt}: Task<SqlConfig>, session: SqlSession, connected: Connected): Promise<void> {
  const {withinMs, retries} = cell.options;
  const {last} = session;
  const again = (withinMs !== null || retries !== null) && last?.step === cell.id && last.attempt === attempt - 1;
  if (again && !last.inside && connected.transaction() !== "idle") await connected.ask("rollback");
  session.last = {step: cell.id, attempt, inside: again ? last.inside : connected.transaction() !== "idle"};
}

/** Asked anew, since a standby may have been promoted; inside a transaction it is what it was when the connection was opened. */
async function serverOf(session: SqlSession, connected: Connected): Promise<ServerIdentity> {
  if (connected.transaction() === "idle") session.server = (await identifyServer(connected)).identity;
  return session.server!;
}

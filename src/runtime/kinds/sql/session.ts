/** What the cells of one SQL session share: one connection to one target, opened at its first cell and again when it was lost. */
import type {ServerIdentity} from "../../../model/event.ts";
import type {ResolvedConnection, SessionContext} from "../../../model/kind.ts";
import type {StepId} from "../../../model/runbook.ts";
import type {Connected} from "./connect.ts";
import {connect} from "./connect.ts";
import {explainConnectError} from "./explain-connect-error.ts";
import type {Identified} from "./identify-server.ts";
import {identifyServer} from "./identify-server.ts";
import {wordsOf} from "./outlet.ts";

export interface SqlSession {
  readonly context: SessionContext;
  connected: Connected | null;
  server: ServerIdentity | null; // at the other end of it
  named: string; // the application_name that the server shows now
  readOnly: boolean; // default_transaction_read_only as it was last set
  openTransaction: boolean; // when its last cell ended
  last: LastAttempt | null; // what was executed last
}
export interface LastAttempt {
  readonly step: StepId;
  readonly attempt: number;
  readonly inside: boolean; // a transaction was open before its first attempt
}

export const openSession = (context: SessionContext): SqlSession => ({
  context,
  connected: null,
  server: null,
  named: "",
  readOnly: false,
  openTransaction: false,
  last: null
});

/** The session's connection, opened if there is none; `again` says that an earlier one was lost. */
export async function useConnection(
  session: SqlSession,
  applicationName: string,
  signal: AbortSignal
): Promise<{readonly connected: Connected; readonly again: boolean}> {
  const before = session.connected;
  if (before && before.lost() === null) return {connected: before, again: false};
  if (before) {
    session.connected = null;
    await before.end();
    if (session.openTransaction) {
      session.openTransaction = false;
      throw new Error(
        `the connection was lost while a transaction of an earlier cell was open (${before.lost()}); the server has rolled it back. Run that cell again`
      );
    }
  }
  const {context} = session;
  const name = context.on ?? "default";
  const resolved = await context.connection(name);
  let connected: Connected;
  try {
    connected = await connect(resolved, applicationName, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error(explainConnectError(error, resolved), {cause: error});
  }
  try {
    const server = await identifyServer(connected);
    requireAttributes(resolved, server);
    await watchClient(connected);
    if (resolved.readonly) await connected.ask("set default_transaction_read_only = on");
    await context.record({type: "connection-opened", connection: name, session: context.name, server: server.identity});
    session.server = server.identity;
  } catch (error) {
    await connected.end();
    throw error;
  }
  Object.assign(session, {connected, named: applicationName, readOnly: resolved.readonly});
  return {connected, again: before !== null};
}

/** From PostgreSQL 14 on, a server can notice that a runner was killed, and ends the statement that it has left behind. */
async function watchClient(connected: Connected): Promise<void> {
  await connected
    .ask(
      "select pg_catalog.set_config('client_connection_check_interval', '2000', false) where pg_catalog.current_setting('server_version_num')::int >= 140000"
    )
    .catch(() => {}); // not every system can tell
}

/** target_session_attrs, with the one host there is. */
function requireAttributes({sessionAttributes, host, port}: ResolvedConnection, {identity: {recovering}, readOnly}: Identified): void {
  const is = recovering ? "a standby" : readOnly ? "read only" : "a primary that takes writes";
  const fits = {
    any: true,
    "prefer-standby": true,
    primary: recovering === false,
    standby: recovering === true,
    "read-write": recovering === false && !readOnly,
    "read-only": recovering === true || readOnly
  }[sessionAttributes];
  if (!fits) throw new Error(`the server at ${host}:${port} is ${is}, and target_session_attrs asks for ${sessionAttributes}`);
}

/** Ends the connection and says what a person should know. */
export async function closeSession({connected, context}: SqlSession): Promise<readonly string[]> {
  if (!connected) return [];
  const open = connected.lost() === null && connected.transaction() !== "idle";
  if (open) await Promise.race([connected.ask("rollback"), new Promise((resolve) => setTimeout(resolve, 2000).unref())]).catch(() => {});
  const {notifications, more} = connected.unheard.take();
  await connected.end();
  const session = `SQL session "${context.name}" on "${context.on ?? "default"}"`;
  const unheard = notifications.length + more;
  return [
    ...(open ? [`${session}: an open transaction was rolled back`] : []),
    ...(unheard > 0
      ? [
          `${session}: after its last cell ${unheard === 1 ? "came a notification" : `came ${unheard} notifications`}, the first: ${wordsOf(notifications[0]!)}`
        ]
      : [])
  ];
}

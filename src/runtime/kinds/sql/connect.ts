/** A connection of a session: opened with every field explicit, asked about its state, ended for good. */
import type {Client} from "pg";
import type {ResolvedConnection} from "../../../model/kind.ts";
import {StatementQuery} from "./statement-query.ts";

export interface Connected {
  readonly client: Client;
  readonly resolved: ResolvedConnection;
  readonly processId: number;
  readonly secretKey: number;
  readonly types: Map<number, string>; // learnt names of types
  readonly limits: Map<string, number>; // "statement_timeout=60001", as we have set it → what stands there otherwise
  readonly unheard: Unheard; // notifications that came while no cell was running
  /** How the server says the session stands. */
  transaction(): "idle" | "open" | "failed";
  /** Asks a question of ours, not of a cell; rows as text. */
  ask(text: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Whether a backslash in a plain string escapes at this server, which is not how a cell's text was cut. */
  escapesStrings(): boolean;
  /** Why the connection is gone; null while it stands. */
  lost(): string | null;
  end(): Promise<void>;
}

export interface Notification {
  readonly channel: string;
  readonly payload?: string | undefined;
}
export interface Unheard {
  /** Those that came since, at most a thousand, and how many more there were. */
  take(): {readonly notifications: readonly Notification[]; readonly more: number};
}

interface Internals {
  readonly processID: number;
  readonly secretKey: number;
  getTransactionStatus(): string | null;
}
const NO_TLS = /does not support SSL|establishing an SSL connection/;
type Ssl = ResolvedConnection["ssl"];

/** Opens the connection; where sslmode says so, tries the other way when the server does not take the first. */
export async function connect(resolved: ResolvedConnection, applicationName: string, signal?: AbortSignal): Promise<Connected> {
  try {
    return await connectWith(resolved.ssl, resolved, applicationName, signal);
  } catch (error) {
    if (resolved.sslOtherwise === null || !mayTryOtherwise(error)) throw error;
    try {
      return await connectWith(resolved.sslOtherwise, resolved, applicationName, signal);
    } catch (second) {
      if (NO_TLS.test(messageOf(error))) throw second;
      const [one, other] = resolved.ssl === false ? ["without", "with"] : ["with", "without"];
      throw new Error(`${messageOf(error)} (${one} TLS); ${messageOf(second)} (${other} TLS)`, {cause: second});
    }
  }
}

async function connectWith(ssl: Ssl, resolved: ResolvedConnection, applicationName: string, signal?: AbortSignal): Promise<Connected> {
  const {default: pg} = await import("pg");
  signal?.throwIfAborted();
  const {host, port, database, user, password, options, connectTimeoutMs} = resolved;
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    ssl: ssl === false ? false : {...ssl},
    // what is missing here pg would take from the environment, past all that was resolved
    password: async () => (await password?.()) ?? "",
    options: options ?? " ",
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs ?? 0,
    keepAlive: true
  });
  let lost: string | null = null;
  let escapes = false;
  client.connection.on(
    "parameterStatus",
    ({parameterName, parameterValue}: {readonly parameterName: string; readonly parameterValue: string}) => {
      if (parameterName === "standard_conforming_strings") escapes = parameterValue === "off";
    }
  );
  client.on("error", (error: Error) => (lost ??= error.message));
  client.on("end", () => (lost ??= "the connection was closed"));
  const abandon = (): void => destroy(client);
  signal?.addEventListener("abort", abandon, {once: true});
  try {
    await client.connect();
  } catch (error) {
    destroy(client);
    throw error;
  } finally {
    signal?.removeEventListener("abort", abandon);
  }
  const internals = client as unknown as Internals;
  return {
    client,
    resolved,
    processId: internals.processID,
    secretKey: internals.secretKey,
    types: new Map(),
    limits: new Map(),
    unheard: collectUnheard(client),
    transaction() {
      const status = internals.getTransactionStatus();
      return status === "T" ? "open" : status === "E" ? "failed" : "idle";
    },
    ask: async (text) => (await client.query(new StatementQuery(text, {rows: 10_000, bytes: 1024 ** 2})).done).rows,
    escapesStrings: () => escapes,
    lost: () => lost,
    async end() {
      if (lost !== null) return destroy(client);
      const patience = setTimeout(() => destroy(client), 2000);
      await client.end().catch(() => {});
      clearTimeout(patience);
    }
  };
}

const mostUnheard = 1000;

function collectUnheard(client: Client): Unheard {
  let notifications: Notification[] = [];
  let more = 0;
  client.on("notification", ({channel, payload}: Notification) => {
    if (client.listenerCount("notification") > 1) return; // a cell hears it
    if (notifications.length < mostUnheard) notifications.push({channel, payload});
    else more++;
  });
  return {
    take() {
      const taken = {notifications, more};
      [notifications, more] = [[], 0];
      return taken;
    }
  };
}

/** The server has no TLS, or lets this user in only the other way, or the handshake failed. */
function mayTryOtherwise(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const {code} = error as Error & {code?: string};
  if (code === "28000") return true;
  return (
    NO_TLS.test(error.message) || (code !== undefined && /^(ERR_SSL|ERR_TLS|EPROTO|SELF_SIGNED|UNABLE_TO|CERT_|DEPTH_ZERO)/.test(code))
  );
}

/** Ends the socket whatever state the protocol is in. */
export const destroy = (client: Client): void => void client.connection.stream.destroy();
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

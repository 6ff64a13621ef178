/**
 * Who may act on a server: an advisory lock on the server itself, so that it holds from whatever machine a run comes. It is held by
 * a connection of its own from the first cell that would destroy something to the end of the run, and is gone with the process.
 */
import {createHash} from "node:crypto";
import type {ServerIdentity} from "../../model/event.ts";
import type {ResolvedConnection} from "../../model/kind.ts";
import type {Connected} from "../kinds/sql/connect.ts";
import {connect} from "../kinds/sql/connect.ts";
import {identifyServer} from "../kinds/sql/identify-server.ts";

export interface Holds {
  /** Null once this run holds the server; else who does. */
  hold(resolved: ResolvedConnection, server: ServerIdentity, signal: AbortSignal): Promise<string | null>;
  close(): Promise<void>;
}

/** `holder` is what others are told of this run: its id and who answers for it. */
export function createHolds(holder: string): Holds {
  const held = new Map<string, Connected>();
  return {
    async hold(resolved, server, signal) {
      const key = `${resolved.host}\n${resolved.port}\n${server.systemIdentifier}`;
      const before = held.get(key);
      if (before && before.lost() === null) return null;
      held.delete(key);
      await before?.end();
      const connected = await connectForLock(resolved, toName(holder), signal);
      const own = new Map([...held.values()].map((one) => [String(one.processId), one]));
      const taken = await takeLock(connected, server).catch(async (error: unknown) => {
        await connected.end();
        throw error;
      });
      if (taken.type === "taken") {
        held.set(key, connected);
        return null;
      }
      await connected.end();
      const ours = own.get(taken.process); // the same server, by another name
      if (ours) held.set(key, ours);
      return ours ? null : taken.by;
    },
    async close() {
      const all = [...new Set(held.values())];
      held.clear();
      await Promise.all(all.map((connected) => connected.end()));
    }
  };
}

/** A connection to the database that is acted on would keep it from being dropped. */
async function connectForLock(resolved: ResolvedConnection, name: string, signal: AbortSignal): Promise<Connected> {
  if (resolved.database === "postgres") return connect(resolved, name, signal);
  return connect({...resolved, database: "postgres"}, name, signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return connect(resolved, name, signal);
  });
}

type Taken = {readonly type: "taken"} | {readonly type: "held"; readonly process: string; readonly by: string};

async function takeLock(connected: Connected, {systemIdentifier}: ServerIdentity): Promise<Taken> {
  const there = (await identifyServer(connected)).identity.systemIdentifier;
  if (there !== systemIdentifier) throw new Error(`two servers answer at this address: ${systemIdentifier} and ${there}`);
  await connected.ask("set idle_session_timeout = 0").catch(() => {}); // PostgreSQL 14 and later have it
  const key = createHash("sha256").update(`runbook target ${systemIdentifier}`).digest().readBigInt64BE();
  const [[taken] = []] = await connected.ask(`select pg_catalog.pg_try_advisory_lock(${key})`);
  const other = await findOther(connected, key);
  if (other !== null) return other;
  return taken === "t" ? {type: "taken"} : {type: "held", process: "", by: "another run, which has just ended: try again"};
}

/** Advisory locks are each database's own, and who holds them is shown for all. */
async function findOther(connected: Connected, key: bigint): Promise<Taken | null> {
  const [high, low] = [BigInt.asUintN(32, key >> 32n), BigInt.asUintN(32, key)];
  const [row] = await connected.ask(
    `select a.application_name, a.usename, l.pid from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.classid = ${high} and l.objid = ${low} and l.objsubid = 1 and l.granted and l.pid <> pg_catalog.pg_backend_pid()
    limit 1`
  );
  return row ? {type: "held", process: String(row[2]), by: `${row[0]} (user "${row[1]}", server process ${row[2]})`} : null;
}

/** The server keeps 63 bytes of a name. */
const toName = (holder: string): string =>
  Buffer.from(holder.replace(/[^\x20-\x7e]/g, "?"))
    .subarray(0, 63)
    .toString();

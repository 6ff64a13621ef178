/** Which server answers a connection: asked when it is opened, and before what it pins is relied on. */
import type {ServerIdentity} from "../../../model/event.ts";
import type {Connected} from "./connect.ts";

export interface Identified {
  readonly identity: ServerIdentity;
  readonly readOnly: boolean;
}

/** Must not stand in a transaction: what a role may not ask would fail it. */
export async function identifyServer(connected: Connected): Promise<Identified> {
  const common =
    "current_setting('server_version'), current_database(), current_user, pg_catalog.pg_is_in_recovery(), current_setting('transaction_read_only')";
  const identifier = "(select system_identifier from pg_catalog.pg_control_system())";
  const timelineId = "(select timeline_id from pg_catalog.pg_control_checkpoint())";
  // not every role may read these, and not every server has the functions
  const rows = await connected
    .ask(`select ${common}, ${identifier}, ${timelineId}`)
    .catch(() => connected.ask(`select ${common}, ${identifier}, null`))
    .catch(() => connected.ask(`select ${common}, null, null`));
  const [version, database, user, recovering, readOnly, systemIdentifier, timeline] = rows[0] ?? [];
  const {host, port, embedded, demo} = connected.resolved;
  return {
    identity: {
      version: version ?? "",
      host,
      port,
      database: database ?? connected.resolved.database,
      user: user ?? connected.resolved.user,
      systemIdentifier: systemIdentifier ?? null,
      timeline: timeline === undefined || timeline === null ? null : Number(timeline),
      recovering: recovering === undefined || recovering === null ? null : recovering === "t",
      embedded,
      demo
    },
    readOnly: readOnly === "on"
  };
}

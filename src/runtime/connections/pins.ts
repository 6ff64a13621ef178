/** What a connection of the document says of the server that it must lead to: a restore must not start on the wrong one. */
import type {ServerIdentity} from "../../model/event.ts";
import type {Connection} from "../../model/runbook.ts";
import {fillTemplate} from "./template.ts";

/** By the name that the document has for it; empty where nothing is pinned. */
export type Pins = Readonly<Record<string, string>>;

export function readPins(connection: Connection | undefined, give: (name: string) => string): Pins {
  if (!connection) return {};
  const {systemIdentifier, role, database} = connection;
  return {
    ...(systemIdentifier !== null && {system_identifier: fillTemplate(systemIdentifier, give).trim()}),
    ...(role !== null && {role}),
    ...(database !== null && {database: fillTemplate(database, give).trim()})
  };
}

/** A document pins the cluster itself, and not only what it looks like. */
export const pinsCluster = (connection: Connection | undefined): boolean =>
  connection !== undefined && connection.systemIdentifier !== null;

/** What of the pins does not hold, with what was found; null: all hold. */
export function findMismatch(pins: Pins, {systemIdentifier, recovering, database, user}: ServerIdentity): string | null {
  const found: Readonly<Record<string, string>> = {
    system_identifier: systemIdentifier ?? `none that "${user}" may read (grant execute on function pg_control_system())`,
    role: recovering === null ? "none that it tells" : recovering ? "standby" : "primary",
    database
  };
  const wrong = Object.entries(pins).filter(([pin, expected]) => found[pin] !== expected);
  return wrong.length === 0 ? null : wrong.map(([pin, expected]) => `expected ${pin} ${expected}, found ${found[pin]}`).join("; ");
}

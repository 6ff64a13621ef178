/** The connections of a run: resolved as libpq would, and the throw-away server behind `embedded`. */
import type {ResolvedConnection} from "../../model/kind.ts";
import type {Connection, Settings} from "../../model/runbook.ts";
import {ConninfoError} from "./conninfo/keywords.ts";
import {resolveConninfo} from "./conninfo/resolve.ts";
import type {Embedded} from "./embedded/embedded.ts";
import {startEmbedded} from "./embedded/embedded.ts";
import {EMBEDDED} from "./embedded/word.ts";
import {toPasswordName} from "./find-passwords.ts";
import type {Holds} from "./hold-target.ts";
import {createHolds} from "./hold-target.ts";
import type {Pins} from "./pins.ts";
import {readPins} from "./pins.ts";
import {fillTemplate} from "./template.ts";

export {checkTemplates} from "./check-templates.ts";

export interface TargetOptions {
  readonly settings: Settings;
  readonly lookup: (name: string) => string | undefined; // the value of ${NAME}
  readonly environment: Readonly<Record<string, string>>; // of the process
  readonly runDirectory: string;
  readonly addSecret: (name: string, value: string) => void;
  readonly holder: string; // what other runs are told of this one
}
export interface Targets {
  /** Throws an error that a person can act on; it names the connection and its place, and never holds a password. */
  connection(name: string): Promise<ResolvedConnection>;
  /** PG* for processes, when the connection, which is `default` where nothing else is said, is embedded. */
  environment(name?: string): Promise<Record<string, string>>;
  /** What programs of libpq would reach with this environment; null when it names no server. */
  reachedBy(environment: Readonly<Record<string, string>>): ResolvedConnection | null;
  /** What the document pins of a connection; throws where a value is missing. */
  pins(name: string): Pins;
  /** Where a connection leads, for people; starts nothing. */
  describe(name: string): string;
  readonly holds: Holds;
  /** Lets go of what is held, and ends the embedded server, if there is one. */
  close(): Promise<void>;
}

export const DEFAULT = "default";

export function openTargets({settings, lookup, environment, addSecret, holder}: TargetOptions): Targets {
  const holds = createHolds(holder);
  let starting: Promise<Embedded> | null = null;
  const embedded = (): Promise<Embedded> =>
    (starting ??= startEmbedded(environment).then((server) => {
      if (server.password !== null) addSecret("EMBEDDED_PASSWORD", server.password);
      return server;
    }));
  const isEmbedded = (connection: Connection | undefined): boolean => connection?.url.trim() === EMBEDDED;
  return {
    async connection(name) {
      const connection = settings.connections[name];
      const known = Object.keys(settings.connections);
      if (!connection && (name !== DEFAULT || known.length > 0)) {
        const there = known.length > 0 ? `there is ${known.map((one) => `"${one}"`).join(", ")}` : "it has no connections";
        throw new Error(`there is no connection "${name}" in the frontmatter; ${there}`);
      }
      const where = connection
        ? `connection "${name}" (line ${connection.span.line})`
        : "the default connection (PG* variables, as psql without arguments)";
      try {
        if (isEmbedded(connection)) return toConnection(name, await embedded(), connection);
        return resolve(name, connection, {lookup, environment, addSecret});
      } catch (error) {
        throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {cause: error});
      }
    },
    async environment(name = DEFAULT) {
      if (!isEmbedded(settings.connections[name])) return {};
      refuseService(environment);
      const {host, port, user, database, password} = await embedded();
      return {
        PGHOST: host,
        PGHOSTADDR: "",
        PGPORT: String(port),
        PGUSER: user,
        PGDATABASE: database,
        PGSSLMODE: "disable",
        PGOPTIONS: "",
        ...(password !== null && {PGPASSWORD: password})
      };
    },
    reachedBy(given) {
      if (!["PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE"].some((name) => given[name])) return null;
      return resolve(DEFAULT, undefined, {lookup, environment: given, addSecret});
    },
    pins: (name) => readPins(settings.connections[name], (variable) => give(variable, lookup)),
    describe(name) {
      const connection = settings.connections[name];
      if (isEmbedded(connection)) return `${name}: embedded`;
      if (!connection && Object.keys(settings.connections).length > 0) return `${name}: no such connection`;
      try {
        const {user, host, port, database} = resolve(name, connection, {lookup, environment, addSecret});
        const pinned = Object.entries(readPins(connection, (variable) => give(variable, lookup)));
        return `${name}: ${user}@${host}:${port}/${database}${pinned.map(([pin, value]) => `, ${pin}=${value}`).join("")}`;
      } catch (error) {
        return `${name}: ${error instanceof Error ? error.message : String(error)}`; // the cell will fail with it
      }
    },
    holds,
    async close() {
      await holds.close();
      const started = await starting?.catch(() => null);
      starting = null;
      await started?.stop();
    }
  };
}

// A service wins over PGHOST, so psql in a bash cell would reach another database than the SQL cells do.
function refuseService({PGSERVICE: service}: Readonly<Record<string, string>>): void {
  if (service)
    throw new Error(
      `PGSERVICE=${service} is set: psql in bash cells would reach that service instead of the embedded database; unset PGSERVICE`
    );
}

function give(variable: string, lookup: TargetOptions["lookup"]): string {
  const value = lookup(variable);
  if (value === undefined)
    throw new ConninfoError(`\${${variable}} has no value; give it with --set ${variable}=…, --env-file or the environment`);
  return value;
}

type Lookups = Pick<TargetOptions, "lookup" | "environment" | "addSecret">;

function resolve(name: string, connection: Connection | undefined, {lookup, environment, addSecret}: Lookups): ResolvedConnection {
  const text = fillTemplate(connection?.url ?? "", (variable) => give(variable, lookup));
  if (text.trim() === "" && connection && connection.url.trim() !== "")
    throw new ConninfoError(`${connection.url} is empty; give it a connection string`);
  const {password, findPassword, sslOtherwise, ...resolved} = resolveConninfo(text, environment);
  if (password !== null) addSecret(toPasswordName(name), password);
  return {
    name,
    ...resolved,
    sslOtherwise,
    async password() {
      if (password !== null) return password;
      const found = findPassword();
      if ("why" in found)
        throw new Error(`the server asks for a password and there is none: neither in the connection, nor in PGPASSWORD, and ${found.why}`);
      addSecret(toPasswordName(name), found.password);
      return found.password;
    },
    readonly: connection?.readonly ?? false,
    embedded: false,
    demo: false
  };
}

function toConnection(
  name: string,
  {host, port, user, database, password, demo}: Embedded,
  connection: Connection | undefined
): ResolvedConnection {
  return {
    name,
    host,
    port,
    database,
    user,
    password: async () => password ?? undefined,
    ssl: false,
    sslOtherwise: null,
    options: null,
    applicationName: null,
    connectTimeoutMs: 30_000,
    sessionAttributes: "any",
    readonly: connection?.readonly ?? false,
    embedded: true,
    demo
  };
}

/** A connection string with all that libpq adds to it: service file, PG* variables, defaults; every field explicit at the end. */
import {existsSync} from "node:fs";
import {homedir, userInfo} from "node:os";
import type {Conninfo} from "./keywords.ts";
import {ConninfoError, keywords, sessionVariables} from "./keywords.ts";
import {parseDsn} from "./parse-dsn.ts";
import {parseUrl} from "./parse-url.ts";
import type {FoundPassword} from "./passfile.ts";
import {readPassfile} from "./passfile.ts";
import {readService} from "./service.ts";
import type {Ssl} from "./ssl.ts";
import {planSsl} from "./ssl.ts";

type Environment = Readonly<Record<string, string | undefined>>;
export type SessionAttributes = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

export interface Resolved {
  readonly host: string; // what is connected to: a name, an address, or the folder of a Unix socket
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | null; // as written; null: look into the password file
  readonly findPassword: () => FoundPassword;
  readonly ssl: Ssl;
  readonly sslOtherwise: Ssl | null;
  readonly options: string | null;
  readonly applicationName: string | null;
  readonly connectTimeoutMs: number | null;
  readonly sessionAttributes: SessionAttributes;
}

const SOCKET_FOLDERS = ["/var/run/postgresql", "/tmp"]; // Debian's and the usual one
const ATTRIBUTES: readonly string[] = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];

/** Reads a connection string of any form and completes it as `psql` would, with this environment. */
export function resolveConninfo(text: string, environment: Environment): Resolved {
  const conninfo = complete(parse(text), environment);
  for (const [name, value] of conninfo) {
    const {variable} = keywords[name]!;
    refuseLost(name, value, variable !== null && environment[variable] === value ? variable : null);
  }
  const port = readPort(conninfo.get("port"));
  const named = conninfo.get("host") || null;
  const address = conninfo.get("hostaddr") || null;
  if (`${named}${address}`.includes(","))
    throw new ConninfoError("a list of hosts is not supported; name the one host to work on, a runbook must know where it acts");
  const host = address ?? named ?? defaultHost(port);
  const user = conninfo.get("user") || userInfo().username;
  const database = conninfo.get("dbname") || user;
  const ssl = planSsl(conninfo, host, environment.HOME ?? homedir());
  const loginHost = host.startsWith("/") && SOCKET_FOLDERS.includes(host) ? "localhost" : (named ?? host);
  return {
    host,
    port,
    database,
    user,
    password: conninfo.get("password") || null,
    findPassword: () => readPassfile({host: loginHost, port, database, user}, environment, conninfo.get("passfile")),
    ssl: withServerName(ssl.first, named, address),
    sslOtherwise: ssl.otherwise === null ? null : withServerName(ssl.otherwise, named, address),
    options: joinOptions(conninfo.get("options"), environment),
    applicationName: conninfo.get("application_name") || conninfo.get("fallback_application_name") || null,
    connectTimeoutMs: readTimeout(conninfo.get("connect_timeout")),
    sessionAttributes: readAttributes(conninfo.get("target_session_attrs"))
  };
}

function parse(text: string): Conninfo {
  if (text.trim() === "") return new Map();
  if (/^postgres(ql)?:\/\//.test(text)) return parseUrl(text);
  if (text.includes("=")) return parseDsn(text);
  const scheme = /^([A-Za-z][\w+.-]*):\/\//.exec(text)?.[1];
  if (scheme !== undefined) throw new ConninfoError(`a connection URL starts with "postgresql://", not "${scheme}://"`);
  throw new ConninfoError(
    'a connection is a URL ("postgresql://user@host/db"), keywords ("host=… dbname=…"), "service=NAME" or "embedded"'
  );
}

/** Why nobody can read this connection string; null when it can be read. Looks at no file and no environment. */
export function refuseConninfo(text: string): string | null {
  try {
    for (const [name, value] of parse(text)) refuseLost(name, value, null);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What libpq would heed and we cannot is refused, rather than lost. */
function refuseLost(name: string, value: string, variable: string | null): void {
  const {here} = keywords[name]!;
  if (typeof here !== "object" || value === "" || here.harmless.includes(value)) return;
  throw new ConninfoError(
    `${name}=${value}${variable === null ? "" : ` (from ${variable})`} is not supported; ${here.harmless.length > 0 ? `only ${here.harmless.join(" or ")} is` : "leave it out"}`
  );
}

/** Service before environment, as in libpq; what the string says itself wins over both. */
function complete(written: Conninfo, environment: Environment): Conninfo {
  const all = new Map(written);
  const service = written.get("service") ?? environment.PGSERVICE;
  if (service !== undefined)
    for (const [name, value] of readService(service, environment, written.get("servicefile"))) if (!all.has(name)) all.set(name, value);
  for (const [name, {variable}] of Object.entries(keywords)) {
    const value = variable === null ? undefined : environment[variable];
    if (value !== undefined && !all.has(name)) all.set(name, value);
  }
  return all;
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return 5432;
  const port = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65535)) throw new ConninfoError(`the port must be a number from 1 to 65535, not "${text}"`);
  return port;
}

/** libpq's: a Unix socket where there can be one, else localhost. */
function defaultHost(port: number): string {
  const found =
    SOCKET_FOLDERS.find((folder) => existsSync(`${folder}/.s.PGSQL.${port}`)) ??
    SOCKET_FOLDERS.slice(0, 1).find((folder) => existsSync(folder));
  return found ?? "localhost";
}

/** 0 and nothing wait for ever; a single second is too short for libpq. */
function readTimeout(text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  if (!/^\s*-?\d+\s*$/.test(text)) throw new ConninfoError(`connect_timeout must be a number of seconds, not "${text}"`);
  const seconds = Number(text);
  return seconds <= 0 ? null : Math.max(2, seconds) * 1000;
}

function readAttributes(text: string | undefined): SessionAttributes {
  if (text === undefined || text === "") return "any";
  if (!ATTRIBUTES.includes(text)) throw new ConninfoError(`target_session_attrs must be one of ${ATTRIBUTES.join(", ")}; not "${text}"`);
  return text as SessionAttributes;
}

function joinOptions(written: string | undefined, environment: Environment): string | null {
  const settings = Object.entries(sessionVariables).flatMap(([variable, name]) => {
    const value = environment[variable];
    return value === undefined || value === "" || value === "default" ? [] : [`-c ${name}=${value.replace(/[\\\s]/g, "\\$&")}`];
  });
  const all = [...settings, ...(written ? [written] : [])].join(" ");
  return all === "" ? null : all;
}

// With hostaddr the certificate is still checked against the name.
const withServerName = (ssl: Ssl, name: string | null, address: string | null): Ssl =>
  ssl !== false && address !== null && name !== null ? {...ssl, servername: name} : ssl;

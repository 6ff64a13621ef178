/** sslmode and the certificates of libpq, as options of Node's TLS. */
import {existsSync, readFileSync, statSync} from "node:fs";
import {homedir} from "node:os";
import {join} from "node:path";
import type {Conninfo} from "./keywords.ts";
import {ConninfoError} from "./keywords.ts";

export type Ssl = false | {readonly [option: string]: unknown};
/** What is tried first, and what when the server does not take that; null: nothing else. */
export interface SslPlan {
  readonly first: Ssl;
  readonly otherwise: Ssl | null;
}

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const VERSIONS: Readonly<Record<string, string>> = {TLSv1: "TLSv1", "TLSv1.1": "TLSv1.1", "TLSv1.2": "TLSv1.2", "TLSv1.3": "TLSv1.3"};

export function planSsl(conninfo: Conninfo, host: string, home: string = homedir()): SslPlan {
  const system = conninfo.get("sslrootcert") === "system";
  const mode = conninfo.get("sslmode") ?? (system ? "verify-full" : "prefer");
  if (!MODES.includes(mode)) throw new ConninfoError(`sslmode must be one of ${MODES.join(", ")}; not "${mode}"`);
  if (system && mode !== "verify-full") throw new ConninfoError(`sslrootcert=system needs sslmode=verify-full, not "${mode}"`);
  if (mode === "disable" || host.startsWith("/")) return {first: false, otherwise: null}; // libpq has no TLS on a Unix socket
  const options = toOptions(conninfo, mode, system, join(home, ".postgresql"));
  if (mode === "allow") return {first: false, otherwise: options};
  return {first: options, otherwise: mode === "prefer" ? false : null};
}

function toOptions(conninfo: Conninfo, mode: string, system: boolean, folder: string): Ssl {
  const root = system ? undefined : readRoot(conninfo.get("sslrootcert"), join(folder, "root.crt"), mode);
  const verifies = system || root !== undefined; // a root certificate that is there is used, as libpq does, also below verify-ca
  return {
    rejectUnauthorized: verifies,
    ...(root !== undefined && {ca: root}),
    ...(verifies && mode !== "verify-full" && {checkServerIdentity: () => undefined}),
    ...readOwn(conninfo, folder),
    ...readRevoked(conninfo),
    ...version("minVersion", conninfo.get("ssl_min_protocol_version") ?? "TLSv1.2", "ssl_min_protocol_version"),
    ...version("maxVersion", conninfo.get("ssl_max_protocol_version"), "ssl_max_protocol_version")
  };
}

function readRoot(named: string | undefined, usual: string, mode: string): string | undefined {
  const file = named ?? usual;
  if (existsSync(file)) return read(file, "sslrootcert");
  if (mode === "verify-ca" || mode === "verify-full" || named !== undefined) {
    throw new ConninfoError(
      `the root certificate file "${file}" does not exist; sslmode=${mode} cannot verify the server without it (sslrootcert=FILE, or sslrootcert=system)`
    );
  }
  return undefined;
}

function readOwn(conninfo: Conninfo, folder: string): Readonly<Record<string, string>> {
  const certificate = conninfo.get("sslcert") ?? join(folder, "postgresql.crt");
  if (!existsSync(certificate)) {
    if (conninfo.has("sslcert")) throw new ConninfoError(`the certificate file "${certificate}" (sslcert) does not exist`);
    return {};
  }
  const key = conninfo.get("sslkey") ?? join(folder, "postgresql.key");
  if (!existsSync(key))
    throw new ConninfoError(`there is a certificate "${certificate}", but its key file "${key}" does not exist (sslkey)`);
  const {mode, uid} = statSync(key);
  if (process.platform !== "win32" && (mode & (uid === 0 ? 0o037 : 0o077)) !== 0)
    throw new ConninfoError(`the key file "${key}" has group or world access; chmod 0600 it`);
  const passphrase = conninfo.get("sslpassword");
  return {cert: read(certificate, "sslcert"), key: read(key, "sslkey"), ...(passphrase !== undefined && {passphrase})};
}

function readRevoked(conninfo: Conninfo): Readonly<Record<string, string>> {
  const file = conninfo.get("sslcrl");
  return file === undefined ? {} : {crl: read(file, "sslcrl")};
}

function version(option: string, value: string | undefined, keyword: string): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const known = VERSIONS[value];
  if (known === undefined) throw new ConninfoError(`${keyword} must be one of ${Object.keys(VERSIONS).join(", ")}; not "${value}"`);
  return {[option]: known};
}

function read(file: string, keyword: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConninfoError(`the file "${file}" (${keyword}) cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

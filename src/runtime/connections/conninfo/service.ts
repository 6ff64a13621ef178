/** Service files: `[prod]` and the keywords below it. */
import {existsSync, readFileSync} from "node:fs";
import {homedir} from "node:os";
import {join} from "node:path";
import type {Conninfo} from "./keywords.ts";
import {ConninfoError} from "./keywords.ts";
import {checkKeyword} from "./parse-dsn.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The keywords of a service: from the file named, else the user's, else the system's. */
export function readService(name: string, environment: Environment, named?: string): Conninfo {
  const own = named ?? environment.PGSERVICEFILE ?? join(environment.HOME ?? homedir(), ".pg_service.conf");
  const folders = environment.PGSYSCONFDIR ? [environment.PGSYSCONFDIR] : ["/etc/postgresql-common", "/etc"];
  const files = [own, ...folders.map((folder) => join(folder, "pg_service.conf"))];
  for (const file of files) {
    const found = existsSync(file) ? readSection(file, name) : null;
    if (found) return found;
  }
  throw new ConninfoError(
    `there is no service "${name}" in ${files.map((file) => `"${file}"${existsSync(file) ? "" : " (no such file)"}`).join(", ")}`
  );
}

function readSection(file: string, name: string): Conninfo | null {
  let found: Map<string, string> | null = null;
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (found) return found;
      if (line === `[${name}]`) found = new Map();
      continue;
    }
    if (!found) continue;
    const equals = line.indexOf("=");
    const place = `line ${index + 1} of the service file "${file}"`;
    if (line.startsWith("ldap")) throw new ConninfoError(`${place}: services by LDAP are not supported`);
    if (equals < 0) throw new ConninfoError(`${place} has no "="`);
    const key = line.slice(0, equals);
    if (key === "service" || key === "servicefile") throw new ConninfoError(`${place}: a service cannot name another service`);
    try {
      checkKeyword(key);
    } catch (error) {
      throw new ConninfoError(`${place}: ${error instanceof Error ? error.message : error}`);
    }
    if (!found.has(key)) found.set(key, line.slice(equals + 1));
  }
  return found;
}

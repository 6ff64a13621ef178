/** `.pgpass`: host:port:database:user:password, the first line that fits. */
import {readFileSync, statSync} from "node:fs";
import {homedir} from "node:os";
import {join} from "node:path";

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}
export type FoundPassword = {readonly password: string} | {readonly why: string};

/** The password for a login, or why there is none. */
export function readPassfile(login: Login, environment: Readonly<Record<string, string | undefined>>, named?: string): FoundPassword {
  const file = named ?? environment.PGPASSFILE ?? join(environment.HOME ?? homedir(), ".pgpass");
  const stats = statSync(file, {throwIfNoEntry: false});
  if (!stats) return {why: `the password file "${file}" does not exist`};
  if (!stats.isFile()) return {why: `the password file "${file}" is not a plain file`};
  if (process.platform !== "win32" && (stats.mode & 0o077) !== 0)
    return {why: `the password file "${file}" has group or world access and is ignored, as libpq does; chmod 0600 it`};
  const wanted = [login.host, String(login.port), login.database, login.user];
  for (const line of readFileSync(file, "utf8").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = splitFields(line);
    if (fields.length < 5 || !wanted.every((value, place) => fields[place] === "*" || plain(fields[place]!) === value)) continue;
    return {password: plain(fields[4]!)};
  }
  return {why: `the password file "${file}" has no line for ${login.host}:${login.port}:${login.database}:${login.user}`};
}

/** Cut at colons that no backslash stands before. */
const splitFields = (line: string): readonly string[] => [...line.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/g)].map(([, field]) => field ?? "");
const plain = (field: string): string => field.replace(/\\(.)/g, "$1");

/** Passwords of connections, found in what is known of them before any is opened. */
import type {Settings} from "../../model/runbook.ts";
import {parseDsn} from "./conninfo/parse-dsn.ts";
import {parseUrl} from "./conninfo/parse-url.ts";
import {fillTemplate, findTemplates} from "./template.ts";

type Lookup = (name: string) => string | undefined;
type Connections = Pick<Settings, "connections">;

/** The passwords that connections carry, by the names of their marks; also as they stand in a URL, where that is another text. */
export function findPasswords({connections}: Connections, lookup: Lookup): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, {url}] of Object.entries(connections)) {
    const password = passwordOf(url, lookup);
    if (password === null) continue;
    found.set(toPasswordName(name), password.plain);
    if (password.written !== password.plain) found.set(`${toPasswordName(name)}_ENCODED`, password.written);
  }
  return found;
}

export const toPasswordName = (connection: string): string => `${connection.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_PASSWORD`;

/** The variables that bring such a password: a whole connection string, or the password alone. */
export function findPasswordVariables({connections}: Connections, lookup: Lookup): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const {url} of Object.values(connections)) {
    const password = passwordOf(url, lookup)?.plain ?? null;
    if (password === null || password.length < shortest) continue;
    for (const {name} of findTemplates(url)) {
      const value = lookup(name);
      if (value !== undefined && (value === password || decoded(value).includes(password))) found.set(name, value);
    }
  }
  return found;
}

/** Whether a value of this variable could bring a password: it is a whole connection string, or stands where the password does. */
export function mayBringPassword({connections}: Connections, name: string): boolean {
  return Object.values(connections).some(({url}) => {
    const uses = findTemplates(url);
    if (!uses.some((use) => use.name === name)) return false;
    if (uses.length === 1 && uses[0]!.start === 0 && uses[0]!.end === url.length) return true;
    return passwordOf(url, (one) => (one === name ? "5" : "1"))?.plain.includes("5") ?? false;
  });
}

const shortest = 8; // a shorter one could be any word of a shell's state

interface Password {
  readonly plain: string;
  readonly written: string; // as it stands in the connection string
}

/** What has no value yet may stand anywhere but in the password. */
function passwordOf(url: string, lookup: Lookup): Password | null {
  const [one, other] = ["1", "2"].map((unknown) => readPassword(url, (name) => lookup(name) ?? unknown));
  return one && one.plain === other?.plain ? one : null;
}

function readPassword(url: string, give: (name: string) => string): Password | null {
  try {
    const text = fillTemplate(url, give).trim();
    const isUrl = /^postgres(ql)?:\/\//.test(text);
    const conninfo = isUrl ? parseUrl(text) : text.includes("=") ? parseDsn(text) : null;
    const plain = conninfo?.get("password");
    return plain ? {plain, written: (isUrl && findWritten(text, plain)) || plain} : null;
  } catch {
    return null; // whoever opens the connection says what is wrong with it
  }
}

function findWritten(url: string, plain: string): string | null {
  const login = /^\w+:\/\/[^/?@:]*:([^/?@]*)@/.exec(url)?.[1];
  const parameter = /[?&]password=([^&]*)/.exec(url)?.[1];
  return [parameter, login].find((text) => text !== undefined && decoded(text).startsWith(plain)) ?? null;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value) + value;
  } catch {
    return value;
  }
}

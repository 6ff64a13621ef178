import type {Settings} from "../../model/runbook.ts";
import {parseDsn} from "./conninfo/parse-dsn.ts";
import {parseUrl} from "./conninfo/parse-url.ts";
import {fillTemplate, findTemplates} from "./template.ts";

type Lookup = (name: string) => string | undefined;

/** The passwords that connections carry as far as they can be known before any is opened, by the names of their marks. */
export function findPasswords({connections}: Pick<Settings, "connections">, lookup: Lookup): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, {url}] of Object.entries(connections)) {
    const password = passwordOf(url, lookup);
    if (password !== null) found.set(toPasswordName(name), password);
  }
  return found;
}

export const toPasswordName = (connection: string): string => `${connection.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_PASSWORD`;

/** The variables that bring such a password: a whole connection string, or the password alone. */
export function findPasswordVariables({connections}: Pick<Settings, "connections">, lookup: Lookup): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const {url} of Object.values(connections)) {
    const password = passwordOf(url, lookup);
    if (password === null || password.length < shortest) continue;
    for (const {name} of findTemplates(url)) {
      const value = lookup(name)!;
      if (value === password || decoded(value).includes(password)) found.set(name, value);
    }
  }
  return found;
}

const shortest = 8; // a shorter one could be any word of a shell's state

function passwordOf(url: string, lookup: Lookup): string | null {
  if (findTemplates(url).some(({name}) => lookup(name) === undefined)) return null;
  try {
    const text = fillTemplate(url, (name) => lookup(name)!).trim();
    const conninfo = /^postgres(ql)?:\/\//.test(text) ? parseUrl(text) : text.includes("=") ? parseDsn(text) : null;
    return conninfo?.get("password") || null;
  } catch {
    return null; // whoever opens the connection says what is wrong with it
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value) + value;
  } catch {
    return value;
  }
}

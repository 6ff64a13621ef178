import type {Conninfo} from "./keywords.ts";
import {ConninfoError, keywords} from "./keywords.ts";

/** `postgresql://user:password@host:port/dbname?keyword=value`, as libpq reads it. */
export function parseUrl(url: string): Conninfo {
  const found = new Map<string, string>();
  let rest = url.replace(/^postgres(ql)?:\/\//, "");
  const question = rest.indexOf("?");
  const query = question < 0 ? "" : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  if (slash >= 0) put(found, "dbname", rest.slice(slash + 1), "the database name");
  // libpq would take another part for the host, and the rest of a password for a port
  if (authority.split("@").length > 2 || (!authority.includes("@") && rest.includes("@"))) {
    throw new ConninfoError('a "@", "/" or "?" in the user name or password of the URL must be written "%40", "%2F" or "%3F"');
  }
  const at = authority.indexOf("@");
  if (at >= 0) {
    const login = authority.slice(0, at);
    const colon = login.indexOf(":");
    put(found, "user", colon < 0 ? login : login.slice(0, colon), "the user name");
    if (colon >= 0) put(found, "password", login.slice(colon + 1), "the password");
  }
  readHost(authority.slice(at + 1), found);
  readQuery(query, found);
  return found;
}

function readHost(text: string, found: Map<string, string>): void {
  if (text.includes(","))
    throw new ConninfoError("a list of hosts is not supported; name the one host to work on, a runbook must know where it acts");
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (text.startsWith("[") && !bracketed) throw new ConninfoError('an IPv6 address in the URL is not closed; write it as "[::1]:5432"');
  const plain = /^([^:]*)(?::(.*))?$/.exec(text);
  const [, host = "", port = ""] = bracketed ?? plain ?? [];
  if (!bracketed && !plain) throw new ConninfoError('the host of the URL is not understood; an IPv6 address is written "[::1]:5432"');
  put(found, "host", host, "the host");
  if (!/^\d*$/.test(port)) throw new ConninfoError('the port of the URL is no number; a ":" in a user name or password is written "%3A"');
  put(found, "port", port, "the port");
}

function readQuery(query: string, found: Map<string, string>): void {
  for (const pair of query === "" ? [] : query.split("&")) {
    const equals = pair.indexOf("=");
    if (equals < 0) throw new ConninfoError(`a parameter of the URL has no "=": "${decode(pair, "a parameter")}"`);
    const name = decode(pair.slice(0, equals), "a parameter's name");
    const value = decode(pair.slice(equals + 1), `the value of "${name}"`);
    if (name === "ssl" && value === "true") found.set("sslmode", "require");
    else if (keywords[name]) found.set(name, value);
    else throw new ConninfoError(`libpq knows no URL parameter "${name}"`);
  }
}

function put(found: Map<string, string>, name: string, encoded: string, what: string): void {
  if (encoded !== "") found.set(name, decode(encoded, what));
}

function decode(text: string, what: string): string {
  const broken = /%(?![0-9a-fA-F]{2})/.test(text);
  if (broken) throw new ConninfoError(`${what} in the URL has a "%" that is no percent-encoding; a percent sign itself is written "%25"`);
  try {
    const value = decodeURIComponent(text);
    if (value.includes("\0")) throw new ConninfoError(`${what} in the URL holds a NUL`);
    return value;
  } catch (error) {
    if (error instanceof ConninfoError) throw error;
    throw new ConninfoError(`${what} in the URL is not UTF-8 after percent-decoding`);
  }
}

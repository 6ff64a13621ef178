/**
 * Who may come in. Each person gets a link with a token of their own; it becomes a cookie and leaves the address. Foreign sites
 * are kept out by `Host` (DNS rebinding) and `Origin` (forged requests), whatever cookie they bring.
 */
import {createHash, randomBytes, timingSafeEqual} from "node:crypto";

export interface Access {
  readonly links: readonly {readonly name: string; readonly url: string}[]; // the operator's first
  admit(request: Request): Admission;
}
export type Admission =
  | {readonly type: "admitted"; readonly name: string}
  | {readonly type: "entered"; readonly location: string; readonly cookie: string}
  | {readonly type: "refused"; readonly status: 401 | 403 | 421; readonly message: string};

export function createAccess({
  operator,
  invite,
  host,
  port,
  hosts,
  tokens = new Map()
}: {
  operator: string;
  invite: readonly string[];
  host: string;
  port: number;
  hosts: readonly string[];
  tokens?: ReadonlyMap<string, string>; // of people who have one already
}): Access {
  const people = [operator, ...invite].map((name) => ({name, token: tokens.get(name) ?? makeToken()}));
  const cookieName = `runbook-${port}`;
  const origin = `http://${bracket(host)}:${port}`;
  const known = new Set(hosts.map((name) => `${bracket(name)}:${port}`));
  const findPerson = (token: string | undefined) =>
    token === undefined ? undefined : people.find((person) => sameText(person.token, token));
  return {
    links: people.map(({name, token}) => ({name, url: `${origin}/?token=${token}`})),
    admit(request) {
      const url = new URL(request.url);
      const named = request.headers.get("host") ?? url.host;
      if (!known.has(named))
        return {type: "refused", status: 421, message: `this server is not "${named}"; open the address that it printed`};
      const foreign = refuseForeign(request, `http://${named}`);
      if (foreign !== null) return {type: "refused", status: 403, message: foreign};
      const token = url.searchParams.get("token");
      if (token !== null && request.method === "GET") {
        if (!findPerson(token))
          return {
            type: "refused",
            status: 401,
            message: "this link is not valid any more; open the address that the server printed when it started"
          };
        url.searchParams.delete("token");
        return {
          type: "entered",
          location: `${url.pathname}${url.search}`,
          cookie: `${cookieName}=${token}; HttpOnly; SameSite=Lax; Path=/`
        };
      }
      const person = findPerson(readCookie(request.headers.get("cookie") ?? "", cookieName));
      return person
        ? {type: "admitted", name: person.name}
        : {type: "refused", status: 401, message: "you are not known here; open the address that the server printed, with its token"};
    }
  };
}

export const makeToken = (): string => randomBytes(24).toString("base64url");

function refuseForeign({method, headers}: Request, own: string): string | null {
  const origin = headers.get("origin");
  if (origin !== null && origin !== own) return `requests from ${origin} are refused`;
  if (origin === null && method !== "GET" && method !== "HEAD")
    return "a request that changes something must say where it comes from (Origin)";
  const site = headers.get("sec-fetch-site");
  const navigating = headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
  return site === null || site === "same-origin" || site === "none" || (navigating && method === "GET")
    ? null
    : "requests from other sites are refused";
}

function readCookie(cookies: string, name: string): string | undefined {
  for (const cookie of cookies.split(";")) {
    const at = cookie.indexOf("=");
    if (cookie.slice(0, at).trim() === name) return cookie.slice(at + 1).trim();
  }
  return undefined;
}

// Hashing first gives both the same length, which the comparison needs.
const sameText = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other));
const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
const bracket = (host: string): string => (host.includes(":") ? `[${host}]` : host);

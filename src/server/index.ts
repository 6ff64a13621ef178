/** The server behind `runbook open`: runbooks and runs for the people who were given a link. */
import type {Server} from "node:http";
import {hostname, networkInterfaces} from "node:os";
import {createAdaptorServer} from "@hono/node-server";

import type {Mode} from "../model/event.ts";
import type {AnyKind} from "../model/kind.ts";
import {UsageError} from "../model/usage-error.ts";
import {perform} from "../runtime/perform.ts";
import {createAccess, makeToken} from "./access.ts";
import type {App} from "./app.ts";
import {createApp} from "./app.ts";
import {readAssets} from "./assets.ts";
import {createDesks} from "./desks.ts";
import {keepLinks} from "./kept-links.ts";
import {openLibrary} from "./library.ts";
import {openRecords} from "./records.ts";

export interface ServeOptions {
  readonly path: string; // a runbook, or a folder of them
  readonly port?: number; // 0: any that is free
  readonly host?: string;
  readonly runsDirectory: string; // absolute
  readonly operator: string;
  readonly mode: Mode;
  readonly kinds: readonly AnyKind[];
  readonly environment: Readonly<Record<string, string>>;
  readonly invite?: readonly string[]; // names of people who get a link of their own
}
export interface Serving {
  readonly url: string; // with the operator's token
  readonly inviteUrls: Readonly<Record<string, string>>;
  /** Ends what the runs started and leaves them interrupted. */
  close(): Promise<void>;
}

export async function serve({
  path,
  port = 0,
  host = "127.0.0.1",
  runsDirectory,
  operator,
  mode,
  kinds,
  environment,
  invite = []
}: ServeOptions): Promise<Serving> {
  const library = await openLibrary(path, kinds);
  const assets = await readAssets();
  let app: App | null = null;
  const server = createAdaptorServer({fetch: (request, env) => app!.fetch(request, env)}) as Server;
  const taken = await listen(server, port, host);
  const desks = createDesks(library, {runsDirectory, mode, kinds, environment, perform});
  const tokens = port === 0 ? new Map<string, string>() : await keepLinks(runsDirectory, port, [operator, ...invite], makeToken);
  const access = createAccess({operator, invite, host: isAny(host) ? "127.0.0.1" : host, port: taken, hosts: hostsOf(host), tokens});
  app = createApp({access, assets, library, desks, records: openRecords({runsDirectory, kinds})});
  return {
    url: access.links[0]!.url,
    inviteUrls: Object.fromEntries(access.links.slice(1).map(({name, url}) => [name, url])),
    async close() {
      await desks.close();
      // A page that follows keeps its connection open for ever.
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new UsageError(`port ${port} is taken; give another with --port, or none for any that is free`)
          : new UsageError(`cannot listen on ${host}:${port}: ${error.message}`)
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** The names under which this machine may be asked. */
function hostsOf(host: string): readonly string[] {
  const loopback = ["127.0.0.1", "localhost", "::1"];
  if (!isAny(host)) return loopback.includes(host) ? loopback : [host];
  return [...loopback, hostname(), ...Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({address}) => address))];
}

const isAny = (host: string): boolean => host === "0.0.0.0" || host === "::";

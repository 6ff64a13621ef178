/** A throw-away PostgreSQL cluster on a loopback port: its own folder, its own processes, gone when it is stopped or its runner is. */
import {randomBytes} from "node:crypto";
import {chown, mkdtemp, readFile, realpath, rm, stat, writeFile} from "node:fs/promises";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import type {ServerUser} from "./server-user.ts";
import {findServerUser} from "./server-user.ts";
import type {Supervised} from "./supervise.ts";
import {supervise} from "./supervise.ts";

export interface Cluster {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** The part of the life of a cluster that a shell script leads, so that it ends also when the runner was killed. */
const LIFE = `
  "$BIN/initdb" -D "$FOLDER/data" -U postgres -A scram-sha-256 --pwfile="$FOLDER/password" -E UTF8 --locale=C --no-sync --no-instructions >"$FOLDER/log" 2>&1 || { cp "$FOLDER/log" "$FOLDER/failed"; exit 1; }
  cp "$FOLDER/hba" "$FOLDER/data/pg_hba.conf"
  "$BIN/postgres" -D "$FOLDER/data" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off \\
    -c synchronous_commit=off -c shared_buffers=32MB -c max_connections=60 -c log_line_prefix= >>"$FOLDER/log" 2>&1 &
  server=$!
  read -r line
  kill -QUIT "$server"; wait "$server"
`;

// Only the superuser needs the password: it could make the server run programs, and others on this machine reach the port too.
const HBA =
  "host all postgres 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";

/** Starts a cluster; it is ready when this resolves. */
export async function startCluster({bin, version}: {readonly bin: string; readonly version: string}): Promise<Cluster> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const password = randomBytes(16).toString("hex");
    const user = await findServerUser();
    const folder = await mkdtemp(join(await scratchFolder(user), "runbook-postgres-"));
    await writeFile(join(folder, "password"), `${password}\n`, {mode: 0o600});
    await writeFile(join(folder, "hba"), HBA);
    if (user) for (const path of [folder, join(folder, "password"), join(folder, "hba")]) await chown(path, user.uid, user.gid);
    const life = supervise({script: LIFE, folder, values: {BIN: bin, PORT: String(port)}, user});
    const failure = await untilReady(folder, life);
    if (failure === null) return {host: "127.0.0.1", port, user: "postgres", database: "postgres", password, version, stop: life.stop};
    await life.stop();
    await rm(folder, {recursive: true, force: true});
    const taken = /could not (bind|create any TCP)/.test(failure);
    if (!taken || attempt === 5) throw new Error(`the embedded PostgreSQL ${version} (${bin}) did not start: ${failure}`);
  }
}

/** The usual folder for temporary files; another user needs one that everybody may pass through. */
async function scratchFolder(user: ServerUser | null): Promise<string> {
  if (!user) return tmpdir();
  for (const folder of [tmpdir(), "/tmp", "/var/tmp"]) if (await isOpen(folder)) return folder;
  throw new Error(
    `the embedded PostgreSQL runs as user "${user.name}", who may not enter "${tmpdir()}"; set TMPDIR to a folder that others may enter`
  );
}

async function isOpen(folder: string): Promise<boolean> {
  for (let path = await realpath(folder).catch(() => null); path !== null; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
  return false;
}

/** Null once the server answers, else what it said when it ended. */
async function untilReady(folder: string, life: Supervised): Promise<string | null> {
  const deadline = performance.now() + 60_000;
  while (life.ended() === null && performance.now() < deadline) {
    const lines = (await readFile(join(folder, "data", "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (lines[7]?.trim() === "ready") return null;
    const log = await readFile(join(folder, "log"), "utf8").catch(() => "");
    if (/^FATAL:/m.test(log)) return log.trim();
    await sleep(5);
  }
  const said = await readFile(join(folder, "log"), "utf8").catch(() => "");
  return said.trim() || life.ended() || "it was not ready within 60 s";
}

/** A loopback port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no free port"))));
    });
  });
}

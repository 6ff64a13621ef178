import {chown, mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {execa} from "execa";
import {freePort} from "../../src/runtime/connections/embedded/cluster.ts";
import {findServerUser} from "../../src/runtime/connections/embedded/server-user.ts";
import type {TestCluster} from "./postgres.ts";

export interface Standby {
  readonly url: string;
  stop(): Promise<void>;
}

/** A physical standby that follows the cluster; `stop()` removes it. */
export async function startStandby(primary: TestCluster): Promise<Standby> {
  const user = await findServerUser();
  const folder = await mkdtemp(join(tmpdir(), "runbook-standby-"));
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const port = await freePort();
  const run = (program: string, ...args: readonly string[]) =>
    execa(join(primary.bin, program), args, {
      cwd: "/",
      stdio: "ignore",
      env: primary.environment,
      ...(user && {uid: user.uid, gid: user.gid})
    });
  await run("pg_basebackup", "-D", data, "-R", "-c", "fast", "-X", "stream");
  await run(
    "pg_ctl",
    "start",
    "-w",
    "-s",
    "-D",
    data,
    "-l",
    join(folder, "log"),
    "-o",
    `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
  );
  return {
    url: primary.url.replace(`:${primary.port}/`, `:${port}/`),
    async stop() {
      await run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", data);
      await rm(folder, {recursive: true, force: true});
    }
  };
}

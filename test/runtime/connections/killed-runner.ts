import {readFileSync} from "node:fs";
import pg from "pg";
import {startCluster} from "../../../src/runtime/connections/embedded/cluster.ts";
import {startPglite} from "../../../src/runtime/connections/embedded/pglite.ts";
import {findPostgres} from "../../../src/runtime/connections/embedded/programs.ts";

// A runner that starts a server, says where it is, and waits to be killed.
if (process.argv[2] === "pglite") {
  const {port} = await startPglite();
  process.stdout.write(JSON.stringify({port}));
} else {
  const cluster = await startCluster((await findPostgres())!);
  const client = new pg.Client({...cluster});
  await client.connect();
  const {rows} = await client.query<{data_directory: string}>("show data_directory");
  const folder = rows[0]!.data_directory;
  const pid = Number(readFileSync(`${folder}/postmaster.pid`, "utf8").split("\n")[0]);
  process.stdout.write(JSON.stringify({folder, pid, port: cluster.port}));
}
setInterval(() => {}, 1000);

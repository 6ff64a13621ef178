import {readFileSync} from "node:fs";
import pg from "pg";
import {startCluster} from "../../../src/runtime/connections/embedded/cluster.ts";
import {findPostgres} from "../../../src/runtime/connections/embedded/programs.ts";

// A runner that starts a cluster, says where it is, and waits to be killed.
const cluster = await startCluster((await findPostgres())!);
const client = new pg.Client({...cluster});
await client.connect();
const {rows} = await client.query<{data_directory: string}>("show data_directory");
const folder = rows[0]!.data_directory;
const pid = Number(readFileSync(`${folder}/postmaster.pid`, "utf8").split("\n")[0]);
process.stdout.write(JSON.stringify({folder, pid}));
setInterval(() => {}, 1000);

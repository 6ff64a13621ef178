import type {Cluster} from "../../src/runtime/connections/embedded/cluster.ts";
import {startCluster as start} from "../../src/runtime/connections/embedded/cluster.ts";
import {findPostgres} from "../../src/runtime/connections/embedded/programs.ts";

export interface TestCluster extends Cluster {
  readonly bin: string; // psql, pg_dump, pg_ctl and the others
  readonly url: string; // of the superuser, with its password
  /** PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE for client programs. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A real throw-away cluster on a free loopback port; `stop()` removes it. */
export async function startCluster(): Promise<TestCluster> {
  const programs = await findPostgres();
  if (!programs) throw new Error("these tests need PostgreSQL's server programs: apt-get install postgresql");
  const cluster = await start(programs);
  const {host, port, user, password, database} = cluster;
  return {
    ...cluster,
    bin: programs.bin,
    url: `postgresql://${user}:${password}@${host}:${port}/${database}`,
    environment: {PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database}
  };
}

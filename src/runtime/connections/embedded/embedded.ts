/** The database behind `embedded`: a real PostgreSQL where its programs are found, else PGlite, which is for demonstration only. */
import {startCluster} from "./cluster.ts";
import {startPglite} from "./pglite.ts";
import {findPostgres} from "./programs.ts";

export interface Embedded {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string | null;
  readonly version: string;
  readonly demo: boolean;
  stop(): Promise<void>;
}

export async function startEmbedded(environment: Readonly<Record<string, string>>): Promise<Embedded> {
  const programs = await findPostgres(environment);
  return programs ? {...(await startCluster(programs)), demo: false} : startPglite();
}

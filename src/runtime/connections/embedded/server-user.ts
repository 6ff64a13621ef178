import {execFile} from "node:child_process";
import {promisify} from "node:util";

const run = promisify(execFile);

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who the server must run as: null for the caller, another user when the caller is root, whom PostgreSQL refuses. */
export async function findServerUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const found = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]).catch(() => null);
    if (found) return {name, uid: Number(found[0].stdout), gid: Number(found[1].stdout)};
  }
  throw new Error('PostgreSQL refuses to run as root and there is no user "postgres" or "nobody" to run it as');
}

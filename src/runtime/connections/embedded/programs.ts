/** Where PostgreSQL's server programs are on this machine. */
import {execFile} from "node:child_process";
import {access, constants, readdir, realpath} from "node:fs/promises";
import {delimiter, dirname, join} from "node:path";
import {promisify} from "node:util";

const run = promisify(execFile);

export interface PostgresPrograms {
  readonly bin: string; // the folder that holds initdb and postgres
  readonly version: string; // "15.4"
}

/** Looks where PATH points first, then where packages put them, newest first; null when there are none. */
export async function findPostgres(
  environment: Readonly<Record<string, string | undefined>> = process.env
): Promise<PostgresPrograms | null> {
  const path = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for await (const bin of candidates(path)) {
    const version = await versionIn(bin);
    if (version !== null) return {bin, version};
  }
  return null;
}

async function* candidates(path: readonly string[]): AsyncGenerator<string> {
  for (const folder of path) {
    const initdb = await realpath(join(folder, "initdb")).catch(() => null);
    if (initdb !== null) yield dirname(initdb);
  }
  yield* await versions("/usr/lib/postgresql", (name) => `${name}/bin`);
  yield* await versions("/usr", (name) => (name.startsWith("pgsql-") ? `${name}/bin` : null));
  const said = await run("pg_config", ["--bindir"], {env: {PATH: path.join(delimiter)}}).catch(() => null);
  if (said) yield said.stdout.trim();
  for (const prefix of ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"]) {
    yield* await versions(prefix, (name) => (/^postgresql(@|$)/.test(name) ? `${name}/bin` : null));
  }
  yield* await versions("/Applications/Postgres.app/Contents/Versions", (name) => `${name}/bin`);
}

async function versions(folder: string, toBin: (name: string) => string | null): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const number = (name: string): number => Number(/\d+(\.\d+)?/.exec(name)?.[0] ?? 0);
  return names
    .sort((one, other) => number(other) - number(one))
    .map(toBin)
    .filter((bin) => bin !== null)
    .map((bin) => join(folder, bin));
}

async function versionIn(bin: string): Promise<string | null> {
  try {
    await access(join(bin, "initdb"), constants.X_OK);
    const {stdout} = await run(join(bin, "postgres"), ["--version"]);
    return /(\d+(\.\d+)*)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The lab of the restore: a cluster with the shop's database, a backup of it that a run has taken, and ways to break a backup. */
import {cp, mkdtemp, readdir, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {execa} from "execa";

import {startCluster} from "../support/postgres.ts";
import type {Ended} from "./runbook.ts";
import {inRoot, runbook} from "./runbook.ts";

export interface Lab {
  readonly folder: string;
  /** Executes SQL and gives what it printed, unaligned. */
  psql(database: string, ...statements: readonly string[]): Promise<string>;
  /** A copy of the backup, changed by bash whose current folder is that copy. */
  backup(change?: string): Promise<string>;
  /** Executes the runbook; `confirm` are the ids of the questions that somebody says yes to. */
  restore(backup: string, more?: readonly string[], confirm?: readonly string[]): Promise<Ended>;
  /** An application that connects and does this again and again, until the function that comes back is called. */
  keepDoing(sql: string): () => Promise<void>;
  /** Takes a backup by the runbook, and gives its folder. */
  dump(name: string): Promise<string>;
  /** The shop as it was, whatever a test did to it, and nothing beside it. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const appPassword = "correct-horse-battery";

/** What somebody has to say yes to in a restore that goes well. */
export const questions = ["declare", "prerequisites", "approve-exchange", "fence"];

export async function openLab(): Promise<Lab> {
  const cluster = await startCluster();
  const folder = await mkdtemp(join(tmpdir(), "runbook-restore-"));
  const passwords = join(folder, ".pgpass");
  await writeFile(passwords, `*:*:*:${cluster.user}:${cluster.environment.PGPASSWORD}\n*:*:*:whatsapp_app:${appPassword}\n`, {mode: 0o600});
  const env = {PGHOST: cluster.host, PGPORT: String(cluster.port), PGUSER: cluster.user, PGDATABASE: "postgres", PGPASSFILE: passwords};
  let copies = 0;

  const psql = async (database: string, ...statements: readonly string[]): Promise<string> => {
    const {stdout} = await execa("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, ...statements.flatMap((sql) => ["-c", sql])], {
      env
    });
    return stdout;
  };
  const lab: Lab = {
    folder,
    psql,
    async backup(change = "") {
      const copy = join(folder, `backup-${++copies}`);
      await cp(taken, copy, {recursive: true});
      await execa("bash", ["-euo", "pipefail", "-c", change], {cwd: copy, env});
      return copy;
    },
    async restore(backup, more = [], confirm = questions) {
      const given = [
        "--set",
        `BACKUP=${backup}`,
        "--set",
        `LOST_AT=${new Date().toISOString()}`,
        ...confirm.flatMap((id) => ["--confirm", id])
      ];
      return runbook(["exec", inRoot("runbooks/full-restore.md"), "--drill", ...given, ...more], {cwd: folder, env});
    },
    async dump(name) {
      const {exit, text} = await runbook(["exec", inRoot("runbooks/nightly-dump.md"), "--set", `BACKUPS=${folder}/${name}`], {
        cwd: folder,
        env
      });
      if (exit !== 0) throw new Error(`the dump ended with ${exit}:\n${text}`);
      return join(folder, name, (await readdir(join(folder, name)))[0]!);
    },
    keepDoing(sql) {
      let stopped = false;
      const connecting = (async () => {
        while (!stopped) await execa("psql", ["-X", "-U", "whatsapp_app", "-d", "whatsapp_saas", "-c", sql], {env, reject: false});
      })();
      return () => {
        stopped = true;
        return connecting;
      };
    },
    async reset() {
      const left = await psql("postgres", "select datname from pg_database where datname like 'whatsapp_saas%'");
      for (const name of left.split("\n").filter(Boolean)) await psql("postgres", `drop database ${name} with (force)`);
      await psql(
        "postgres",
        "drop role if exists whatsapp_app",
        `create role whatsapp_app login password '${appPassword}'`,
        "create database whatsapp_saas template template0"
      );
      await execa("psql", ["-qX", "-d", "whatsapp_saas", "-f", inRoot("test/runbooks/whatsapp-saas.sql")], {env});
    },
    async close() {
      await cluster.stop();
      await rm(folder, {recursive: true, force: true});
    }
  };

  let taken = "";
  try {
    await lab.reset();
    taken = await lab.dump("backups");
    return lab;
  } catch (error) {
    await lab.close();
    throw error;
  }
}

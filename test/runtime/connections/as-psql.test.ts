import {execFile} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {afterAll, beforeAll, expect, test} from "vitest";
import {openTargets} from "../../../src/runtime/connections/index.ts";
import type {TestCluster} from "../../support/postgres.ts";
import {startCluster} from "../../support/postgres.ts";
import {openNotebook, toConnection} from "../kinds/sql/notebook.ts";

const run = promisify(execFile);
const QUESTION =
  "select session_user, current_database(), current_setting('search_path'), current_setting('TimeZone'), current_setting('DateStyle')";

let cluster: TestCluster;
let folder: string;
beforeAll(async () => {
  cluster = await startCluster();
  folder = mkdtempSync(join(tmpdir(), "runbook-psql-"));
  const notebook = await openNotebook(cluster.url);
  await notebook.run(
    `create role "o'dd r\\ole" login; create database "my db"; create database "é%"; create role ann login; create database ann`
  );
  await notebook.close();
  writeFileSync(join(folder, "services"), `[here]\nhost=${cluster.host}\nport=${cluster.port}\nuser=ann\noptions=-c search_path=service\n`);
  writeFileSync(
    join(folder, ".pgpass"),
    `# mine\n127.0.0.2:*:*:*:wrong\n${cluster.host}:${cluster.port}:*:postgres:${cluster.password}\n`,
    {mode: 0o600}
  );
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, {recursive: true});
});

const here = (): Record<string, string> => ({HOME: folder, PGSERVICEFILE: join(folder, "services"), PGCONNECT_TIMEOUT: "10"});

/** The string and the environment, as a place of the cluster. */
const strings: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["postgresql://ann@HOST:PORT/my%20db", {}],
  ["postgresql://ann@HOST:PORT", {}],
  ["postgresql://HOST:PORT/%C3%A9%25?user=ann", {}],
  ["postgresql://o%27dd%20r%5Cole@HOST:PORT/postgres", {}],
  ["postgresql:///my%20db?host=HOST&port=PORT&user=ann&options=-c%20search_path%3Dx", {}],
  ["host=HOST port=PORT user=ann dbname='my db'", {}],
  ["host=HOST port=PORT user='o\\'dd r\\\\ole' dbname=my\\ db", {}],
  ["host = HOST  port =PORT user= ann", {}],
  ["service=here", {}],
  ["service=here dbname=postgres options='-c search_path=own'", {}],
  ["", {PGSERVICE: "here", PGUSER: "nobody-at-all"}],
  ["dbname=postgres", {PGHOST: "HOST", PGPORT: "PORT", PGUSER: "ann", PGTZ: "Asia/Tokyo", PGDATESTYLE: "ISO, DMY"}],
  ["dbname=postgres", {PGHOST: "HOST", PGPORT: "PORT", PGUSER: "ann", PGOPTIONS: "-c search_path=a,b"}],
  ["", {PGHOST: "localhost", PGHOSTADDR: "HOST", PGPORT: "PORT", PGUSER: "ann"}],
  ["host=HOST port=PORT user=postgres", {}],
  ["host=HOST port=PORT user=ann sslmode=prefer gssencmode=disable connect_timeout=3 keepalives=0 client_encoding=LATIN1", {}]
];

test.each(strings)("%j with %j leads where psql goes", async (template, variables) => {
  const place = (text: string): string => text.replaceAll("HOST", cluster.host).replaceAll("PORT", String(cluster.port));
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    ...here(),
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, place(value)]))
  };
  const url = place(template);
  const psql = await run(join(cluster.bin, "psql"), ["-XwAtF", "|", "-c", QUESTION, url], {env: environment});

  const connections = {
    default: {
      name: "default",
      url,
      readonly: false,
      role: null,
      systemIdentifier: null,
      database: null,
      span: {line: 1, column: 1, endLine: 1, endColumn: 1}
    }
  };
  const settings = {connections: url === "" ? {} : connections, hosts: {}, secrets: [], requires: [], files: [], drillEveryMs: null};
  const targets = openTargets({
    settings,
    lookup: () => undefined,
    environment,
    runDirectory: folder,
    holder: "runbook test",
    addSecret: () => {}
  });
  const notebook = await openNotebook("", {...toConnection("host=x"), ...(await targets.connection("default"))});
  const {tables} = await notebook.run(QUESTION);
  await notebook.close();
  expect(tables[0]!.rows[0]!.join("|")).toBe(psql.stdout.trim());
});

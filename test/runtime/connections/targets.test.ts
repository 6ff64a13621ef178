import {execFile} from "node:child_process";
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {afterEach, describe, expect, test} from "vitest";
import type {Connection, Runbook} from "../../../src/model/runbook.ts";
import {findPostgres} from "../../../src/runtime/connections/embedded/programs.ts";
import type {Targets} from "../../../src/runtime/connections/index.ts";
import {checkTemplates, openTargets} from "../../../src/runtime/connections/index.ts";

const run = promisify(execFile);
let opened: Targets[] = [];
afterEach(async () => {
  for (const targets of opened) await targets.close();
  opened = [];
});

const toConnection = (name: string, url: string, line: number): Connection => ({
  name,
  url,
  readonly: false,
  role: null,
  systemIdentifier: null,
  database: null,
  span: {line, column: 3, endLine: line, endColumn: 9}
});
function open(
  urls: Readonly<Record<string, string>>,
  {values = {}, environment = {}}: {values?: Record<string, string>; environment?: Record<string, string>} = {}
) {
  const secrets: [string, string][] = [];
  const connections = Object.fromEntries(Object.entries(urls).map(([name, url], index) => [name, toConnection(name, url, index + 2)]));
  const targets = openTargets({
    settings: {connections, hosts: {}, secrets: [], requires: [], files: [], drillEveryMs: null},
    lookup: (name) => values[name],
    environment: {PATH: process.env.PATH ?? "", HOME: "/nowhere", ...environment},
    runDirectory: "/nowhere",
    holder: "runbook test",
    addSecret: (name, value) => secrets.push([name, value])
  });
  opened.push(targets);
  return {targets, secrets};
}

describe("embedded", () => {
  test("starts one server for all who ask, which psql reaches too", async () => {
    const {targets, secrets} = open({default: "embedded"});
    const [connection, again, environment] = await Promise.all([
      targets.connection("default"),
      targets.connection("default"),
      targets.environment()
    ]);
    expect(connection).toMatchObject({
      embedded: true,
      demo: false,
      host: "127.0.0.1",
      port: again.port,
      database: "postgres",
      user: "postgres"
    });
    expect(environment).toMatchObject({PGHOST: "127.0.0.1", PGPORT: String(connection.port), PGUSER: "postgres", PGDATABASE: "postgres"});
    expect(secrets).toEqual([["EMBEDDED_PASSWORD", environment.PGPASSWORD]]);
    const {bin} = (await findPostgres())!;
    const {stdout} = await run(`${bin}/psql`, ["-XAtc", "select current_user"], {env: {PATH: process.env.PATH, ...environment}});
    expect(stdout).toBe("postgres\n");
    await targets.close();
    await expect(run(`${bin}/psql`, ["-XAtc", "select 1"], {env: {PATH: process.env.PATH, ...environment}})).rejects.toThrow(
      "Connection refused"
    );
  });
  test("refuses a PGSERVICE that would lead psql elsewhere", async () => {
    const {targets} = open({default: "embedded"}, {environment: {PGSERVICE: "prod"}});
    await expect(targets.environment()).rejects.toThrow("PGSERVICE=prod is set: psql in bash cells would reach that service");
  });
  test("that is not the default gives processes nothing", async () => {
    const {targets} = open({default: "host=db", scratch: "embedded"});
    expect(await targets.environment()).toEqual({});
  });
});

describe("a connection", () => {
  test("is resolved with every field explicit, its password a secret", async () => {
    const {targets, secrets} = open({default: "postgresql://ann:correct%20horse@db.example/shop"});
    const connection = await targets.connection("default");
    expect(connection).toMatchObject({
      name: "default",
      host: "db.example",
      port: 5432,
      user: "ann",
      database: "shop",
      readonly: false,
      embedded: false
    });
    expect(secrets).toEqual([["DEFAULT_PASSWORD", "correct horse"]]);
    expect(await connection.password!()).toBe("correct horse");
    expect(JSON.stringify(connection)).not.toContain("horse");
  });
  test("finds its password in the password file when it is asked for one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "runbook-targets-"));
    writeFileSync(join(folder, ".pgpass"), "db.example:*:*:ann:from the file\n");
    chmodSync(join(folder, ".pgpass"), 0o600);
    const {targets, secrets} = open({default: "host=db.example user=ann"}, {environment: {HOME: folder}});
    const connection = await targets.connection("default");
    expect(secrets).toEqual([]);
    expect(await connection.password!()).toBe("from the file");
    expect(secrets).toEqual([["DEFAULT_PASSWORD", "from the file"]]);
    rmSync(folder, {recursive: true});
  });
  test("says what is missing when the server asks and there is no password", async () => {
    const connection = await open({default: "host=db user=ann"}).targets.connection("default");
    await expect(connection.password!()).rejects.toThrow(
      'neither in the connection, nor in PGPASSWORD, and the password file "/nowhere/.pgpass" does not exist'
    );
  });
  test("that is wrong is named with its place", async () => {
    const {targets} = open({default: "embedded", admin: "postgresql://ann:hunter2@one,two/x"});
    await expect(targets.connection("admin")).rejects.toThrow('connection "admin" (line 3): a list of hosts is not supported');
    await expect(targets.connection("amdin")).rejects.toThrow(
      'there is no connection "amdin" in the frontmatter; there is "default", "admin"'
    );
  });
  test("called default is not made up where there are others", async () => {
    await expect(open({shop: "host=db"}).targets.connection("default")).rejects.toThrow(
      'there is no connection "default" in the frontmatter; there is "shop"'
    );
  });
  test("of no frontmatter is what psql without arguments would reach", async () => {
    const {targets} = open({}, {environment: {PGHOST: "db.example", PGPORT: "6000"}});
    expect(await targets.connection("default")).toMatchObject({host: "db.example", port: 6000});
  });
});

describe("templates", () => {
  test.each([
    ["${URL}", {URL: "host=a b=c".replace("b=c", "dbname=c")}, {host: "a", database: "c"}],
    [
      "postgresql://${USER}:${PASS}@${HOST}/${DB}",
      {USER: "a@b", PASS: "p/w:?", HOST: "db:6000", DB: "x?y"},
      {user: "a@b", host: "db", port: 6000, database: "x?y"}
    ],
    ["host=${HOST} password='${PASS}' dbname=${DB}", {HOST: "h", PASS: "it's \\ here", DB: "my db"}, {host: "h", database: "my db"}]
  ])("%s cannot be bent by a value", async (url, values, expected) => {
    const {targets} = open({default: url}, {values: values as Record<string, string>});
    const connection = await targets.connection("default");
    expect(connection).toMatchObject(expected);
    if ("PASS" in values) expect(await connection.password!()).toBe(values.PASS);
  });
  test("without a value are named", async () => {
    await expect(open({default: "${DATABASE_URL}"}).targets.connection("default")).rejects.toThrow(
      'connection "default" (line 2): ${DATABASE_URL} has no value; give it with --set DATABASE_URL=…'
    );
    await expect(open({default: "${DATABASE_URL}"}, {values: {DATABASE_URL: " "}}).targets.connection("default")).rejects.toThrow(
      "${DATABASE_URL} is empty"
    );
  });
  test("are not needed to see that a connection cannot be read", () => {
    const connections = {
      default: toConnection("default", "embedded", 2),
      one: toConnection("one", "host=h dbnam=x", 3),
      two: toConnection("two", "postgresql://ann:hunter2@one,two/x", 4),
      three: toConnection("three", "service=later", 5)
    };
    const runbook = {path: "restore.md", settings: {connections, hosts: {}}, inputs: [], steps: []} as unknown as Runbook;
    const problems = checkTemplates(runbook, () => undefined);
    expect(problems.map(({rule, span, message}) => `${span.line} ${message} ${rule}`)).toEqual([
      '3 connection "one": libpq knows no connection keyword "dbnam"; did you mean "dbname"? connection-syntax',
      '4 connection "two": a list of hosts is not supported; name the one host to work on, a runbook must know where it acts connection-syntax'
    ]);
  });
  test("that can never have a value are problems of the document", () => {
    const runbook = {
      path: "restore.md",
      settings: {
        connections: {default: toConnection("default", "${GIVEN} ${INPUT} ${CAPTURED} ${GONE}", 4)},
        hosts: {standby: {name: "standby", url: "ssh://${WHERE}", span: {line: 6, column: 3, endLine: 6, endColumn: 4}}}
      },
      inputs: [{name: "INPUT"}],
      steps: [{type: "cell", captures: [{name: "CAPTURED"}]}]
    } as unknown as Runbook;
    expect(checkTemplates(runbook, (name) => (name === "GIVEN" ? "x" : undefined))).toEqual([
      {
        rule: "template-unresolved",
        severity: "error",
        path: "restore.md",
        span: {line: 4, column: 3, endLine: 4, endColumn: 9},
        message: expect.stringContaining('connection "default" needs ${GONE}, and nothing gives it a value')
      },
      expect.objectContaining({message: expect.stringContaining('host "standby" needs ${WHERE}')})
    ]);
  });
});

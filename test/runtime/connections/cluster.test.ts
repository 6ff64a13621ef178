import {execFile, spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {connect} from "node:net";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {build} from "rolldown";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {findPostgres} from "../../../src/runtime/connections/embedded/programs.ts";
import {startCluster} from "../../support/postgres.ts";

const run = promisify(execFile);
const until = async (holds: () => boolean | Promise<boolean>): Promise<boolean> => {
  for (let left = 400; left > 0; left--) {
    if (await holds()) return true;
    await sleep(25);
  }
  return false;
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("PostgreSQL's programs are found, with their version", async () => {
  const found = await findPostgres();
  expect(found!.bin).toMatch(/^\//);
  expect(Number.parseInt(found!.version, 10)).toBeGreaterThanOrEqual(15);
  expect(await findPostgres({PATH: "/nowhere"})).toMatchObject({version: expect.stringMatching(/^\d/)});
});

test("a cluster answers to psql, and leaves neither process nor folder", async () => {
  const cluster = await startCluster();
  const psql = (sql: string): Promise<{stdout: string}> =>
    run(`${cluster.bin}/psql`, ["-XAtc", sql], {env: {...process.env, ...cluster.environment}});
  const folder = (await psql("show data_directory")).stdout.trim();
  const pid = Number((await run("head", ["-1", `${folder}/postmaster.pid`])).stdout);
  expect(existsSync(folder)).toBe(true);
  await cluster.stop();
  expect([existsSync(folder), existsSync(folder.replace(/\/data$/, "")), isAlive(pid)]).toEqual([false, false, false]);
  await cluster.stop(); // once more does no harm
});

test("nobody becomes superuser of it without its password", async () => {
  const cluster = await startCluster();
  const {PGPASSWORD: _, ...environment} = cluster.environment;
  await expect(run(`${cluster.bin}/psql`, ["-XwAtc", "select 1"], {env: {PATH: process.env.PATH, ...environment}})).rejects.toThrow(
    "no password supplied"
  );
  await cluster.stop();
});

describe("a runner that was killed", () => {
  let scratch: string;
  beforeAll(async () => {
    // beside our own packages, which it imports
    scratch = await mkdtemp(fileURLToPath(new URL("../../../node_modules/.runbook-test-", import.meta.url)));
    const input = fileURLToPath(new URL("./killed-runner.ts", import.meta.url));
    await build({
      input,
      platform: "node",
      external: [/^@electric-sql/],
      output: {dir: scratch, entryFileNames: "runner.mjs"},
      logLevel: "silent"
    });
  });
  afterAll(() => rm(scratch, {recursive: true}));

  async function startAndKill(server: string): Promise<{readonly folder: string; readonly pid: number; readonly port: number}> {
    const runner = spawn(process.execPath, [join(scratch, "runner.mjs"), server], {stdio: ["ignore", "pipe", "inherit"]});
    const said = await new Promise<string>((resolve) => runner.stdout.once("data", (data: Buffer) => resolve(data.toString())));
    const started = JSON.parse(said) as {folder: string; pid: number; port: number};
    expect(await answers(started.port)).toBe(true);
    runner.kill("SIGKILL");
    return started;
  }

  test("leaves no cluster behind", async () => {
    const {folder, pid, port} = await startAndKill("cluster");
    expect(await until(async () => !isAlive(pid) && !existsSync(folder) && !(await answers(port)))).toBe(true);
  });
  test("leaves no PGlite behind", async () => {
    const {port} = await startAndKill("pglite");
    expect(await until(async () => !(await answers(port)))).toBe(true);
  });
});

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

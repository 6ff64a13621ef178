import {execFile, spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {build} from "rolldown";
import {expect, test} from "vitest";
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

test("a cluster is gone soon after its runner was killed", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "runbook-test-"));
  const file = join(scratch, "runner.mjs");
  await build({input: fileURLToPath(new URL("./killed-runner.ts", import.meta.url)), platform: "node", output: {file}, logLevel: "silent"});
  const runner = spawn(process.execPath, [file], {stdio: ["ignore", "pipe", "inherit"]});
  const [line] = await new Promise<[Buffer]>((resolve) => runner.stdout.once("data", (data: Buffer) => resolve([data])));
  const {folder, pid} = JSON.parse(line.toString()) as {folder: string; pid: number};
  expect([existsSync(folder), isAlive(pid)]).toEqual([true, true]);
  runner.kill("SIGKILL");
  expect(await until(() => !isAlive(pid) && !existsSync(folder))).toBe(true);
  await rm(scratch, {recursive: true});
});

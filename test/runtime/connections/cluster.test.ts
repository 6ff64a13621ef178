import {execFile} from "node:child_process";
import {promisify} from "node:util";
import {expect, test} from "vitest";
import {startCluster} from "../../support/postgres.ts";

const run = promisify(execFile);

test("a cluster answers, and leaves neither process nor folder", async () => {
  const before = Date.now();
  const cluster = await startCluster();
  console.log("started in", Date.now() - before);
  const {stdout} = await run(`${cluster.bin}/psql`, ["-XAtc", "show data_directory"], {env: {...process.env, ...cluster.environment}});
  console.log(stdout);
  const t = Date.now();
  await cluster.stop();
  console.log("stopped in", Date.now() - t);
  expect((await run("sh", ["-c", `ls ${stdout.trim()} 2>&1; true`])).stdout).toContain("No such file");
});

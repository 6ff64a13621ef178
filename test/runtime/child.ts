/** A program of ours as a process of its own, so that it can be killed. */

import type {ChildProcess} from "node:child_process";
import {spawn} from "node:child_process";
import {mkdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {rolldown} from "rolldown";
import {onTestFinished} from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Bundles a TypeScript program of `test/` and starts it; it is killed at the end of the test. */
export async function startProgram(
  path: string,
  args: readonly string[],
  {fileLimitKiB = null}: {fileLimitKiB?: number | null} = {}
): Promise<ChildProcess> {
  const folder = join(root, "node_modules", `.test-${process.pid}-${Date.now()}`); // below the packages, so that it finds them
  await mkdir(folder, {recursive: true});
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const bundle = await rolldown({
    input: join(root, "test", path),
    platform: "node",
    external: (name) => !/^[./]|^\w:/.test(name) && !name.startsWith("\0"),
    logLevel: "silent"
  });
  await bundle.write({dir: folder, format: "esm", entryFileNames: "program.mjs"});
  await bundle.close();
  const limit = fileLimitKiB === null ? "" : `ulimit -f ${fileLimitKiB}; `; // of each file that it writes: a disk that is full
  const child = spawn("bash", ["-c", `${limit}exec "$@"`, "bash", process.execPath, join(folder, "program.mjs"), ...args], {
    stdio: ["pipe", "pipe", "inherit"]
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Resolves with the first line that the program prints. */
export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout!.on("data", (bytes: Buffer) => {
      text += bytes;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.on("exit", (code) => reject(new Error(`the program ended with ${code} after ${JSON.stringify(text)}`)));
  });
}

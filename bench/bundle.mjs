import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";
import {rolldown} from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles a TypeScript file of the project as the build does, and gives the address to import it from. */
export async function bundle(path) {
  const dir = join(root, "node_modules/.cache/runbook-bench");
  mkdirSync(dir, {recursive: true});
  const built = await rolldown({
    input: join(root, path),
    platform: "node",
    external: [/^libpg-query/, /^web-tree-sitter/, /^@electric-sql\//, /^@lydell\/node-pty/, "pg-native", "pg-cloudflare"],
    logLevel: "silent"
  });
  const {output} = await built.write({dir, format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs"});
  await built.close();
  return pathToFileURL(join(dir, output[0].fileName)).href;
}

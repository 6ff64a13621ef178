#!/usr/bin/env node
// Builds dist/: the command line (rolldown, one lazy chunk a subcommand) and the viewer (vite).
// `npm ci` runs this as `prepare`; `node scripts/build.mjs [cli] [viewer] [--if-stale]` builds a part, or only what is older than its sources.
import {spawnSync} from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(root, ...parts);

/** Loaded at run time from node_modules: they hold wasm or native files, or are optional. */
const external = [/^libpg-query/, /^web-tree-sitter/, /^@electric-sql\//, /^@lydell\/node-pty/, "pg-native", "pg-cloudflare"];

/** Libraries that only some documents need (src/expression/lazily.ts): each in a file of its own, which `require` can load. */
const vendor = ["re2js", "@marcbachmann/cel-js", "yaml"];

const cli = {
  made: at("dist/cli/main.js"),
  from: ["src", "scripts/build.mjs", "package.json", "package-lock.json"],
  except: at("src/viewer"),
  build: buildCli
};
const viewer = {
  made: at("dist/viewer/index.html"),
  from: ["src/viewer", "src/model", "package.json", "package-lock.json"],
  except: null,
  build: buildViewer
};

const parts = {cli, viewer};

/** Builds what is missing or stale (or everything), and names what it built. */
export async function build({only = Object.keys(parts), everything = false} = {}) {
  const wanted = only.filter((name) => everything || isStale(parts[name]));
  for (const name of wanted) await parts[name].build();
  return wanted;
}

function isStale({made, from, except}) {
  if (!existsSync(made)) return true;
  const {mtimeMs} = statSync(made);
  return from.some((path) => newest(at(path), except) > mtimeMs);
}

function newest(path, except) {
  if (path === except || !existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name), except)));
}

async function buildCli() {
  const fresh = at(`dist/.cli-${process.pid}`);
  const common = {dir: fresh, format: "cjs", minify: true};
  const program = {external, plugins: [nodeOnly], treeshake: true, preserveEntrySignatures: "allow-extension"};
  await bundle(
    {input: {program: at("src/cli/program.ts")}, ...program},
    {
      ...common,
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      dynamicImportInCjs: false, // compiled code cannot import
      codeSplitting: {groups: [{debugName: "together", name: groupOf}], includeDependenciesRecursively: false}
    }
  );
  await bundle({input: {main: at("src/cli/main.ts")}}, {...common, entryFileNames: "main.js"});
  for (const name of vendor)
    await bundle({input: {[name.split("/").at(-1)]: name}, cwd: root}, {...common, exports: "named", entryFileNames: "vendor-[name].cjs"});
  chmodSync(join(fresh, "main.js"), 0o755);
  writeFileSync(join(fresh, "package.json"), `{"type": "commonjs"}\n`);
  // Where the bundle looks for it: beside dist/cli.
  const grammar = createRequire(import.meta.url).resolve("tree-sitter-bash/package.json");
  copyFileSync(join(dirname(grammar), "tree-sitter-bash.wasm"), at("dist/tree-sitter-bash.wasm"));
  compile(fresh);
  replaceChunks(fresh, at("dist/cli"));
}

async function bundle(input, output) {
  const {rolldown} = await import("rolldown");
  const made = await rolldown({platform: "node", logLevel: "warn", ...input});
  await made.write(output);
  await made.close();
}

/** Calls what is called most, and keeps what V8 has compiled by then beside each file: `src/cli/main.ts` starts from it. */
function compile(folder) {
  const runs = mkdtempSync(join(tmpdir(), "runbook-build-"));
  try {
    for (const args of [["exec", at("scripts/compile.md"), "--runs-dir", runs], ["--help"]])
      spawnSync(process.execPath, ["--require", at("scripts/keep-compiled.cjs"), join(folder, "main.js"), ...args], {
        stdio: "ignore",
        timeout: 60_000
      });
  } finally {
    rmSync(runs, {recursive: true, force: true});
  }
}

/** pg looks at `Response` to see whether it runs at Cloudflare, and Node 20 loads all of fetch when anybody looks. */
const nodeOnly = {
  name: "node-only",
  transform: {
    filter: {id: /[\\/]pg[\\/]lib[\\/]stream\.js$/},
    handler(code) {
      const question = "typeof Response === 'function'";
      if (!code.includes(question)) throw new Error(`pg does not ask any more whether ${question}`);
      return code.replace(question, "false");
    }
  }
};

/** Node takes half a millisecond for each file: what a document, and what a run, always needs is one file each. */
const together = [
  {name: "start", entry: at("src/cli/program.ts")},
  {name: "document", entry: at("src/cli/check.ts")},
  {name: "perform", entry: at("src/cli/exec.ts")}
];

function groupOf(id, modules) {
  if (together.some(({entry}) => entry === id)) return null;
  return together.find((group) => (group.needs ??= needs(group.entry, modules)).has(id))?.name ?? null;
}

function needs(entry, modules) {
  const found = new Set([entry]);
  for (const id of found) for (const other of modules.getModuleInfo(id)?.importedIds ?? []) found.add(other);
  return found;
}

/** A run that is going on loads chunks of its own build until it ends: those of the last day stay. */
function replaceChunks(fresh, folder) {
  mkdirSync(folder, {recursive: true});
  const names = readdirSync(fresh);
  for (const name of names.toSorted((a, b) => Number(a === "main.js") - Number(b === "main.js")))
    renameSync(join(fresh, name), join(folder, name));
  rmSync(fresh, {recursive: true});
  const dayAgo = Date.now() - 86_400_000;
  for (const name of readdirSync(folder)) {
    if (!names.includes(name) && statSync(join(folder, name)).mtimeMs < dayAgo) rmSync(join(folder, name), {recursive: true});
  }
}

/** The page that holds its run and asks no server: one script and one style. */
const alone = {
  outDir: at("dist/alone"),
  cssCodeSplit: false,
  rolldownOptions: {
    input: at("src/viewer/alone.ts"),
    output: {entryFileNames: "page.js", assetFileNames: "page[extname]", codeSplitting: false}
  }
};

async function buildViewer() {
  const {build: viteBuild} = await import("vite");
  const common = {configFile: at("src/viewer/vite.config.ts"), logLevel: "warn"};
  const {NODE_ENV} = process.env;
  process.env.NODE_ENV = "production"; // a test that builds says "test", and would get a page of Lit's that warns
  try {
    await viteBuild({...common, build: alone});
    await viteBuild(common);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const only = Object.keys(parts).filter((name) => process.argv.includes(name));
    const built = await build({...(only.length > 0 && {only}), everything: !process.argv.includes("--if-stale")});
    console.log(built.length > 0 ? `built ${built.join(" and ")} into dist/` : "dist/ is up to date");
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || !/rolldown|vite/.test(error.message)) throw error;
    console.error("nothing built: rolldown and vite are development dependencies, and they are not installed (npm ci without --omit=dev)");
    process.exitCode = existsSync(cli.made) ? 0 : 1;
  }
}

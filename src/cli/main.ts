#!/usr/bin/env -S node --
// Without `--` Node would take our --env-file for its own.
/** Starts the program as it was compiled when it was built: at 3 a.m. nobody waits for a compiler. */
import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";
import Module, {createRequire} from "node:module";
import {dirname} from "node:path";
import {setFlagsFromString} from "node:v8";
import {Script} from "node:vm";

// Compiled code is good only under the flags it was made under, so they are set before anything is loaded.
// WebAssembly is compiled once, and not again optimised. The parsers of cells are quick enough without; the optimiser would take up to
// half a second of a start and some 30 MB outside of V8's heap, all of which is copied when a process is started: for each shell of a
// cell 9 ms in place of 2. What the first of these flags implies at the command line of Node has to be said here.
setFlagsFromString("--liftoff-only --no-wasm-tier-up --no-wasm-dynamic-tiering");
// What is hot is optimised later: most of what a command does is over before its optimised code would be there. Newer versions of Node
// have another optimiser in between, for which it makes no difference, and do not know this flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--interrupt-budget=500000");

const loading = Module.prototype as unknown as {_compile(content: string, path: string, ...more: unknown[]): unknown};
const compile = loading._compile;

/**
 * `_compile` is what every loader hook replaces. A file without compiled code, or with code that was made of another source or by
 * another Node, is loaded as ever.
 */
loading._compile = function (this: Module, content, path, ...more) {
  const cachedData = readCompiled(path, content);
  if (cachedData === null) return compile.call(this, content, path, ...more);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${content}\n})`, {filename: path, cachedData});
  return script.runInThisContext().call(this.exports, this.exports, createRequire(path), this, path, dirname(path));
};

/** V8 looks at the length of the source, and runs damaged code until it crashes: in front stands the sha256 of source and code. */
function readCompiled(path: string, source: string): Buffer | null {
  if (!path.startsWith(__dirname)) return null;
  try {
    const kept = readFileSync(`${path}.code`);
    const code = kept.subarray(32);
    return createHash("sha256").update(source).update(code).digest().equals(kept.subarray(0, 32)) ? code : null;
  } catch {
    return null;
  }
}

createRequire(__filename)("./program.js");

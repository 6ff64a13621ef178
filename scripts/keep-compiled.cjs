// Loaded before dist/cli/main.js: keeps what V8 has compiled of each of its files when the program ends, as FILE.code, behind the sha256 of both.
const {createHash} = require("node:crypto");
const {existsSync, writeFileSync} = require("node:fs");
const Module = require("node:module");
const {dirname} = require("node:path");
const {Script} = require("node:vm");

const folder = dirname(process.argv[1]);
const scripts = new Map();
const load = Module.prototype._compile;

Module.prototype._compile = function (content, path, ...more) {
  if (dirname(path) !== folder || path.endsWith("main.js")) return load.call(this, content, path, ...more);
  // The same text, to the letter, as main.js makes of it.
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${content}\n})`, {filename: path});
  scripts.set(path, {content, script});
  return script.runInThisContext().call(this.exports, this.exports, Module.createRequire(path), this, path, folder);
};

process.on("exit", () => {
  for (const [path, {content, script}] of scripts) {
    if (existsSync(`${path}.code`)) continue;
    const code = script.createCachedData();
    const digest = createHash("sha256").update(content).update(code).digest();
    writeFileSync(`${path}.code`, Buffer.concat([digest, code]));
  }
});

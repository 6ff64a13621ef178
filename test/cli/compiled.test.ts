import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {execa} from "execa";
import {afterEach, beforeEach, describe, expect, it} from "vitest";

import {buildCli, inRoot, main, runbook} from "../runbooks/runbook.ts";

const said = `
const vm = require("node:vm");
const {Script} = vm;
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options);
    console.error(require("node:path").basename(options.filename), this.cachedDataRejected);
  }
};`;
const document = "# A\n\n```bash {#say}\necho said\n```\n::expect{that='stdout.contains(\"said\")'}\n";

let folder: string;
beforeEach(async () => {
  await buildCli();
  folder = mkdtempSync(join(tmpdir(), "runbook-compiled-"));
  writeFileSync(join(folder, "a.md"), document);
});
afterEach(() => rmSync(folder, {recursive: true}));

describe("code that was compiled when the program was built", () => {
  it("is what a run starts from", async () => {
    writeFileSync(join(folder, "said.cjs"), said);
    const {exitCode, stderr} = await execa(process.execPath, ["--require", "./said.cjs", main, "exec", "a.md"], {cwd: folder});
    expect(exitCode).toBe(0);
    const loaded = stderr.split("\n").filter((line) => /\.c?js (true|false)$/.test(line));
    expect(loaded.filter((line) => line.endsWith("true"))).toEqual([]);
    expect(stderr.split("\n")).toEqual(loaded); // no version of Node complains of a flag
    for (const name of ["program", "start", "document", "exec", "perform", "vendor-cel-js"])
      expect(loaded.some((line) => line.startsWith(name), name)).toBe(true);
  });

  it("is made by a runbook that is without fault", async () => {
    expect(await runbook(["check", "scripts/compile.md"], {cwd: inRoot()})).toMatchObject({exit: 0});
  });

  it("is left aside where it is damaged, cut off or of another source", async () => {
    const copy = join(folder, "dist");
    cpSync(inRoot("dist"), copy, {recursive: true});
    symlinkSync(inRoot("node_modules"), join(folder, "node_modules"));
    const names = readdirSync(join(copy, "cli"));
    const damage: readonly ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 100),
      (bytes) => bytes.subarray(0, bytes.length / 2),
      () => Buffer.alloc(0)
    ];
    for (const harm of damage) {
      for (const name of names.filter((each) => each.endsWith(".code")))
        writeFileSync(join(copy, "cli", name), harm(readFileSync(inRoot("dist/cli", name))));
      const {exitCode, stdout} = await execa(process.execPath, [join(copy, "cli/main.js"), "exec", "a.md"], {cwd: folder, reject: false});
      expect({exitCode, stdout}).toEqual({exitCode: 0, stdout: expect.stringContaining("│ said")});
    }
    const program = join(copy, "cli/program.js");
    writeFileSync(program, readFileSync(program, "utf8").replace("Literate", "Illusory"));
    const {stdout} = await execa(process.execPath, [join(copy, "cli/main.js"), "--help"]);
    expect(stdout).toContain("Illusory");
  });
});

import {cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

import {execa} from "execa";
import {afterAll, describe, expect, it} from "vitest";

import {findViolations, importsOf, readSources, rooms} from "./house.ts";

const house = fileURLToPath(new URL("../src", import.meta.url));
const judgeAll = (folder: string): readonly string[] =>
  readSources(folder).flatMap(({path, source}) => findViolations(path, source, folder));

describe("the house", () => {
  it("has the rooms that the rules name, and no other", () => {
    expect(readdirSync(house).toSorted()).toEqual(Object.keys(rooms).toSorted());
  });

  for (const [room, {mayImport, node}] of Object.entries(rooms)) {
    it(`${room} imports ${mayImport.length > 0 ? mayImport.join(", ") : "no other room"}${node ? "" : ", and no node: module"}`, () => {
      const files = readSources(join(house, room));
      expect(files.length).toBeGreaterThan(0);
      expect(files.flatMap(({path, source}) => findViolations(path, source, house))).toEqual([]);
    });
  }

  it("has no source file of more than 300 lines", () => {
    const long = readSources(house).filter(({source}) => source.split("\n").length > 301);
    expect(long.map(({path}) => path)).toEqual([]);
  });
});

describe("the lock of packages", () => {
  it("holds the packages of every platform, so that npm ci works on all of them", async () => {
    const {exitCode, stderr} = await execa(
      process.execPath,
      [fileURLToPath(new URL("../scripts/complete-lock.mjs", import.meta.url)), "--check"],
      {reject: false}
    );
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ""});
  });
});

describe("the judge of imports", () => {
  const copies: string[] = [];
  afterAll(() => {
    for (const copy of copies) rmSync(copy, {recursive: true, force: true});
  });

  it("sees a violation that was planted in a copy of the house", () => {
    const copy = mkdtempSync(join(tmpdir(), "house-"));
    copies.push(copy);
    cpSync(house, copy, {recursive: true});
    expect(judgeAll(copy)).toEqual([]);
    mkdirSync(join(copy, "model", "deep"));
    writeFileSync(join(copy, "model", "deep", "planted.ts"), `export const later = () => import("../../runtime/conductor.ts");\n`);
    expect(judgeAll(copy)).toEqual([
      `${join(copy, "model", "deep", "planted.ts")}: model must not import runtime ("../../runtime/conductor.ts")`
    ]);
  });

  for (const [form, source] of Object.entries({
    "an import": `import {x} from "../runtime/x.ts";`,
    "a type import": `import type {X} from "../runtime/x.ts";`,
    "an import for its effects": `import "../runtime/x.ts";`,
    "an export from": `export {x} from "../runtime/x.ts";`,
    "an export of types from": `export type {X} from "../runtime/x.ts";`,
    "an export of everything": `export * from "../runtime/x.ts";`,
    "a dynamic import": `const x = await import("../runtime/x.ts");`,
    "a dynamic import of a template": "const x = await import(`../runtime/x.ts`);",
    "a type's import": `export type X = import("../runtime/x.ts").X;`,
    "a require": `const x = require("../runtime/x.ts");`
  })) {
    it(`counts ${form}`, () => {
      expect(importsOf("/house/viewer/a.ts", source)).toEqual(["../runtime/x.ts"]);
      expect(findViolations("/house/viewer/a.ts", source, "/house")).toHaveLength(1);
      expect(findViolations("/house/server/a.ts", source, "/house")).toHaveLength(0);
    });
  }

  it("is not deceived by text that looks like an import", () => {
    expect(importsOf("/house/model/a.ts", `// import "node:fs";\nexport const text = 'import "node:fs"';`)).toEqual([]);
  });

  it("refuses node: and foreign packages where a browser must run, and names that are computed", () => {
    expect(findViolations("/house/model/a.ts", `import "node:fs";`, "/house")[0]).toContain("runs in a browser");
    expect(findViolations("/house/viewer/a.ts", `import "node:fs";`, "/house")[0]).toContain("runs in a browser");
    expect(findViolations("/house/model/a.ts", `import "lit";`, "/house")[0]).toContain("must not use the package");
    expect(findViolations("/house/cli/a.ts", "await import(name);", "/house")[0]).toContain("only the running program knows");
    expect(findViolations("/house/kitchen/a.ts", "", "/house")[0]).toContain("is no room");
  });
});

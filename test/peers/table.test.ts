import {readdirSync, readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {inRoot} from "../runbooks/runbook.ts";

const names = (folder: string): readonly string[] =>
  readdirSync(inRoot(folder))
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(inRoot(folder, file), "utf8").matchAll(/^\s*test\("([^"]+)"/gm)].map(([, name]) => name!));
const told = readFileSync(inRoot("docs/peers.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.split(" | ").at(-1)!.replace(/ \|$/, ""));

test("the chapter on what goes wrong elsewhere names tests that exist, each once", () => {
  expect(told.filter((name) => !names("test/peers").includes(name) && !names("test/secrets").includes(name))).toEqual([]);
  expect(new Set(told).size).toBe(told.length);
});

test("it leaves none of them out", () => {
  const own = names("test/peers").filter((name) => !name.startsWith("the chapter") && !name.startsWith("it leaves"));
  expect(own.filter((name) => !told.includes(name))).toEqual([]);
});

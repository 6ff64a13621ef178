import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {findInOutput} from "../../src/server/find-in-output.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runbook-find-"));
});
afterAll(() => rm(folder, {recursive: true, force: true}));

async function find(text: string, sought: string, most?: number) {
  const path = join(folder, "out");
  await writeFile(path, text);
  return findInOutput(path, sought, most === undefined ? {} : {most});
}

test("the lines that hold a text are found whatever its case, with their numbers and where they begin", async () => {
  expect(await find("one\nTwö two\n\nend two", "TWO")).toEqual({
    total: 2,
    lines: [
      {line: 2, from: 4, text: "Twö two"},
      {line: 4, from: 14, text: "end two"}
    ]
  });
  expect(await find("", "x")).toEqual({total: 0, lines: []});
});

test("only the first lines are given, and all are counted; a line without an end is looked at in pieces", async () => {
  const many = await find("needle\n".repeat(100_000), "needle", 2);
  expect([many.total, many.lines.map(({line}) => line)]).toEqual([100_000, [1, 2]]);
  const [found] = (await find(`${"x".repeat(3_000_000)}needle${"y".repeat(1000)}`, "needle")).lines;
  expect(found!.text).toContain("needle");
  expect(found!.text.length).toBeLessThanOrEqual(400);
});

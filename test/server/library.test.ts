import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";

import {kinds} from "../../src/runtime/kinds/index.ts";
import {openLibrary} from "../../src/server/library.ts";

test("a runbook is read anew when it changed, or what it includes did, and not otherwise", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runbook-library-"));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write("main.md", '# Main\n\n::include{#part src="part.md"}\n');
  const library = await openLibrary(folder, kinds);
  const missing = (await library.open("main.md"))!;
  expect(missing.runbook.problems.map(({rule}) => rule)).toContain("include-source");
  expect(await library.open("main.md")).toBe(missing);
  await write("part.md", "# Part\n\n```bash {#one}\ntrue\n```\n");
  const found = (await library.open("main.md"))!;
  expect(found.runbook.steps.map(({id}) => id)).toEqual(["part.one"]);
  expect(await library.open("main.md")).toBe(found);
  await write("part.md", "# Part\n\n```bash {#two}\ntrue\n```\n");
  expect((await library.open("main.md"))!.runbook.steps.map(({id}) => id)).toEqual(["part.two"]);
});

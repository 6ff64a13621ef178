import {chmodSync, cpSync, readdirSync, writeFileSync} from "node:fs";
import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {parseRunbook} from "../../src/parser/index.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import type {Example} from "./examples.ts";
import {compare, deadLinks, readExamples} from "./examples.ts";
import {buildCli, inRoot, inTemporaryFolder, main, shell} from "./runbook.ts";

const chapters = (folder: string): readonly string[] => readdirSync(inRoot(folder)).filter((name) => name.endsWith(".md"));
const pages = [...chapters("."), ...chapters("docs").map((name) => `docs/${name}`)];

beforeAll(buildCli);

describe.each(pages)("%s", (page) => {
  const examples = readExamples(inRoot(page));

  test("links to nothing that does not exist", () => {
    expect(deadLinks(inRoot(page))).toEqual([]);
  });

  for (const example of examples) {
    if (example.type !== "document") continue;
    test(`line ${example.line}: the example ${example.broken ? "has an error" : "has no errors"}`, () => {
      const {problems} = parseRunbook(Buffer.from(example.text), {path: example.file ?? "example.md", kinds});
      const errors = problems
        .filter(({severity}) => severity === "error")
        .map(({rule, message, span}) => `${span.line}: ${message}  ${rule}`);
      if (example.broken) expect(errors).not.toEqual([]);
      else expect(errors).toEqual([]);
    });
  }

  if (examples.some((example) => example.type === "commands" || example.exit !== null)) {
    test("what it runs does what it says", async () => {
      await inTemporaryFolder((folder) => follow(examples, folder));
    });
  }
});

/** Does what the page tells, in its order, in a folder with a copy of the runbooks. */
async function follow(examples: readonly Example[], folder: string): Promise<void> {
  const bin = join(folder, ".bin");
  await mkdir(bin);
  writeFileSync(join(bin, "runbook"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(bin, "runbook"), 0o755);
  cpSync(inRoot("runbooks"), join(folder, "runbooks"), {recursive: true, filter: (path) => !path.includes(".runbook")});
  for (const example of examples) {
    if (example.type === "document") {
      const file = example.file ?? `example-${example.line}.md`;
      writeFileSync(join(folder, file), example.text);
      if (example.exit === null) continue;
      const {exit, text} = await shell(`runbook exec ${file}`, {cwd: folder, bin});
      expect(exit, `line ${example.line}: ${text}`).toBe(example.exit);
      continue;
    }
    for (const [place, {command, printed}] of example.commands.entries()) {
      const {exit, text} = await shell(command, {cwd: folder, bin});
      const wanted = place === example.commands.length - 1 ? example.exit : 0;
      expect(exit, `line ${example.line}: ${command}\n${text}`).toBe(wanted);
      expect(compare(printed, text), `line ${example.line}: ${command}`).toBeNull();
    }
  }
}

import {readdir, readFile} from "node:fs/promises";
import {expect, test} from "vitest";

import {openDocument} from "../../src/cli/document.ts";
import {deadLinks} from "./examples.ts";
import {inRoot} from "./runbook.ts";

/** `| 1 | what was wrong | [full-restore.md](../runbooks/full-restore.md) | `server` | full-restore: “a test” |` */
const row = /^\| (\d+[bc]?) \| .* \| \[[\w-]+\.md\]\(\.\.\/(runbooks\/[\w/-]+\.md)\) \| ([^|]+) \| ([\w-]+): “([^”]+)” \|$/;

test("every defect of the old document has a step that would notice and a test that shows it", async () => {
  const table = (await readFile(inRoot("docs/succession.md"), "utf8")).split("\n").flatMap((line) => {
    const found = row.exec(line);
    return found ? [found.slice(1) as [string, string, string, string, string]] : [];
  });
  expect(new Set(table.map(([number]) => number.replace(/[bc]$/, ""))).size).toBe(55);
  const steps = new Map<string, ReadonlySet<string>>();
  for (const [number, runbook, guards, file, title] of table) {
    if (!steps.has(runbook)) {
      const {runbook: opened} = await openDocument(inRoot(runbook));
      steps.set(runbook, new Set(opened.steps.map(({id}) => id)));
    }
    for (const [, guard] of guards.matchAll(/`([^`]+)`/g))
      expect([number, [...steps.get(runbook)!]]).toEqual([number, expect.arrayContaining([guard])]);
    expect([number, await readFile(inRoot(`test/runbooks/${file}.test.ts`), "utf8")]).toEqual([number, expect.stringContaining(title)]);
  }
});

test("the runbooks lead to what exists, also for somebody who only reads them", async () => {
  const pages = (await readdir(inRoot("runbooks"), {recursive: true})).filter((name) => name.endsWith(".md"));
  expect(pages.length).toBeGreaterThan(15);
  for (const page of pages) expect([page, deadLinks(inRoot("runbooks", page))]).toEqual([page, []]);
});

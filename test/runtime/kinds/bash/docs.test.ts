import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {openShell} from "./shell.ts";

test("the examples of docs/bash.md do what the page says", async () => {
  const page = readFileSync(new URL("../../../../docs/bash.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/^```bash(?: \{ready="(.*)"\})?\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```)?/gm)].map(
    ([, ready, source, output]) => ({
      ready: ready ?? null,
      source: source!,
      output: output ?? ""
    })
  );
  expect(examples.length).toBeGreaterThan(4);
  const shell = await openShell();
  try {
    for (const {ready, source, output} of examples) {
      const ended = await shell.cell(source, {options: {ready}});
      expect([source, ended.stdout, ended.stderr, ended.error]).toEqual([source, output, "", null]);
    }
  } finally {
    await shell.close();
  }
});

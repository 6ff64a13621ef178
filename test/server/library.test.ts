import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";

import type {ServedHome} from "../../src/model/served.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {openLibrary} from "../../src/server/library.ts";
import {setStage} from "../viewer/stage.ts";

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

test("the list of many runbooks comes before all of them are read, lacks none, and is whole in the end", async () => {
  const cells = Array.from({length: 60}, (_, n) => `\`\`\`bash {#c${n}}\necho "$X" | sort; ls\n\`\`\`\n`).join("\n");
  const names = Array.from({length: 60}, (_, n) => `book-${String(n).padStart(2, "0")}.md`);
  const stage = await setStage(Object.fromEntries(names.map((name) => [name, `# ${name}\n\n${cells}`])));
  onTestFinished(() => stage.end());
  const {url} = stage.serving;
  const entered = await fetch(url, {redirect: "manual"});
  const ask = async (): Promise<ServedHome> => {
    const response = await fetch(new URL("/api/home", url), {headers: {cookie: entered.headers.get("set-cookie")!.split(";")[0]!}});
    return (await response.json()) as ServedHome;
  };
  for (let last = names.length; ; ) {
    const {runbooks, unread} = await ask();
    expect([...runbooks.map(({name}) => name), ...unread].toSorted()).toEqual(names);
    expect(runbooks.every(({steps}) => steps === 60)).toBe(true);
    if (unread.length === 0) break;
    expect(unread.length).toBeLessThan(last); // nobody asks in vain
    last = unread.length;
  }
});

import {existsSync} from "node:fs";
import {readdir, writeFile} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {temporaryFolder} from "./begin.ts";
import {firstLine, startProgram} from "./child.ts";

test("the lock of a process that is gone is taken over by exactly one of many that come at once", async () => {
  for (let round = 0; round < 3; round++) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "lock"), JSON.stringify({pid: 1, startedAt: "0", boot: "another", host: hostname()}));
    const children = await Promise.all(Array.from({length: 6}, () => startProgram("runtime/take-lock.ts", [folder])));
    const said = Promise.all(children.map(firstLine));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await writeFile(join(folder, "go"), "");
    const taken = (await said).filter((line) => line === "taken");
    expect(taken).toHaveLength(1);
    for (const child of children) child.stdin!.end();
    await Promise.all(children.map((child) => new Promise((resolve) => child.on("exit", resolve))));
    expect(existsSync(join(folder, "lock"))).toBe(false);
    expect(await readdir(folder)).toEqual(["go"]);
  }
});

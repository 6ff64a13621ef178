import {spawnSync} from "node:child_process";
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {askVersions} from "../../src/runtime/ask-versions.ts";

let folder: string;
const scripts = {
  plain: "echo 'plain 1.2'; echo more",
  "to-stderr": "echo 'to-stderr 3' >&2",
  both: "echo warned >&2; echo 'both 4'",
  mute: "exit 3",
  "it's $(odd) *": "echo odd 5",
  endless: "while :; do echo line; done",
  hangs: "exec sleep 983",
  daemon: "setsid sleep 2.0071 & echo 'daemon 6'"
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "runbook-versions-"));
  for (const [name, source] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${source}\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, {recursive: true}));

const ask = async (programs: readonly string[], patienceMs?: number) =>
  Object.fromEntries(await askVersions(programs, {PATH: `${folder}:/usr/bin:/bin`}, patienceMs));

test("each says its own, by whatever name it has, wherever it prints it, and however much", async () => {
  const {endless, ...others} = await ask([
    "plain",
    "to-stderr",
    "both",
    "mute",
    "it's $(odd) *",
    "endless",
    "nowhere",
    join(folder, "plain")
  ]);
  expect(others).toEqual({
    plain: {type: "said", text: "plain 1.2\nmore"},
    "to-stderr": {type: "said", text: "to-stderr 3"},
    both: {type: "said", text: "both 4"},
    mute: {type: "said", text: ""},
    "it's $(odd) *": {type: "said", text: "odd 5"},
    nowhere: {type: "absent"},
    [join(folder, "plain")]: {type: "said", text: "plain 1.2\nmore"}
  });
  expect(endless).toMatchObject({text: "line\n".repeat(400).trimEnd()});
});

test("one that hangs, or holds on to what it prints to, keeps no answer of the others and is not left behind", async () => {
  expect(await ask(["hangs", "plain", "daemon"], 1500)).toEqual({
    hangs: {type: "silent"},
    plain: {type: "said", text: "plain 1.2\nmore"},
    daemon: {type: "silent"}
  });
  await expect.poll(() => spawnSync("pgrep", ["-f", "sleep 983$"]).status).toBe(1);
  await expect.poll(() => spawnSync("pgrep", ["-f", "^sleep 2[.]0071$"]).status).toBe(1); // this one left the group; it ends by itself
});

test("nothing is asked of where there is nothing", async () => {
  expect(Object.fromEntries(await askVersions(["plain"], {PATH: "/nonexistent"}))).toEqual({plain: {type: "absent"}});
});

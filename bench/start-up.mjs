import {writeFileSync} from "node:fs";
import {join} from "node:path";

import {trivial} from "./documents.mjs";
import {inMs, interleave, ratio, timeProcess} from "./measure.mjs";

/** Measure 1: what it costs to execute one trivial cell, beside starting Node at all. */
export async function startUp({folder, cli, rounds}) {
  const file = join(folder, "trivial.md");
  writeFileSync(file, trivial);
  const node =
    (...args) =>
    () =>
      timeProcess(process.execPath, args, {cwd: folder});
  const times = await interleave(rounds, {
    "node -e 0": node("-e", "0"),
    "--version": node(cli, "--version"),
    check: node(cli, "check", file),
    exec: node(cli, "exec", file, "--runs-dir", join(folder, "runs-1"))
  });
  return {
    rows: [
      {what: "1 exec of one trivial cell", beside: "node -e 0", value: ratio(times, "exec", "node -e 0"), target: 2.7},
      {what: "1 check of it", beside: "node -e 0", value: ratio(times, "check", "node -e 0"), target: null},
      {what: "1 --version", beside: "node -e 0", value: ratio(times, "--version", "node -e 0"), target: null}
    ],
    note: inMs(times)
  };
}

import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

import {bashCells, trivial} from "./documents.mjs";
import {inMs, interleave, median, ratio, timeProcess} from "./measure.mjs";

const loop = fileURLToPath(new URL("spawn-loop.mjs", import.meta.url));

/** Measure 2: 200 bash cells with their state and journal, beside a Node program that only spawns 200 shells. */
export async function bashCellsCost({folder, cli, rounds}) {
  for (const count of [200, 2000]) writeFileSync(join(folder, `bash-${count}.md`), bashCells(count));
  writeFileSync(join(folder, "trivial.md"), trivial);
  const node =
    (...args) =>
    () =>
      timeProcess(process.execPath, args, {cwd: folder});
  const exec = (name) => node(cli, "exec", join(folder, `${name}.md`), "--runs-dir", join(folder, "runs-2"));
  const times = await interleave(rounds, {
    "200 cells": exec("bash-200"),
    "200 spawns": node(loop, "200"),
    "bash loop": () =>
      timeProcess("bash", ["-c", `for ((i = 0; i < 200; i++)); do bash -c 'n=$((\${n:-0} + 1)); echo "cell $n"'; done`], {cwd: folder}),
    "1 cell": exec("trivial")
  });
  const growth = await interleave(Math.max(1, Math.round(rounds / 4)), {"200 cells": exec("bash-200"), "2000 cells": exec("bash-2000")});
  const perCell = (median(times["200 cells"]) - median(times["1 cell"])) / 199;
  return {
    rows: [
      {what: "2 exec of 200 bash cells", beside: "200 spawns by Node", value: ratio(times, "200 cells", "200 spawns"), target: 1.7},
      {what: "2 exec of 200 bash cells", beside: "a loop in bash", value: ratio(times, "200 cells", "bash loop"), target: null},
      {what: "2 growth: 2000 bash cells", beside: "200 bash cells", value: ratio(growth, "2000 cells", "200 cells"), target: 10.5}
    ],
    note: `${inMs(times)}; ${perCell.toFixed(2)} ms for each further cell; growth: ${inMs(growth)}`
  };
}

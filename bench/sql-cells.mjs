import {writeFileSync} from "node:fs";
import {join} from "node:path";

import {bundle} from "./bundle.mjs";
import {sqlCells, trivial} from "./documents.mjs";
import {inMs, interleave, median, ratio, timeProcess} from "./measure.mjs";

/** Measure 3: 200 SQL cells, beside psql once for all of them and once for each. */
export async function sqlCellsCost({folder, cli, rounds}) {
  const {startCluster} = await import(await bundle("test/support/postgres.ts"));
  const cluster = await startCluster();
  try {
    return await measure({folder, cli, rounds, cluster});
  } finally {
    await cluster.stop();
  }
}

async function measure({folder, cli, rounds, cluster}) {
  for (const count of [1, 200, 2000]) writeFileSync(join(folder, `sql-${count}.md`), sqlCells(count));
  writeFileSync(join(folder, "trivial.md"), trivial);
  writeFileSync(join(folder, "all.sql"), Array.from({length: 200}, (_, index) => `select ${index} as n;\n`).join(""));
  const env = {...process.env, ...cluster.environment, DATABASE_URL: cluster.url};
  const psql = join(cluster.bin, "psql"); // Debian's /usr/bin/psql is a Perl program that would be measured too
  const exec = (name) => () =>
    timeProcess(process.execPath, [cli, "exec", join(folder, `${name}.md`), "--runs-dir", join(folder, "runs-3")], {cwd: folder, env});
  const times = await interleave(rounds, {
    "200 cells": exec("sql-200"),
    "1 cell": exec("sql-1"),
    "one psql": () => timeProcess(psql, ["-XAtq", "-f", join(folder, "all.sql")], {cwd: folder, env}),
    "psql per cell": () =>
      timeProcess("bash", ["-c", `for ((i = 0; i < 200; i++)); do "$0" -XAtqc "select $i as n"; done`, psql], {cwd: folder, env})
  });
  const growth = await interleave(Math.max(1, Math.round(rounds / 4)), {"200 cells": exec("sql-200"), "2000 cells": exec("sql-2000")});
  const perCell = median(times["200 cells"].map((ms, round) => (ms - times["1 cell"][round]) / 199));
  return {
    rows: [
      {what: "3 exec of 200 SQL cells", beside: "psql for each cell", value: ratio(times, "200 cells", "psql per cell"), target: 0.15},
      {what: "3 each further SQL cell", beside: "1 ms", value: perCell, target: 1},
      {what: "3 exec of 200 SQL cells", beside: "one psql", value: ratio(times, "200 cells", "one psql"), target: null},
      {what: "3 growth: 2000 SQL cells", beside: "200 SQL cells", value: ratio(growth, "2000 cells", "200 cells"), target: 10.5}
    ],
    note: `${inMs(times)}; growth: ${inMs(growth)}`
  };
}

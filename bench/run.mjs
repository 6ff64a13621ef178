#!/usr/bin/env node
// npm run bench -- [1] [2] … [14] [--rounds N]: measures beside their floors, in interleaved rounds, as ratios with their targets.
import {mkdtempSync, rmSync} from "node:fs";
import {availableParallelism, cpus, tmpdir} from "node:os";
import {join} from "node:path";

import {build, root} from "../scripts/build.mjs";
import {archiveCost} from "./archive.mjs";
import {bagCost} from "./bags.mjs";
import {bashCellsCost} from "./bash-cells.mjs";
import {foldCost} from "./fold.mjs";
import {followersCost} from "./followers.mjs";
import {journalCost} from "./journal.mjs";
import {report} from "./measure.mjs";
import {outputCost} from "./outputs.mjs";
import {pageCost} from "./page.mjs";
import {parseCost} from "./parse.mjs";
import {redactionCost} from "./redaction.mjs";
import {rowsCost} from "./rows.mjs";
import {sqlCellsCost} from "./sql-cells.mjs";
import {startUp} from "./start-up.mjs";

const measures = {
  1: {run: startUp, rounds: 21},
  2: {run: bashCellsCost, rounds: 9},
  3: {run: sqlCellsCost, rounds: 7},
  4: {run: outputCost, rounds: 5}, // and 5, which is told by the megabyte of 4
  6: {run: rowsCost, rounds: 5},
  7: {run: parseCost, rounds: 7},
  8: {run: foldCost, rounds: 5},
  9: {run: redactionCost, rounds: 15},
  10: {run: journalCost, rounds: 9},
  11: {run: followersCost, rounds: 5},
  12: {run: pageCost, rounds: 7},
  13: {run: archiveCost, rounds: 7},
  14: {run: bagCost, rounds: 7}
};

const given = process.argv.slice(2);
const at = given.indexOf("--rounds");
const rounds = at < 0 ? null : Number(given[at + 1]);
const chosen = given.filter((argument, place) => argument in measures && (at < 0 || place !== at + 1));

await build();
const folder = mkdtempSync(join(tmpdir(), "runbook-bench-"));
console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model.trim() ?? "unknown"}`);
try {
  for (const name of chosen.length > 0 ? chosen : Object.keys(measures)) {
    const {run, rounds: usual} = measures[name];
    const {rows, note} = await run({folder, cli: join(root, "dist/cli/main.js"), rounds: rounds ?? usual});
    console.log(`\n${report(rows).join("\n")}\n${note}`);
    if (rows.some(({value, target}) => target !== null && value > target)) process.exitCode = 1;
  }
} finally {
  rmSync(folder, {recursive: true, force: true});
}

import {execFile} from "node:child_process";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";

import {bundle} from "./bundle.mjs";
import {inMs, interleave, ratio} from "./measure.mjs";

const once = fileURLToPath(new URL("fold-once.mjs", import.meta.url));

/** Measure 8: the fold of a million events over 2000 steps, beside one that changes its state in place; and how it grows. */
export async function foldCost({rounds}) {
  const module = await bundle("bench/parts.ts");
  const folded = (how, events, steps) => async () =>
    Number((await promisify(execFile)(process.execPath, [once, module, how, String(events), String(steps)])).stdout);
  const times = await interleave(rounds, {
    "a million events": folded("fold", 1_000_000, 2000),
    "in place": folded("in-place", 1_000_000, 2000),
    "two million events": folded("fold", 2_000_000, 2000),
    "4000 steps": folded("fold", 1_000_000, 4000),
    "20 000 in turn": folded("alternate", 20_000, 1),
    "40 000 in turn": folded("alternate", 40_000, 1)
  });
  return {
    rows: [
      {what: "8 fold of a million events", beside: "in place", value: ratio(times, "a million events", "in place"), target: 5},
      {
        what: "8 growth: two million events",
        beside: "a million",
        value: ratio(times, "two million events", "a million events"),
        target: 2.2
      },
      {what: "8 growth: 4000 steps", beside: "2000 steps", value: ratio(times, "4000 steps", "a million events"), target: 1.2},
      {
        what: "8 growth: 40 000 outputs, streams in turn",
        beside: "20 000",
        value: ratio(times, "40 000 in turn", "20 000 in turn"),
        target: 2.2
      }
    ],
    note: inMs(times)
  };
}

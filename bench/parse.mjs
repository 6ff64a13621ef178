import {execFile} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";

import {bundle} from "./bundle.mjs";
import {prose} from "./documents.mjs";
import {inMs, interleave, ratio} from "./measure.mjs";

const once = fileURLToPath(new URL("parse-once.mjs", import.meta.url));

/** Measure 7: parsing a document of 2000 cells, beside plain remark on the same text; and how both grow. */
export async function parseCost({folder, rounds}) {
  const module = await bundle("bench/parsers.ts");
  for (const count of [2000, 4000]) writeFileSync(join(folder, `prose-${count}.md`), prose(count));
  const peaks = {};
  const parse = (count, how) => async () => {
    const {stdout} = await promisify(execFile)(process.execPath, [once, module, join(folder, `prose-${count}.md`), how]);
    const {ms, peakMb} = JSON.parse(stdout);
    peaks[`${how} ${count}`] = Math.max(peaks[`${how} ${count}`] ?? 0, Math.round(peakMb));
    return ms;
  };
  const times = await interleave(rounds, {
    "runbook 2000": parse(2000, "runbook"),
    "remark 2000": parse(2000, "remark"),
    "runbook 4000": parse(4000, "runbook")
  });
  return {
    rows: [
      {what: "7 parse 2000 cells", beside: "remark on the whole text", value: ratio(times, "runbook 2000", "remark 2000"), target: 0.65},
      {what: "7 growth: parse 4000 cells", beside: "2000 cells", value: ratio(times, "runbook 4000", "runbook 2000"), target: 2.2}
    ],
    note: `${inMs(times)}; peak memory ${Object.entries(peaks)
      .map(([name, mb]) => `${name} ${mb} MB`)
      .join(", ")}`
  };
}

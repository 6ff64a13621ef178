import {resolve} from "node:path";

import type {Comparison, StepComparison} from "../model/compare-runs.ts";
import {compareRuns, differs} from "../model/compare-runs.ts";
import {formatDuration} from "../model/duration.ts";
import {openRunbook} from "../parser/index.ts";
import {kinds} from "../runtime/kinds/index.ts";
import type {Recording} from "../runtime/runs.ts";
import {findRun, readRun} from "../runtime/runs.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

/** `runbook diff`: what differed between two runs, times and ids apart. As diff does: 0 when nothing did, 1 when something did. */
export async function diff(first: string, second: string, {runsDir, json = false}: {runsDir: string; json?: boolean}): Promise<number> {
  const read = async (reference: string): Promise<Recording> => readRun(await findRun(resolve(runsDir), reference));
  const [a, b] = [await read(first), await read(second)];
  const comparison = compareRuns(toCompared(a), toCompared(b));
  const text = json ? JSON.stringify(comparison, null, 2) : comparisonLines(comparison, [a.id, b.id], paintFor(process.stdout)).join("\n");
  process.stdout.write(`${text}\n`);
  return comparison.differs ? 1 : 0;
}

function toCompared({bytes, included, path, run}: Recording) {
  return {run, runbook: openRunbook(bytes, {path, kinds, readFile: (file) => included.get(file) ?? null}).runbook};
}

function comparisonLines(comparison: Comparison, [first, second]: readonly [string, string], paint: Paint): readonly string[] {
  const {outcomes, durationsMs, otherDocument, steps} = comparison;
  const took = durationsMs.map(formatDuration);
  return [
    paint.red(`- ${first} ${outcomes[0]} after ${took[0]}`),
    paint.green(`+ ${second} ${outcomes[1]} after ${took[1]}`),
    ...(otherDocument ? ["! the document is another one"] : []),
    ...steps.flatMap((step) => stepLines(step, paint)),
    ...(comparison.differs ? [] : ["nothing differs but times and ids"])
  ];
}

function stepLines(compared: StepComparison, paint: Paint): readonly string[] {
  const {step, title, only, outcomes, durationsMs, otherText, output} = compared;
  const [was, is] = durationsMs;
  const time = was === null || is === null ? "" : `${formatDuration(was)} → ${formatDuration(is)}`;
  if (!differs(compared)) return time === "" ? [] : [paint.dim(`  ${step} ${outcomes[1]}, ${time}`)];
  const facts = [
    ...(only === null ? [] : [`only in the ${only}`]),
    outcomes[0] === outcomes[1] || only !== null ? `${outcomes[1] ?? outcomes[0]}` : `${outcomes[0]} → ${outcomes[1]}`,
    ...(otherText ? ["another text was executed"] : []),
    ...(time === "" ? [] : [time])
  ];
  return [`${paint.bold(`~ ${step}`)}${title === null ? "" : ` ${quiet(title)}`}: ${facts.join(", ")}`, ...outputLines(output, paint)];
}

function outputLines(output: StepComparison["output"], paint: Paint): readonly string[] {
  if (output === null) return [];
  if (output.type === "bytes") return [`    its output differs: ${output.bytes[0]} and ${output.bytes[1]} bytes`];
  const {lines, more} = output.differing;
  return [
    ...lines.map(({of, text}) => (of === "first" ? paint.red(`    - ${quiet(text)}`) : paint.green(`    + ${quiet(text)}`))),
    ...(more > 0 ? [`    … and ${more} more`] : [])
  ];
}

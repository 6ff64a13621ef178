/** What differed between two runs. Pure: the command line and the page compare the same way. */
import type {DifferingLines} from "./compare-lines.ts";
import {compareLines} from "./compare-lines.ts";
import type {Output} from "./event.ts";
import {normalise} from "./normalise.ts";
import type {EndedAttempt, Run} from "./run.ts";
import {attemptsOf, stepRun} from "./run.ts";
import type {Runbook, Step, StepId} from "./runbook.ts";
import {editionOf} from "./runbook.ts";
import type {Standing} from "./standing.ts";
import {standing} from "./standing.ts";
import {unreachable} from "./unreachable.ts";

export interface Compared {
  readonly runbook: Runbook;
  readonly run: Run;
}
export interface Comparison {
  readonly otherDocument: boolean; // its text, or that of a file it includes, is another
  readonly outcomes: Pair<string>;
  readonly durationsMs: Pair<number>;
  readonly steps: readonly StepComparison[]; // of both, in the order of the second
  readonly differs: boolean; // in more than times
}
export type Pair<T> = readonly [first: T, second: T];
export interface StepComparison {
  readonly step: StepId;
  readonly title: string | null;
  readonly only: "first" | "second" | null; // null: both have it
  readonly outcomes: Pair<Standing | null>;
  readonly durationsMs: Pair<number | null>;
  readonly otherText: boolean; // another text was executed
  readonly output: OutputComparison | null; // null: the same, apart from times and ids
}
export type OutputComparison =
  | {readonly type: "lines"; readonly differing: DifferingLines}
  | {readonly type: "bytes"; readonly bytes: Pair<number>}; // too long to be in the journal

export function compareRuns(first: Compared, second: Compared): Comparison {
  const steps = orderOf(first.runbook, second.runbook).map((id) => compareStep(id, first, second));
  const outcomes: Pair<string> = [outcomeOf(first.run), outcomeOf(second.run)];
  const otherDocument = editionOf(first.runbook) !== editionOf(second.runbook);
  return {
    otherDocument,
    outcomes,
    durationsMs: [first.run.lastMs, second.run.lastMs],
    steps,
    differs: otherDocument || outcomes[0] !== outcomes[1] || steps.some(differs)
  };
}

/** In more than how long it took. */
export const differs = ({only, outcomes, otherText, output}: StepComparison): boolean =>
  only !== null || outcomes[0] !== outcomes[1] || otherText || output !== null;

const outcomeOf = ({ended}: Run): string => ended?.outcome ?? "no end";

/** The steps of the second, and those that only the first has behind the step they follow there. */
function orderOf(first: Runbook, second: Runbook): readonly StepId[] {
  const order = second.steps.map(({id}) => id);
  const known = new Set(order);
  for (const [place, {id}] of first.steps.entries()) {
    if (known.has(id)) continue;
    const before = place === 0 ? -1 : order.indexOf(first.steps[place - 1]!.id);
    order.splice(before + 1, 0, id);
  }
  return order;
}

function compareStep(id: StepId, first: Compared, second: Compared): StepComparison {
  const [a, b] = [findStep(first, id), findStep(second, id)];
  const [was, is] = [stepRun(first.run, id), stepRun(second.run, id)];
  const [earlier, later] = [attemptsOf(was).at(-1), attemptsOf(is).at(-1)];
  return {
    step: id,
    title: (b ?? a)!.title,
    only: a === null ? "second" : b === null ? "first" : null,
    outcomes: [a && standing(was), b && standing(is)],
    durationsMs: [earlier?.ending.durationMs ?? null, later?.ending.durationMs ?? null],
    otherText: earlier !== undefined && later !== undefined && earlier.execution.sha256 !== later.execution.sha256,
    output: earlier && later ? compareOutput(earlier, later) : null
  };
}

const findStep = ({runbook}: Compared, id: StepId): Step | null => runbook.steps.find((step) => step.id === id) ?? null;

function compareOutput(first: EndedAttempt, second: EndedAttempt): OutputComparison | null {
  const outputs = [first.outputs.toArray(), second.outputs.toArray()] as const;
  if (outputs.flat().some(({type}) => type === "overflowed")) {
    const same = (["stdout", "stderr"] as const).every(
      (stream) => first.ending.streams[stream].sha256 === second.ending.streams[stream].sha256
    );
    return same ? null : {type: "bytes", bytes: [bytesOf(first), bytesOf(second)]};
  }
  const differing = compareLines(linesOf(outputs[0]), linesOf(outputs[1]));
  return differing && {type: "lines", differing};
}

const bytesOf = ({ending: {streams}}: EndedAttempt): number => streams.stdout.bytes + streams.stderr.bytes;

/** Each stream by itself: how they were interleaved is chance. */
function linesOf(outputs: readonly Output[]): readonly string[] {
  const streams = {stdout: "", stderr: ""};
  const others: string[] = [];
  for (const output of outputs) {
    switch (output.type) {
      case "text":
        streams[output.stream] += output.text;
        break;
      case "base64":
        streams[output.stream] += output.base64;
        break;
      case "table":
        others.push(...output.rows.map((row) => row.map((value) => value ?? "NULL").join(" | ")), `${output.total} rows`);
        break;
      case "command":
        others.push(output.tag);
        break;
      case "notice":
        others.push(`${output.severity}: ${output.message}`);
        break;
      case "overflowed":
        break;
      default:
        unreachable(output);
    }
  }
  return [...toLines(streams.stdout), ...toLines(streams.stderr), ...others].map(normalise);
}

const toLines = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

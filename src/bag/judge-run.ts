/** Whether what a journal says holds together: with the files beside it, and with itself. */
import {createHash} from "node:crypto";
import {join} from "node:path";
import type {Material} from "../evidence/material.ts";
import type {DocumentChanged, Event, Output, RunStarted, Stream} from "../model/event.ts";
import type {EndedAttempt} from "../model/run.ts";
import {attemptsOf, goesOn} from "../model/run.ts";
import type {StepId} from "../model/runbook.ts";
import {concludeRun} from "../model/verdict.ts";
import {outputName} from "../runtime/attempt-output.ts";
import {bagPath} from "./manifest.ts";
import {hashFile} from "./tree.ts";

/** `hashes`: of the payload, by path. */
export type Hashes = ReadonlyMap<string, string>;

/** The documents that ran are those that the journal names by their sha256, and there are no others. */
export function judgeDocuments({events}: Material, hashes: Hashes): readonly string[] {
  const expected = new Map<string, string>();
  for (const event of events) {
    if (event.type !== "run-started" && event.type !== "document-changed") continue;
    const inside = event.type === "run-started" ? "data/" : `data/${event.folder}/`;
    for (const [path, sha256] of documentsOf(event)) expected.set(inside + path, sha256);
  }
  const problems = [...expected].flatMap(([path, sha256]) => {
    const now = hashes.get(path);
    return now === undefined ? [`${path} is missing`] : now === sha256 ? [] : [`${path} is not what ran`];
  });
  const known = /^data\/(?:journal\.ndjson|drill\.json|environment\.json|junit\.xml|notebook\.(?:html|md|ipynb)|outputs\/[^/]+)$/;
  const others = [...hashes.keys()].filter((path) => !expected.has(path) && !known.test(path));
  return [...problems, ...others.map((path) => `${path} belongs to no run`)];
}

const documentsOf = ({runbook, files, includes}: RunStarted | DocumentChanged): readonly (readonly [path: string, sha256: string])[] => [
  ["runbook.md", runbook.digest],
  ...Object.entries(files).map(([name, sha256]) => [`files/${bagPath(name)}`, sha256] as const),
  ...Object.entries(includes).map(([name, sha256]) => [`includes/${bagPath(name)}`, sha256] as const)
];

/** What each attempt printed has the sha256 and the size that its end recorded; files of outputs are those of attempts. */
export function judgeOutputs({run}: Material, hashes: Hashes, root: string): readonly string[] {
  const problems: string[] = [];
  const used = new Set<string>();
  for (const [id, step] of run.steps.entries()) {
    const ended = attemptsOf(step);
    const unseen = [...ended.filter(({outcome}) => outcome.type === "lost"), ...(goesOn(step) ? [step.attempt] : [])];
    // Their runner may have been killed before it wrote down that there is a file.
    for (const {number} of unseen) for (const extension of ["out", "err"]) used.add(pathOf(outputName(id, number, extension)));
    for (const attempt of ended)
      for (const stream of ["stdout", "stderr"] as const) problems.push(...judgeStream(id, attempt, stream, {hashes, used, root}));
  }
  for (const path of hashes.keys()) if (path.startsWith("data/outputs/") && !used.has(path)) problems.push(`${path} is of no attempt`);
  return problems;
}

const pathOf = (file: string): string => `data/outputs/${bagPath(file)}`;

function judgeStream(
  id: StepId,
  {number, outputs, ending, outcome}: EndedAttempt,
  stream: Stream,
  {hashes, used, root}: {readonly hashes: Hashes; readonly used: Set<string>; readonly root: string}
): readonly string[] {
  const {sha256, truncated, bytes} = ending.streams[stream];
  const all = outputs.toArray().filter((output) => "stream" in output && output.stream === stream);
  const file = all.find((output) => output.type === "overflowed")?.file;
  const name = `${stream} of ${id}, attempt ${number},`;
  if (file !== undefined) {
    const path = pathOf(file);
    used.add(path);
    const now = hashes.get(path);
    if (now === undefined) return [`${path} is missing`];
    // Of a lost attempt more may be in the file than its runner came to write down.
    const same = now === sha256 || (outcome.type === "lost" && hashFile(join(root, path), bytes).sha256 === sha256);
    return truncated || same ? [] : [`${name} is not what its end recorded: ${path}`];
  }
  const text = Buffer.concat(all.map(bytesOf));
  if (truncated) return [];
  const now = createHash("sha256").update(text).digest("hex");
  return text.length === bytes && now === sha256 ? [] : [`${name} is not what its end recorded`];
}

const bytesOf = (output: Output): Buffer =>
  output.type === "text" ? Buffer.from(output.text) : output.type === "base64" ? Buffer.from(output.base64, "base64") : Buffer.alloc(0);

/** The outcome of the run follows from its facts, and that of each attempt from its promises. */
export function judgeVerdicts({runbook, begun, run, events}: Material): readonly string[] {
  const problems: string[] = [];
  const promised = promisesOf(events, [begun, runbook]);
  for (const [id, step] of run.steps.entries())
    for (const attempt of attemptsOf(step)) {
      if (attempt.outcome.type !== "passed") continue;
      const checks = attempt.checks.toArray();
      if (checks.some(({met}) => !met)) problems.push(`${id}, attempt ${attempt.number}, passed though an expectation was not met`);
      else if (checks.length < promised(id, attempt))
        problems.push(`${id}, attempt ${attempt.number}, passed though not all was checked that it promises`);
    }
  if (run.ended === null) return problems;
  const {outcome, reason} = concludeRun(runbook, run, null);
  const waited =
    [...run.steps.entries()].some(([, {status}]) => status === "asked") || [...run.inputs.values()].some(({status}) => status === "asked");
  if (outcome !== run.ended.outcome && !(run.ended.outcome === "stopped" && waited))
    problems.push(`the run ended ${run.ended.outcome}, and its facts say ${outcome}: ${reason}`);
  return problems;
}

/** How many expectations the text that an attempt executed had; none where it is not of a document that is known. */
function promisesOf(events: readonly Event[], books: readonly Material["runbook"][]) {
  const known = new Map<string, number>();
  for (const {steps} of books)
    for (const step of steps)
      if (step.type === "cell") {
        const sha256 = createHash("sha256").update(step.source).digest("hex");
        known.set(`${step.id} ${sha256}`, step.expectations.length);
      }
  const ready = new Set(events.flatMap((event) => (event.type === "cell-ready" ? [`${event.step} ${event.attempt}`] : [])));
  return (id: StepId, {number, execution}: EndedAttempt): number =>
    ready.has(`${id} ${number}`) ? 0 : (known.get(`${id} ${execution.sha256}`) ?? 0);
}

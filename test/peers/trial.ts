/** Runs a small runbook through the built command line, and gives what became of it as the journal tells. */
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

import type {Event, Output} from "../../src/model/event.ts";
import type {StepRun} from "../../src/model/run.ts";
import {fold, stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {standing} from "../../src/model/standing.ts";
import type {Place, Said} from "../cli/command.ts";

export interface Trial extends Said, Journalled {}
export interface Journalled {
  readonly folder: string; // of the run
  readonly events: readonly Event[];
  stands(id: string): string;
  step(id: string): StepRun;
  outputs(id: string): readonly Output[];
  printed(id: string): string;
}

let counter = 0;

/** Executes the text as a runbook to its end. */
export async function trial(
  place: Place,
  text: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {}
): Promise<Trial> {
  const started = begin(place, text, args, env);
  const {exitCode, stdout, stderr} = await started.process;
  return {exit: exitCode ?? -1, stdout, stderr, ...journalled(started.folder())};
}

/** The same, still going. */
export function begin(place: Place, text: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const name = `trial-${counter++}`;
  const runs = join(place.folder, `${name}-runs`);
  const process = place.start(
    ["exec", place.file(`${name}.md`, text.startsWith("---") ? text : `# Trial\n\n${text}`), "--runs-dir", runs, ...args],
    env
  );
  const folder = (): string => join(runs, existsSync(runs) ? (readdirSync(runs)[0] ?? "none") : "none");
  return {process, runs, folder};
}

export function journalled(folder: string): Journalled {
  const journal = join(folder, "journal.ndjson");
  const events = existsSync(journal)
    ? readFileSync(journal, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Event)
    : [];
  const run = fold(events);
  const step = (id: string): StepRun => stepRun(run, id as StepId);
  const outputs = (id: string): readonly Output[] =>
    events.flatMap((event) => (event.type === "output-written" && event.step === id ? [event.output] : []));
  return {
    folder,
    events,
    step,
    stands: (id) => standing(step(id)),
    outputs,
    printed: (id) =>
      outputs(id).reduce((text, output) => (output.type === "text" && output.stream === "stdout" ? text + output.text : text), "")
  };
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Ids of the processes that were called with exactly this argument. */
export function alive(mark: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(mark);
    } catch {
      return false;
    }
  });
}

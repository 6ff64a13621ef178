import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {onTestFinished} from "vitest";
import type {Event} from "../../src/model/event.ts";
import {planRun} from "../../src/model/plan.ts";
import type {Runbook, SectionId} from "../../src/model/runbook.ts";
import type {Performance, RunRequest} from "../../src/runtime/conductor.ts";
import {perform} from "../../src/runtime/perform.ts";
import {conduct, sh} from "./tiny.ts";

export interface Tried {
  readonly performance: Performance;
  readonly events: Event[];
}

/** Begins a run in a folder that is gone when the test is over. */
export async function begin(
  book: Runbook,
  {section = null, ...request}: Partial<RunRequest> & {section?: SectionId | null} = {}
): Promise<Tried> {
  const folder = await temporaryFolder();
  const events: Event[] = [];
  const performance = await perform({
    runbook: book,
    bytes: Buffer.from("tiny\n"),
    directory: folder,
    runsDirectory: join(folder, "runs"),
    plan: planRun(book, {section}),
    mode: "drill",
    operator: "ada",
    kinds: [sh],
    environment: {PATH: process.env.PATH ?? ""},
    values: [],
    conductor: conduct(book),
    onEvents: (heard) => events.push(...heard),
    ...request
  });
  onTestFinished(() => performance.kill());
  return {performance, events};
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runbook-test-"));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}

/** Whether a run can go on with a document as it is now: the bytes it began with are known by their sha256. */
import {createHash} from "node:crypto";
import {mkdir, readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import type {DocumentChanged, GitState, RunStarted} from "../model/event.ts";
import type {Plan} from "../model/plan.ts";
import type {Run} from "../model/run.ts";
import {attemptsOf, stepRun} from "../model/run.ts";
import type {Runbook, Step} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {settled} from "../model/standing.ts";
import {UsageError} from "../model/usage-error.ts";
import type {WholeDocument} from "./run-folder.ts";
import {findAll, keepDocument, syncFolder} from "./run-folder.ts";

/** What differs from what the run began with, in words: "runbook.md", "schema.sql, which is gone". */
export async function findChanges(start: RunStarted, {runbook, bytes, directory}: WholeDocument): Promise<readonly string[]> {
  const changes = sha256(bytes) === start.runbook.digest ? [] : [runbook.path];
  for (const [name, digest] of Object.entries({...start.files, ...start.includes})) {
    const now = await readFile(join(directory, name)).catch(() => null);
    if (now === null) changes.push(`${name}, which is gone`);
    else if (sha256(now) !== digest) changes.push(name);
  }
  const found = await findAll(directory, runbook).catch(() => []);
  return [...changes, ...found.filter((name) => !Object.hasOwn(start.files, name)).map((name) => `${name}, which is new`)];
}

/** Cells that were executed with another text; throws a `UsageError` where nobody can tell which steps the run has passed. */
export function findChangedSteps({steps}: Runbook, run: Run): readonly Step[] {
  const changed = steps.filter((step) => {
    const now = stepRun(run, step.id);
    const attempts = now.status === "running" || now.status === "background" ? [...now.earlier, now.attempt] : attemptsOf(now);
    const executed = attempts.findLast(({execution}) => !execution.edited) ?? attempts.at(-1);
    return step.type === "cell" && executed !== undefined && executed.execution.sha256 !== sha256(step.source);
  });
  const doubtful = steps.find(
    (step) => !step.written && settled(stepRun(run, step.id)) && (step.type !== "cell" || changed.some(({id}) => id === step.id))
  );
  if (doubtful)
    throw new UsageError(
      `the runbook has changed, and "${stepName(doubtful)}" has no id of its own: whether it is the step that the run has got past, nobody can tell; put the runbook back as it was, or start another run`
    );
  return changed;
}

/** Puts the bytes that the run goes on with into its folder. */
export async function keepChanges(
  folder: string,
  document: WholeDocument,
  {plan, git}: {plan: Plan; git: GitState | null}
): Promise<DocumentChanged> {
  const earlier = (await readdir(folder)).filter((name) => name.startsWith("changed-")).length;
  const name = `changed-${earlier + 1}`;
  await mkdir(join(folder, name));
  const kept = await keepDocument(join(folder, name), document);
  await syncFolder(folder);
  const {path, title, revision} = document.runbook;
  return {type: "document-changed", folder: name, runbook: {path, title, revision, digest: sha256(document.bytes), git}, ...kept, plan};
}

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Performs a runbook: makes the run folder, starts the journal, and goes to work. */
import {v7} from "uuid";
import {blank} from "../model/run.ts";
import type {Runbook, RunId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Performance, RunRequest} from "./conductor.ts";
import {readGitState} from "./git-state.ts";
import {readGivenInputs} from "./inputs.ts";
import {openJournal} from "./journal.ts";
import {startPerforming} from "./performing.ts";
import {readSecrets} from "./prepare.ts";
import {makeRunFolder} from "./run-folder.ts";
import {identify} from "./tools.ts";

/** Resolves once the run has started, which is on disk then; throws a `UsageError`, with nothing run, when the request is wrong. */
export async function perform(request: RunRequest): Promise<Performance> {
  const {runbook, directory, runsDirectory, bytes, plan, mode, operator, environment} = request;
  refuseErrors(runbook);
  const given = readGivenInputs(request);
  const secrets = readSecrets(request);
  const id = v7() as RunId;
  const asked = Promise.all([identify(runbook, environment), readGitState(directory, runbook, environment)]);
  const folder = await makeRunFolder({id, runsDirectory, directory, runbook, bytes, included: request.included ?? new Map()});
  const [by, git] = await asked;
  const {title, revision, digest, path} = runbook;
  return startPerforming(request, {
    id,
    folder: folder.path,
    secrets,
    run: blank,
    cutShort: new Set(),
    openJournal: (listener) => openJournal(folder.path, listener),
    begin: async (stage) =>
      void (await stage.record({
        type: "run-started",
        v: 1,
        run: id,
        runbook: {path, title, revision, digest, git},
        files: folder.files,
        includes: folder.includes,
        directory,
        mode,
        operator,
        by,
        plan
      })),
    given
  });
}

/** A document with an error is not run at all. */
export function refuseErrors({problems}: Runbook): void {
  const error = problems.find(({severity}) => severity === "error");
  if (error) throw new UsageError(`${error.path}:${error.span.line}:${error.span.column}  error  ${error.message}  ${error.rule}`);
}

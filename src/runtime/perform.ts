/** Performs a runbook: makes the run folder, starts the journal, drives the run, and lets people interrupt it. */
import {v7} from "uuid";
import type {Event, RunnerIdentity, RunStarted} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {apply, blank, fold} from "../model/run.ts";
import type {RunId, StepId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {GivenValue, Performance, RunRequest} from "./conductor.ts";
import type {Quitting} from "./drive.ts";
import {drive} from "./drive.ts";
import {host, user} from "./identity.ts";
import {readGivenInputs, refuseInput, setInput} from "./inputs.ts";
import {openJournal} from "./journal.ts";
import {killProcessesOf} from "./kill-run.ts";
import {prepareStage, readSecrets} from "./prepare.ts";
import {makeRunFolder} from "./run-folder.ts";
import type {Interruptible, Interruption} from "./stage.ts";
import {version} from "./version.ts";

/** Resolves once the run has started, which is on disk then; throws a `UsageError`, with nothing run, when the request is wrong. */
export async function perform(request: RunRequest): Promise<Performance> {
  const {runbook, directory, runsDirectory, bytes, plan, mode, operator} = request;
  const error = runbook.problems.find(({severity}) => severity === "error");
  if (error) throw new UsageError(`${error.path}:${error.span.line}:${error.span.column}  error  ${error.message}  ${error.rule}`);
  const given = readGivenInputs(request);
  const secrets = readSecrets(request);
  const id = v7() as RunId;
  const folder = await makeRunFolder({id, runsDirectory, directory, runbook, bytes});

  let run: Run = blank; // as it was heard
  let coming: Run = blank; // with what is still to be written
  const journal = await openJournal(folder.path, {
    accept: (event) => {
      coming = apply(coming, event);
    },
    hear: (events) => {
      run = fold(events, run);
      tell(request, events);
    }
  });
  const running = new Set<{readonly step: StepId} & Interruptible>();
  const quit = new AbortController();
  let withdrawn = false; // what is being passed was cancelled, perhaps before there was anything to interrupt
  const stage = prepareStage(request, id, folder.path, journal, secrets, {
    run: () => run,
    interruptible: (step) => {
      const one = {step, ...createInterruptible(() => running.delete(one))};
      running.add(one);
      if (withdrawn || quit.signal.aborted || journal.failure.aborted) one.interrupt({type: "cancelled"});
      return one;
    },
    beginPass: () => {
      withdrawn = false;
    },
    withdrawn: () => withdrawn
  });
  journal.failure.addEventListener("abort", () => interruptAll());

  try {
    const {title, revision, digest, path} = runbook;
    const started: RunStarted = {
      type: "run-started",
      v: 1,
      run: id,
      runbook: {path, title, revision, digest},
      files: folder.files,
      includes: {},
      directory,
      mode,
      operator,
      by: identify(),
      plan
    };
    await stage.record(started);
  } catch (error) {
    await journal.close().catch(() => {});
    throw error;
  }
  const done = performGiven().finally(() => journal.close());
  done.catch(() => {}); // whoever waits for it hears of it

  return {
    id,
    folder: folder.path,
    get run() {
      return run;
    },
    get syncs() {
      return journal.syncs;
    },
    done: done.then(() => run),
    record: async (fact) => {
      if (run.ended !== null) throw new UsageError("the run has ended");
      if (fact.type === "input-set") await setGiven(fact);
      else await stage.record(fact);
    },
    cancelStep: async (by) => {
      const steps = [...running];
      for (const {step} of steps) await stage.record({type: "cancel-requested", by, step});
      if (steps.length > 0) interruptAll();
    },
    cancel: async (by) => {
      if (run.cancelled === null) await stage.record({type: "cancel-requested", by, step: null});
      interruptAll();
    },
    kill: async () => {
      stop("killed");
      if (run.cancelled === null && run.ended === null)
        await stage.record({type: "cancel-requested", by: operator, step: null}).catch(() => {});
      killProcessesOf(id);
      await done.catch(() => {});
      killProcessesOf(id);
    },
    leave: async () => {
      stop("left");
      await done.catch(() => {});
    }
  };

  function stop(why: Quitting): void {
    quit.abort(why);
    interruptAll();
  }

  async function setGiven(given: GivenValue): Promise<void> {
    const input = runbook.inputs.find((input) => input.name === given.name);
    if (!input) throw new UsageError(`there is no input "${given.name}"`);
    const refused = refuseInput(input, given.value);
    if (refused !== null) throw new UsageError(refused);
    await setInput(stage, input, given);
  }

  async function performGiven(): Promise<void> {
    for (const input of runbook.inputs) {
      const value = given.get(input.name);
      if (value) await setInput(stage, input, value);
    }
    await drive(stage, quit.signal);
  }

  function interruptAll(): void {
    withdrawn = true;
    for (const one of [...running]) one.interrupt({type: "cancelled"});
  }
}

function createInterruptible(end: () => void): Interruptible {
  const control = new AbortController();
  return {signal: control.signal, interrupt: (reason: Interruption) => control.abort(reason), end};
}

/** A view that fails must not take the run with it. */
function tell({onEvents}: RunRequest, events: readonly Event[]): void {
  try {
    onEvents(events);
  } catch (error) {
    process.emitWarning(`a view of the run failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

const identify = (): RunnerIdentity => ({
  host,
  user,
  pid: process.pid,
  tools: {runbook: version, node: process.version}
});

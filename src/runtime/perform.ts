/** Performs a runbook: makes the run folder, starts the journal, drives the run, and lets people interrupt it. */
import {hostname, userInfo} from "node:os";
import {v7} from "uuid";
import type {Event, Fact, RunnerIdentity, RunStarted} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {blank, fold} from "../model/run.ts";
import type {RunId, StepId} from "../model/runbook.ts";
import {stepsById} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Performance, RunRequest} from "./conductor.ts";
import {drive} from "./drive.ts";
import {readGivenInputs, setInput} from "./inputs.ts";
import type {Journal} from "./journal.ts";
import {openJournal} from "./journal.ts";
import {killProcessesOf} from "./kill-run.ts";
import {createMilestones} from "./milestones.ts";
import {findReads} from "./reads.ts";
import {createRedactor, shortestSecret} from "./redact.ts";
import {redactFact} from "./redact-fact.ts";
import {makeRunFolder} from "./run-folder.ts";
import {createSessions} from "./sessions.ts";
import type {Interruptible, Interruption, Stage} from "./stage.ts";
import {createTargets} from "./targets.ts";
import {createVariables} from "./variables.ts";
import {version} from "./version.ts";

/** Resolves once the run has started, which is on disk then; throws a `UsageError`, with nothing run, when the request is wrong. */
export async function perform(request: RunRequest): Promise<Performance> {
  const {runbook, directory, runsDirectory, bytes, plan, mode, operator} = request;
  const error = runbook.problems.find(({severity}) => severity === "error");
  if (error) throw new UsageError(`${error.path}:${error.span.line}:${error.span.column}  error  ${error.message}  ${error.rule}`);
  const given = readGivenInputs(request);
  const id = v7() as RunId;
  const folder = await makeRunFolder({id, runsDirectory, directory, runbook, bytes});

  let run: Run = blank;
  const journal = await openJournal(folder.path, (events) => {
    run = fold(events, run);
    tell(request, events);
  });
  const running = new Set<{readonly step: StepId} & Interruptible>();
  let killed = false;
  const stage = prepare(request, id, folder.path, journal, {
    run: () => run,
    interruptible: (step) => {
      const one = {step, ...createInterruptible(() => running.delete(one))};
      running.add(one);
      if (killed || journal.failure.aborted) one.interrupt({type: "cancelled"});
      return one;
    }
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
      if (fact.type !== "input-set") await stage.record(fact);
      else await setInput(stage, findInput(fact.name), fact);
    },
    cancelStep: async (by) => {
      const steps = [...running];
      for (const {step} of steps) await stage.record({type: "cancel-requested", by, step});
      for (const one of steps) one.interrupt({type: "cancelled"});
    },
    cancel: async (by) => {
      if (run.cancelled === null) await stage.record({type: "cancel-requested", by, step: null});
      interruptAll();
    },
    kill: async () => {
      killed = true;
      if (run.cancelled === null && run.ended === null)
        await stage.record({type: "cancel-requested", by: operator, step: null}).catch(() => {});
      interruptAll();
      killProcessesOf(id);
      await done.catch(() => {});
      killProcessesOf(id);
    }
  };

  async function performGiven(): Promise<void> {
    for (const input of runbook.inputs) {
      const value = given.get(input.name);
      if (value) await setInput(stage, input, value);
    }
    await drive(stage, () => killed);
  }

  function interruptAll(): void {
    for (const one of [...running]) one.interrupt({type: "cancelled"});
  }

  function findInput(name: string): RunRequest["runbook"]["inputs"][number] {
    const input = runbook.inputs.find((input) => input.name === name);
    if (!input) throw new UsageError(`there is no input "${name}"`);
    return input;
  }
}

function prepare(
  request: RunRequest,
  id: RunId,
  folder: string,
  journal: Journal,
  {run, interruptible}: {run: () => Run; interruptible: Stage["interruptible"]}
): Stage {
  const {runbook, directory, kinds} = request;
  const {settings} = runbook;
  const redactor = createRedactor();
  const variables = createVariables();
  const given = new Map(request.values.map(({name, value}) => [name, value]));
  const fileValues = Object.fromEntries(request.values.flatMap(({name, value, via}) => (via === "--env-file" ? [[name, value]] : [])));
  const processes = {...request.environment, ...fileValues};
  for (const name of settings.secrets) {
    const value = given.get(name) ?? request.environment[name];
    if (value !== undefined && value.length < shortestSecret)
      throw new UsageError(`secret ${name} has ${value.length} characters; it cannot be kept out of the record`);
    if (value !== undefined) redactor.add(name, value);
  }
  const record = (fact: Fact): Promise<Event> => journal.append(redactFact(redactor, fact));
  const targets = createTargets({
    settings,
    lookup: (name) => variables.texts.get(name) ?? given.get(name) ?? request.environment[name],
    environment: processes,
    runDirectory: folder,
    addSecret: (name, value) => redactor.add(name, value)
  });
  const own = {
    RUNBOOK_RUN: id,
    RUNBOOK_RUN_DIRECTORY: folder,
    RUNBOOK_DIRECTORY: directory,
    RUNBOOK_MODE: request.mode,
    RUNBOOK_OPERATOR: request.operator
  };
  const sessions = createSessions((name, on) => ({
    run: id,
    name,
    on,
    settings,
    directory,
    runDirectory: folder,
    environment: async () => ({...processes, ...(await targets.environment()), ...own}),
    connection: (connection) => targets.connection(connection),
    record: async (fact) => void (await record(fact))
  }));
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  return {
    request,
    id,
    folder,
    journal,
    redactor,
    variables,
    sessions,
    targets,
    reads: findReads(runbook),
    milestones: createMilestones(request),
    facts: new Map(),
    shells: new Map(),
    get run() {
      return run();
    },
    steps: stepsById(runbook),
    stepIds: runbook.steps.map((step) => step.id),
    kindOf: ({kind}) => byName.get(kind)!, // the parser has checked
    record,
    write: (fact) => journal.write(redactFact(redactor, fact)),
    interruptible,
    stoppedAt: null,
    notes: []
  };
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
  host: hostname(),
  user: userInfo().username,
  pid: process.pid,
  tools: {runbook: version, node: process.version}
});

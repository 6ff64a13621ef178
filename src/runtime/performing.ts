/** A run at work: its journal is open, people can interrupt it, and it is driven to its end. */
import type {Event} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {apply, fold} from "../model/run.ts";
import type {RunId, StepId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {GivenValue, Performance, RunRequest} from "./conductor.ts";
import type {Quitting} from "./drive.ts";
import {drive} from "./drive.ts";
import {refuseInput, setInput} from "./inputs.ts";
import type {Journal, JournalListener} from "./journal.ts";
import {killProcessesOf} from "./kill-run.ts";
import {prepareStage} from "./prepare.ts";
import {registerEnd, registerStart} from "./register.ts";
import type {Interruptible, Interruption, Stage} from "./stage.ts";

export interface Beginning {
  readonly id: RunId;
  readonly folder: string; // absolute
  readonly secrets: ReadonlyMap<string, string>;
  readonly run: Run; // as it stands before
  readonly cutShort: ReadonlySet<StepId>;
  openJournal(listener: JournalListener): Promise<Journal>;
  /** Records what is first; nothing is executed before that is on disk. */
  begin(stage: Stage): Promise<void>;
  readonly given: ReadonlyMap<string, GivenValue>; // inputs to set then
}

/** Resolves once what is first is on disk. */
export async function startPerforming(
  request: RunRequest,
  {id, folder, secrets, run: before, cutShort, openJournal, begin, given}: Beginning
): Promise<Performance> {
  const {runbook, operator} = request;
  let run: Run = before; // as it was heard
  let coming: Run = before; // with what is still to be written
  const journal = await openJournal({
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
  let passedBy: string | null = null;
  let withdrawn = false; // what is being passed was cancelled, perhaps before there was anything to interrupt
  const stage = prepareStage(request, id, folder, journal, secrets, {
    run: () => run,
    interruptible: (step) => {
      const one = {step, ...createInterruptible(() => running.delete(one))};
      running.add(one);
      if (withdrawn || quit.signal.aborted || journal.failure.aborted) one.interrupt({type: "cancelled"});
      return one;
    },
    beginPass: (by) => {
      passedBy = by;
      withdrawn = false;
    },
    withdrawn: () => withdrawn,
    passedBy: () => passedBy,
    cutShort
  });
  journal.failure.addEventListener("abort", () => interruptAll());

  try {
    await begin(stage);
    if (before.start === null) await registerStart(request, folder, run);
  } catch (error) {
    await journal.close().catch(() => {});
    throw error;
  }
  const done = performGiven()
    .then(() => (run.ended === null ? undefined : registerEnd(request, folder, run)))
    .finally(() => journal.close());
  done.catch(() => {}); // whoever waits for it hears of it

  return {
    id,
    folder,
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
    type: (step, text, by, via) => {
      const terminal = stage.terminals.get(step);
      return terminal ? terminal.type(text, by, via) : `"${step}" is not running in a terminal`;
    },
    resize: (step, size) => stage.terminals.get(step)?.resize(size),
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
    if (request.closing) await stage.record(request.closing);
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

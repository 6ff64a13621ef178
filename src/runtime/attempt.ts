/** One time a cell is executed: started on disk before anything is spawned, ended on disk before the next step. */
import {createHash} from "node:crypto";
import {formatDuration} from "../model/duration.ts";
import type {Ending, Execution, Outcome} from "../model/event.ts";
import type {AnyKind, Emit, Finish, Task} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";
import type {OutputTotals} from "./attempt-output.ts";
import {recordOutput} from "./attempt-output.ts";
import {holdOutput} from "./held-output.ts";
import {host, user} from "./identity.ts";
import {whenAborted} from "./inputs.ts";
import type {Judgement} from "./judge.ts";
import {judge, readCapture} from "./judge.ts";
import {claimTarget, connectionOf} from "./reach-target.ts";
import {markOf} from "./redact.ts";
import {scopeOf} from "./scope.ts";
import {sessionKey} from "./sessions.ts";
import type {Interruption, Stage} from "./stage.ts";
import {openTerminal} from "./terminal.ts";
import {holdsBack, WithheldOutput} from "./withheld-output.ts";

export async function attemptCell(
  stage: Stage,
  cell: Cell,
  attempt: number,
  timeoutMs: number | null,
  destructive: boolean
): Promise<Outcome> {
  const kind = stage.kindOf(cell);
  const running = stage.interruptible(cell.id);
  const opening = kind.where && cell.options.on !== null ? openFirst(stage, kind, cell, running.signal) : null;
  await stage.record({
    type: "cell-started",
    step: cell.id,
    attempt,
    by: stage.passedBy,
    execution: {...describe(stage, cell), ...(await opening?.where)}
  });
  const {journal, redactor, folder} = stage;
  const recorded = recordOutput({journal, redactor, folder, step: cell.id, attempt});
  const held = holdOutput({text: stage.reads.readsText(cell)});
  let withheld = cell.captures.some((capture) => holdsBack(stage, capture)) ? new WithheldOutput() : null;
  let suppressed = false;
  let holding = true;
  let over = false;
  let stop = (): void => running.interrupt({type: "cancelled"});
  const emit: Emit = (output) => {
    if (over || journal.failure.aborted) return;
    if (holding) held.take(output);
    if (!cell.options.recordOutput && output.type !== "command") suppressed = true;
    else if (withheld) withheld.take(output);
    else if (recorded.failure !== null) stop();
    else return recorded.emit(output);
  };

  const terminal = cell.options.tty ? openTerminal(stage, {step: cell.id, attempt, before: recorded.flush}) : null;
  if (terminal) stage.terminals.set(cell.id, terminal);
  const began = performance.now();
  const timer =
    timeoutMs === null
      ? null
      : setTimeout(() => running.interrupt({type: "timed-out", afterMs: timeoutMs}), Math.min(timeoutMs, 2 ** 31 - 1));
  let finish: Finish;
  try {
    const session = await Promise.race([opening?.session ?? stage.sessions.open(kind, cell), whenAborted(running.signal)]);
    running.signal.throwIfAborted();
    const claim: Task["claim"] = async (server) =>
      claimTarget(stage, cell, await stage.targets.connection(connectionOf(stage, cell)), server, running.signal);
    const task: Task = {
      cell,
      config: cell.config,
      attempt,
      timeoutMs,
      variables: stage.variables.bound,
      runLabel: `runbook ${stage.id} ${cell.id}`,
      terminal: terminal?.line ?? null,
      claim: destructive && kind.targets === "connections" ? claim : null
    };
    finish = await Promise.race([kind.execute(task, session, emit, running.signal), giveUp(running.signal)]);
    holding = false;
    over = !finish.background;
  } catch (error) {
    finish = toFinish(running.signal.aborted ? null : error);
    over = true;
  } finally {
    if (timer) clearTimeout(timer);
    stage.terminals.delete(cell.id);
    running.end();
  }
  const background = finish.background;
  stop = () => background?.end(false);
  if (journal.failure.aborted && background) {
    stop();
    stage.backgrounds.follow(background, async () => {});
  }
  journal.failure.throwIfAborted();

  const durationMs = Math.round(performance.now() - began);
  const facts = held.facts(finish, durationMs);
  if (finish.shell) stage.shells.set(sessionKey(cell), finish.shell);
  if (stage.reads.laterReads(cell.id)) stage.facts.set(cell.id, facts);
  const scope = scopeOf(stage, {cell, attempt: facts});
  const notes = [finish.error?.detail ?? null, finish.detail];
  if (withheld) notes.push(await withheld.release(cell, (capture) => readCapture(capture, scope, redactor), stage, recorded.emit));
  const dropped = withheld?.dropped ?? false;
  withheld = null;
  const reason = interruptionOf(finish, running.signal, timeoutMs);
  const judged = reason === null ? judge(cell, kind, finish, scope, redactor) : interrupted(reason, finish);
  // A failure that was promised: what was refused, and in which words, is part of the record.
  if (judged.outcome.type === "passed" && finish.error !== null) notes.unshift(finish.error.message);
  const goesOn = background !== undefined && judged.outcome.type === "passed" && recorded.failure === null;
  if (background && !goesOn) {
    stop();
    finish = await background.ended;
  }
  const early = goesOn ? null : await recorded.end();
  const outcome = outcomeOf(judged.outcome, early);
  for (const check of judged.checks) stage.write({type: "expectation-checked", step: cell.id, attempt, ...check});
  for (const {capture, value} of outcome.type === "passed" ? judged.captured : []) {
    const shown = capture.secret && value !== "" ? markOf(capture.name) : redactor.text(value).text;
    const secret = capture.secret || shown !== value;
    const exact = (capture.secret && value !== "") || redactor.restore(shown) === value;
    const {seq} = stage.write({type: "variable-captured", step: cell.id, attempt, name: capture.name, value: shown, secret, exact});
    stage.variables.set(capture.name, {value, secret, setAt: seq});
  }
  const end = async (outcome: Outcome, last: Finish, totals: OutputTotals): Promise<void> => {
    const ending = toEnding({
      finish: last,
      totals,
      durationMs: Math.round(performance.now() - began),
      rowCount: held.rowCount,
      suppressed: suppressed || dropped,
      detail: notes.filter((note) => note !== null).join("\n")
    });
    await stage.record({type: "cell-ended", step: cell.id, attempt, outcome, ending});
  };
  if (early) await end(outcome, finish, early);
  else {
    await stage.record({type: "cell-ready", step: cell.id, attempt, process: background!.process});
    background!.recorded();
    stage.backgrounds.follow(background!, async (outcome, last) => {
      over = true;
      notes.push(last?.detail ?? null);
      const totals = await recorded.end();
      if (outcome !== null) await end(outcomeOf(outcome, totals), last ?? finish, totals);
    });
  }
  return outcome;
}

/** What could not be recorded has not passed. */
const outcomeOf = (outcome: Outcome, totals: OutputTotals | null): Outcome =>
  totals === null || totals.failure === null ? outcome : {type: "failed", message: totals.failure, place: null};

/** Who and where a cell is executed on another host is known once its session is open; a session that cannot be had fails the attempt. */
function openFirst(stage: Stage, kind: AnyKind, cell: Cell, signal: AbortSignal) {
  const session = stage.sessions.open(kind, cell);
  const where = Promise.race([session, whenAborted(signal)]).then(
    (open) => (signal.aborted ? null : pick(kind.where!(open))),
    () => null
  );
  return {session, where};
}
const pick = ({host, user}: {readonly host: string; readonly user: string}) => ({host, user});

/** An attempt that ends before it could begin: what decides about it raised. */
export async function failAttempt(stage: Stage, cell: Cell, attempt: number, message: string): Promise<void> {
  await stage.record({type: "cell-started", step: cell.id, attempt, by: stage.passedBy, execution: describe(stage, cell)});
  const nothing = {bytes: 0, sha256: createHash("sha256").digest("hex"), truncated: false};
  const ending = toEnding({
    finish: toFinish(null),
    totals: {streams: {stdout: nothing, stderr: nothing}, redactions: 0, failure: null},
    durationMs: 0,
    rowCount: null,
    suppressed: false,
    detail: ""
  });
  await stage.record({type: "cell-ended", step: cell.id, attempt, outcome: {type: "failed", message, place: null}, ending});
}

/** Why it did not come to an end of its own; null: it did. */
function interruptionOf({endedFirst, timedOut}: Finish, signal: AbortSignal, timeoutMs: number | null): Interruption | null {
  if (signal.aborted && !endedFirst) return signal.reason as Interruption;
  return timedOut && timeoutMs !== null ? {type: "timed-out", afterMs: timeoutMs} : null;
}

/** The reason that came first, unless nobody can know whether what was started has ended. */
function interrupted(reason: Interruption, {lost}: Finish): Judgement {
  const words = reason.type === "cancelled" ? "cancelled" : `timed out after ${formatDuration(reason.afterMs)}`;
  return {outcome: lost === null ? reason : {type: "lost", message: `${words}; ${lost}`}, checks: [], captured: []};
}

const patienceMs = 20_000;

/** A cell that cannot be ended must not keep the run from ending. */
async function giveUp(signal: AbortSignal): Promise<Finish> {
  await whenAborted(signal);
  await new Promise((wake) => setTimeout(wake, patienceMs).unref());
  return {...toFinish(null), lost: `it could not be ended within ${formatDuration(patienceMs)}`};
}

function describe(stage: Stage, cell: Cell): Execution {
  const {session, on} = cell.options;
  const local = stage.kindOf(cell).targets === "hosts" ? "local" : "default";
  return {
    text: stage.redactor.text(cell.source).text,
    sha256: createHash("sha256").update(cell.source).digest("hex"),
    edited: cell.source !== (stage.steps.get(cell.id) as Cell).source,
    session,
    target: on ?? local,
    host,
    user,
    detail: detailOf(cell.config)
  };
}

/** The kind's own options, as far as they are plain values. */
function detailOf(config: unknown): Readonly<Record<string, string>> {
  if (typeof config !== "object" || config === null) return {};
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) =>
      ["string", "number", "boolean"].includes(typeof value) ? [[name, String(value)]] : []
    )
  );
}

function toFinish(error: unknown): Finish {
  return {
    exit: null,
    signal: null,
    sqlstate: null,
    error: error === null ? null : {message: error instanceof Error ? error.message : String(error), place: null, detail: null},
    lost: null,
    state: null,
    transaction: null,
    leftovers: [],
    kept: [],
    detail: null,
    shell: null
  };
}

interface Ended {
  readonly finish: Finish;
  readonly totals: OutputTotals;
  readonly durationMs: number;
  readonly rowCount: number | null;
  readonly suppressed: boolean;
  readonly detail: string;
}
function toEnding({finish, totals: {streams, redactions}, durationMs, rowCount, suppressed, detail}: Ended): Ending {
  const {exit, signal, sqlstate, state, transaction, leftovers, kept} = finish;
  const shown = suppressed ? {stdout: {...streams.stdout, truncated: true}, stderr: {...streams.stderr, truncated: true}} : streams;
  return {
    durationMs,
    exit,
    signal,
    sqlstate,
    rowCount,
    streams: shown,
    state,
    transaction,
    leftovers,
    kept,
    redactions,
    detail: detail === "" ? null : detail
  };
}

/** Why a run cannot be gone on with: what it worked on is no longer there. */
import type {Event} from "../model/event.ts";
import type {AnyKind} from "../model/kind.ts";
import type {Run, StepRun} from "../model/run.ts";
import {goesOn, stepRun} from "../model/run.ts";
import type {Runbook, Step, StepId} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {EMBEDDED} from "./connections/embedded/word.ts";
import {isAlive} from "./process-name.ts";

/** Steps about which a person must decide before the run goes on: nobody saw them end, or they were cut short. */
export function findUndecided({steps}: Runbook, run: Run): readonly Step[] {
  if (run.cancelled !== null) return []; // nothing of its course is left to do
  return steps.filter(({id}) => {
    const now = stepRun(run, id);
    if (now.status === "asked") return now.question.type === "lost";
    return (goesOn(now) && !isKept(now)) || (now.status === "ended" && ["lost", "cancelled"].includes(now.attempt.outcome.type));
  });
}

/** A cell in the background that was to be kept, and is still there: the same process, not one of the same number. */
export const isKept = (now: StepRun): boolean =>
  now.status === "background" && now.process !== null && now.process.startedAt !== null && isAlive(now.process);

/** A throw-away server ends with its runner, and all that was in it is gone; null when the run had none. */
export function refuseEmbedded({settings, steps}: Runbook, events: readonly Event[], kinds: readonly AnyKind[]): string | null {
  const embedded = Object.values(settings.connections).filter(({url}) => url.trim() === EMBEDDED);
  if (embedded.length === 0) return null;
  const executed = new Set(events.flatMap((event) => (event.type === "cell-started" ? [event.step] : [])));
  const isShell = (name: string): boolean => kinds.find((kind) => kind.name === name)?.targets === "hosts"; // psql in it reaches the default connection
  const opened = events.some((event) => event.type === "connection-opened" && event.server.embedded);
  const reached =
    embedded.some(({name}) => name === "default") &&
    steps.some((step) => step.type === "cell" && isShell(step.kind) && executed.has(step.id));
  if (!opened && !reached) return null;
  return `it used the throw-away PostgreSQL of connection "${embedded[0]!.name}", which ended with its runner; what was in it is gone, and an empty one would not be the same. Start another run`;
}

export interface RolledBack {
  readonly step: StepId;
  readonly words: string;
}

/** Transactions that cells had left open; the server rolled them back when their runner went. */
export function findRolledBack({steps}: Runbook, events: readonly Event[]): readonly RolledBack[] {
  const sessions = new Map<StepId, string>();
  const open = new Map<string, StepId | null>();
  for (const event of events) {
    if (event.type === "cell-started") sessions.set(event.step, JSON.stringify([event.execution.session, event.execution.target]));
    if (event.type === "run-resumed") open.clear();
    if (event.type !== "cell-ended" || event.ending.transaction === null) continue;
    const session = sessions.get(event.step) ?? "";
    if (event.ending.transaction === "idle") open.set(session, null);
    else open.set(session, open.get(session) ?? event.step);
  }
  return [...open.values()].flatMap((id) => {
    const step = steps.find((step) => step.id === id);
    return step
      ? [{step: step.id, words: `the transaction that "${stepName(step)}" had left open was rolled back when its runner went`}]
      : [];
  });
}

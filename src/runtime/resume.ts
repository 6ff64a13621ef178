/** Goes on with a run that was interrupted: its journal is opened again, what its runner held in memory is made again from it. */
import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import type {Event, Fact} from "../model/event.ts";
import type {Plan} from "../model/plan.ts";
import {planRun} from "../model/plan.ts";
import type {Run} from "../model/run.ts";
import {attemptsOf, stepRun} from "../model/run.ts";
import type {StepId} from "../model/runbook.ts";
import {settled} from "../model/standing.ts";
import {UsageError} from "../model/usage-error.ts";
import {adoptBackground} from "./adopt.ts";
import {findChangedSteps, findChanges, keepChanges} from "./changes.ts";
import type {GivenValue, Performance, RunRequest} from "./conductor.ts";
import {findPasswords, findPasswordVariables, toPasswordName} from "./connections/find-passwords.ts";
import {readGitState} from "./git-state.ts";
import {readGivenInputs} from "./inputs.ts";
import {continueJournal} from "./journal.ts";
import {baseName} from "./kinds/bash/secrets.ts";
import {readEntered} from "./kinds/bash/snapshot.ts";
import type {Lock} from "./lock.ts";
import {takeLock} from "./lock.ts";
import {endLostProcesses, findAttemptsOf, findKeptSteps, findLostAttempts, toLostEnd} from "./lost-attempts.ts";
import {refuseErrors} from "./perform.ts";
import {startPerforming} from "./performing.ts";
import {readSecrets} from "./prepare.ts";
import type {Recalled} from "./recall.ts";
import {factsOfGoingOn, recallFacts, recallVariables} from "./recall.ts";
import {recallShells} from "./recall-shells.ts";
import type {RecoveredJournal} from "./recover-journal.ts";
import {recoverJournal} from "./recover-journal.ts";
import {createRedactor} from "./redact.ts";
import {findRolledBack, refuseEmbedded} from "./resumable.ts";
import type {WholeDocument} from "./run-folder.ts";
import type {Stage} from "./stage.ts";
import {identify} from "./tools.ts";

export interface ResumeRequest extends Omit<RunRequest, "plan" | "mode" | "runsDirectory"> {
  readonly folder: string; // absolute; of the run
  readonly acceptChanges: boolean; // go on although something is no longer as it was
  readonly cutShort: ReadonlySet<StepId>; // cancelled cells about which the conductor asks, as about lost ones
  /** Hears what the journal holds, before anything is added to it; throws when the run must be left as it is. */
  onEarlier(events: readonly Event[], run: Run): void;
}

/** Throws a `UsageError`, with the run left as it was, when it cannot go on. */
export async function resume(request: ResumeRequest): Promise<Performance> {
  refuseErrors(request.runbook);
  try {
    const lock = takeLock(request.folder);
    try {
      return await goOn(request, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UsageError(`the run in ${request.folder} cannot be resumed: ${error.message}`); // a disk that is full, a folder of somebody else
  }
}

async function goOn(request: ResumeRequest, lock: Lock): Promise<Performance> {
  const {folder, runbook} = request;
  const found = recoverJournal(await readFile(join(folder, "journal.ndjson")));
  const {run, events} = found;
  const {start} = run;
  if (start === null) throw new UsageError(`the run in ${folder} had not begun: there is nothing to go on with`);
  if (run.ended !== null)
    throw new UsageError(
      `run ${start.run} has ended (${run.ended.outcome}: ${run.ended.reason}); a run that has ended is a record: start another`
    );
  const refuse = (why: string): never => {
    throw new UsageError(`run ${start.run} cannot be resumed: ${why}`);
  };
  const embedded = refuseEmbedded(runbook, events, request.kinds);
  if (embedded !== null) refuse(embedded);
  const {plan, deviations, changed} = await judgeChanges(request, found, refuse);
  const recalled = await recall(request, events);
  if (recalled.missing.length > 0)
    refuse(
      `it needs the secret ${recalled.missing.join(", ")}, which no disk holds: give it again, by the environment, --env-file or --answers`
    );
  const given = findNew(readGivenInputs(request), recalled);
  request.onEarlier(events, run);

  const lost = findLostAttempts(run);
  const adopted = findKeptSteps(run);
  const leftovers = await endLostProcesses(start.run, lost);
  if (lost.some(({step}) => actsOnServer(request, step))) await new Promise((wake) => setTimeout(wake, serverMs));
  const by = await identify(runbook, request.environment);
  const git = changed ? await readGitState(request.directory, runbook, request.environment) : null;
  const document = changed ? await keepChanges(folder, whole(request), {plan, git}) : null;
  const runRequest: RunRequest = {...request, runsDirectory: join(folder, ".."), plan, mode: start.mode};
  const last = events.at(-1)!;
  const secrets = new Map([...readSecrets(request), ...recalled.passwords, ...recalled.supplied]);
  return startPerforming(runRequest, {
    id: start.run,
    folder,
    secrets,
    run,
    cutShort: request.cutShort,
    openJournal: (listener) => continueJournal(folder, lock, endOf(found, last), listener),
    async begin(stage) {
      const facts: Fact[] = [
        ...(found.cut ? [{type: "journal-recovered", ...found.cut} as const] : []),
        {
          type: "run-resumed",
          operator: request.operator,
          by,
          idleMs: Math.max(0, stage.journal.elapsedMs() - last.ms),
          supplied: [...recalled.supplied.keys()],
          adopted
        },
        ...(document ? [document] : []),
        ...deviations
      ];
      for (const [place, attempt] of lost.entries())
        facts.push(await toLostEnd(attempt, {folder, untilMs: last.ms, leftovers: place === 0 ? leftovers : []}));
      for (const fact of facts.slice(0, -1)) stage.write(fact);
      await stage.record(facts.at(-1)!);
      restore(stage, events, recalled);
      const unknown = runbook.settings.secrets.filter((name) => !secrets.has(name));
      for (const step of adopted) await adopt(stage, step, unknown, last.ms);
    },
    given
  });
}

/** A server looks every two seconds whether who gave it a statement is still there: no lost one goes on while it is decided about. */
const serverMs = 2500;

const actsOnServer = ({runbook, kinds}: ResumeRequest, id: StepId): boolean => {
  const step = runbook.steps.find((step) => step.id === id);
  return step?.type === "cell" && kinds.some(({name, targets}) => name === step.kind && targets === "connections");
};

/** What is gone before it could be adopted is as lost as the others. */
async function adopt(stage: Stage, step: StepId, unknown: readonly string[], untilMs: number): Promise<void> {
  if (await adoptBackground(stage, step, unknown).catch(() => false)) return;
  const lost = findAttemptsOf(stage.run, [step]);
  const leftovers = await endLostProcesses(stage.id, lost);
  for (const attempt of lost) await stage.record(await toLostEnd(attempt, {folder: stage.folder, untilMs, leftovers}));
}

/** The gap without a runner counts by the wall clock; where that was set back meanwhile, it counts nothing. */
function endOf({run, prev, bytes}: RecoveredJournal, {at, ms}: Event) {
  return {seq: run.seq, prev, bytes, ms: ms + Math.max(0, Date.now() - Date.parse(at))};
}

const whole = ({directory, runbook, bytes, included = new Map()}: ResumeRequest): WholeDocument => ({directory, runbook, bytes, included});

interface Judged {
  readonly plan: Plan;
  readonly changed: boolean;
  readonly deviations: readonly Extract<Fact, {type: "deviation-recorded"}>[];
}

async function judgeChanges(request: ResumeRequest, {run, events}: RecoveredJournal, refuse: (why: string) => never): Promise<Judged> {
  const {runbook, acceptChanges, operator: by} = request;
  const start = run.start!;
  const changes = await findChanges(start, whole(request));
  const rolledBack = findRolledBack(runbook, events);
  if (!acceptChanges && changes.length > 0)
    refuse(
      `since it began, this has changed: ${changes.join(", ")}. --accept-changes goes on with it as it is now, and the record says so`
    );
  if (!acceptChanges && rolledBack.length > 0)
    refuse(
      `${rolledBack.map(({words}) => words).join("; ")}, and with it all that cells had done in it. --accept-changes goes on all the same, and the record says so`
    );
  const changedSteps = changes.length > 0 ? findChangedSteps(runbook, run) : [];
  const cells = changedSteps.map(({id}) => `"${id}"${settled(stepRun(run, id)) ? " (which had passed)" : ""}`).join(", ");
  const deviations = rolledBack.map(({step, words}) => ({
    type: "deviation-recorded" as const,
    deviation: "rolled-back" as const,
    step,
    by,
    why: words
  }));
  if (changes.length === 0) return {plan: start.plan, changed: false, deviations};
  const why = `${changes.join(", ")} changed${cells === "" ? "" : `; cells with another text: ${cells}`}`;
  const section = runbook.sections.find(({id}) => id === start.plan.section)?.id ?? null;
  if (start.plan.section !== null && section === null)
    refuse(`it is a run of the section "${start.plan.section}", which is no longer in the runbook`);
  return {
    plan: planRun(runbook, {section}),
    changed: true,
    deviations: [{type: "deviation-recorded", deviation: "changed", step: null, by, why}, ...deviations]
  };
}

async function recall(
  request: ResumeRequest,
  events: readonly Event[]
): Promise<Recalled & {readonly passwords: ReadonlyMap<string, string>}> {
  const {runbook, environment, values, folder} = request;
  const inputs = readGivenInputs(request);
  const given = new Map(values.map(({name, value}) => [name, value]));
  const lookup = (name: string): string | undefined => inputs.get(name)?.value ?? given.get(name) ?? environment[name];
  const redactor = createRedactor();
  for (const [name, value] of readSecrets(request)) redactor.add(name, value);
  const recalled = recallVariables(events, lookup, redactor);
  const {settings} = runbook;
  const anew = (name: string): string | undefined => recalled.variables.get(name)?.value ?? lookup(name);
  const passwords = new Map([...findPasswords(settings, anew), ...findPasswordVariables(settings, anew)]);
  const supplied = new Map(recalled.supplied);
  const missing = new Set(recalled.missing);
  const derived = missing.size > 0 ? Object.keys(settings.connections).map(toPasswordName) : []; // known once those are given that bring them
  for (const name of (await secretsOfSessions(folder)).map(baseName)) {
    if (recalled.variables.get(name)?.secret || passwords.has(name) || derived.includes(name.replace(/_ENCODED$/, ""))) continue;
    const value = lookup(name);
    if (value) supplied.set(name, value);
    else missing.add(name);
  }
  return {...recalled, passwords, supplied, missing: [...missing]};
}

/** Names of the secrets whose marks stand in the states of shells. */
async function secretsOfSessions(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, "sessions")).catch(() => []);
  return names.filter((name) => name.endsWith(".sh")).flatMap((name) => [...readEntered(join(folder, "sessions", name)).secrets]);
}

/** Values for inputs that have none yet, or get another one by the call; what was supplied again is no news. */
function findNew(given: ReadonlyMap<string, GivenValue>, {variables, supplied}: Recalled): ReadonlyMap<string, GivenValue> {
  return new Map(
    [...given].filter(([name, {value, via}]) => {
      const before = variables.get(name);
      return before === undefined || (via !== "environment" && !supplied.has(name) && before.value !== value);
    })
  );
}

function restore(stage: Stage, events: readonly Event[], {variables}: Recalled): void {
  for (const [name, variable] of variables) stage.variables.set(name, variable);
  for (const id of stage.stepIds) {
    if (!stage.reads.laterReads(id)) continue;
    const now = stepRun(stage.run, id);
    const last = attemptsOf(now).at(-1);
    if (now.status === "background") stage.facts.set(id, factsOfGoingOn);
    else if (last) stage.facts.set(id, recallFacts(last));
  }
  recallShells(stage);
  stage.milestones.recall(stage, events);
}

/** What came of a run, in words and numbers: the same for the terminal, the page and the record. */
import {comesNext, notChosen} from "./course.ts";
import {formatDuration} from "./duration.ts";
import type {Measure, RunOutcome} from "./event.ts";
import type {Run, StepRun} from "./run.ts";
import {stepRun} from "./run.ts";
import type {Objective, Runbook, Step, StepId} from "./runbook.ts";
import {stepName} from "./runbook.ts";
import type {Standing} from "./standing.ts";
import {broke, standing} from "./standing.ts";
import {timeOver} from "./time-over.ts";
import {unreachable} from "./unreachable.ts";

export interface Verdict {
  readonly counts: Readonly<Record<Standing, number>>; // of the steps that the plan wants; advisory checklists and what no decision led to are not among them
  readonly wanted: number;
  readonly broken: Broken | null; // the first, in document order
  readonly objectives: readonly MeasuredObjective[];
}
export interface Broken {
  readonly step: StepId;
  readonly words: string; // 'failed: expected exit == 0; found exit = 3'
}
export interface MeasuredObjective {
  readonly objective: Objective;
  readonly measure: Measure | null; // null: the run has not come to it yet
  readonly words: string; // "RTO 12m 3s of 15m"
}

export function judgeRun(runbook: Runbook, run: Run): Verdict {
  const counts: Record<Standing, number> = {
    pending: 0,
    asked: 0,
    running: 0,
    skipped: 0,
    passed: 0,
    failed: 0,
    "timed-out": 0,
    cancelled: 0,
    lost: 0,
    answered: 0,
    refused: 0
  };
  let wanted = 0;
  for (const planned of run.start?.plan.steps ?? []) {
    const now = stepRun(run, planned.step);
    if (now.status === "pending" && (planned.action === "skip" || planned.action === "offer" || notChosen(run, planned) !== null)) continue;
    if (now.status === "skipped" && now.by === null && notChosen(run, planned) !== null) continue;
    if (planned.action === "offer") continue;
    counts[standing(now)]++;
    wanted++;
  }
  return {
    counts,
    wanted,
    broken: firstBroken(runbook, run),
    objectives: runbook.objectives.map((objective) => describeMeasure(objective, run.measures.get(objective.id) ?? null))
  };
}

/** The first promise of the document that was broken, as a sentence without its subject. */
export function firstBroken({steps}: Runbook, run: Run): Broken | null {
  const step = steps.find(({id}) => broke(stepRun(run, id)));
  return step ? {step: step.id, words: describeEnd(step, stepRun(run, step.id))} : null;
}

/** How a run that is over came out, and why, naming the step and the promise. `stoppedAt`: the question that nobody answered. */
export function concludeRun(runbook: Runbook, run: Run, stoppedAt: StepId | null): {readonly outcome: RunOutcome; readonly reason: string} {
  const {broken, objectives, counts, wanted} = judgeRun(runbook, run);
  const name = (id: StepId): string =>
    quote(
      runbook.steps.find((step) => step.id === id),
      id
    );
  if (run.cancelled !== null)
    return {outcome: "cancelled", reason: `cancelled by ${run.cancelled.by}${broken ? `; ${name(broken.step)} ${broken.words}` : ""}`};
  if (broken) return {outcome: "failed", reason: `${name(broken.step)} ${broken.words}`};
  const negative = objectives.find(({measure}) => measure?.result === "failed");
  if (negative) return {outcome: "failed", reason: `${negative.words}: ${negative.measure!.reason}`};
  const open = stoppedAt ?? comesNext(runbook, run)?.step ?? null;
  if (open !== null) return {outcome: "stopped", reason: describeStop(run, open, name(open))};
  const missed = objectives.find(({measure}) => measure?.result === "missed");
  if (missed)
    return {outcome: "missed", reason: missed.measure!.reason === null ? missed.words : `${missed.words}: ${missed.measure!.reason}`};
  const done = counts.passed + counts.answered;
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  return {
    outcome: "passed",
    reason: wanted === 0 ? "there was nothing to do" : `${done} of ${wanted} ${wanted === 1 ? "step" : "steps"} passed${skipped}`
  };
}

/** "failed: expected exit 0, found 3": how a step ended that did not end well. */
function describeEnd(step: Step, now: StepRun): string {
  if (now.status === "answered")
    return now.answer.type === "refused" ? `was refused by ${now.by}${now.note === "" ? "" : `: ${now.note}`}` : "was answered";
  if (now.status !== "ended") return `is ${standing(now)}`;
  const {outcome} = now.attempt;
  switch (outcome.type) {
    case "passed":
      return "passed";
    case "failed":
      return `failed: ${outcome.message}`;
    case "timed-out":
      return `timed out${step.type === "cell" ? `: not done ${timeOver(step.options, outcome.afterMs)}` : ""}`;
    case "cancelled":
      return "was cancelled";
    case "lost":
      return `was lost: ${outcome.message}`;
    default:
      return unreachable(outcome);
  }
}

/** 'RTO "Service is back" 12m 3s of at most 15m, 4m of it waiting for people'. */
export function describeMeasure(objective: Objective, measure: Measure | null): MeasuredObjective {
  const title = `${objective.metric.toUpperCase()}${objective.title === null ? "" : ` "${objective.title}"`}`;
  const most = formatDuration(objective.maxMs);
  if (measure === null) return {objective, measure, words: `${title}: at most ${most}`};
  if (measure.actualMs === null)
    return {objective, measure, words: `${title} ${measure.result === "not-measured" ? "not measured" : "missed"}, at most ${most}`};
  const parts = [
    ...(measure.waitingMs > 0 ? [`${formatDuration(measure.waitingMs)} of it waiting for people`] : []),
    ...(measure.idleMs > 0 ? [`${formatDuration(measure.idleMs)} without a runner`] : [])
  ];
  return {objective, measure, words: [`${title} ${formatDuration(measure.actualMs)} of at most ${most}`, ...parts].join(", ")};
}

function describeStop(run: Run, step: StepId, name: string): string {
  const input = [...run.inputs].find(([, asked]) => asked.status === "asked" && asked.step === step);
  if (input) return `stopped before ${name}: nobody gave a value for ${input[0]}`;
  const now = stepRun(run, step);
  if (now.status !== "asked") return `stopped before ${name}, which was not reached`;
  return now.question.type === "confirmation" ? `stopped at ${name}: nobody confirmed it` : `stopped at ${name}: nobody answered`;
}

const quote = (step: Step | undefined, id: StepId): string => `"${step ? stepName(step) : id}"`;

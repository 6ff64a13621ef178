/** What the metrics of a runbook are computed from, run by run. Pure: the command line, the server and the page compute the same. */
import type {Event, Measure, Mode} from "./event.ts";
import type {Interval, Run} from "./run.ts";
import {attemptsOf, fold, stepRun} from "./run.ts";
import type {Metric, Runbook, Section, StepId} from "./runbook.ts";
import {ancestry, sectionsById} from "./runbook.ts";
import type {runStanding} from "./standing.ts";
import {settled} from "./standing.ts";

export interface MeasuredRun extends RunHead {
  readonly errors: number; // attempts that did not pass, and steps that were refused
  readonly objectives: readonly MeasuredPromise[];
  readonly sections: readonly MeasuredSection[];
  readonly drillEveryMs: number | null;
  readonly complete: boolean; // false: only the register knows it
}
/** What a list of runs and the register know of one. */
export interface RunHead {
  readonly id: string;
  readonly path: string; // of the runbook, as the run was told it
  readonly title: string;
  readonly mode: Mode | null;
  readonly section: string | null; // null: it was a run of the whole runbook
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly standing: ReturnType<typeof runStanding>;
}
export interface MeasuredPromise {
  readonly id: string;
  readonly metric: Metric;
  readonly title: string | null;
  readonly targetMs: number;
  readonly actualMs: number | null;
  readonly result: Measure["result"];
}
/** A section that has an estimate and was passed whole. */
export interface MeasuredSection {
  readonly id: string;
  readonly title: string;
  readonly estimate: {readonly minMs: number; readonly maxMs: number};
  readonly measuredMs: number; // from the first fact of its steps to the last, without the time in which there was no runner
}

export function measureRun(head: RunHead, runbook: Runbook, events: readonly Event[]): MeasuredRun {
  const run = fold(events);
  return {
    ...head,
    section: run.start?.plan.section ?? head.section,
    errors: countErrors(run),
    objectives: runbook.objectives.flatMap(({id, metric, title, maxMs}) => {
      const measure = run.measures.get(id);
      return measure ? [{id, metric, title, targetMs: maxMs, actualMs: measure.actualMs, result: measure.result}] : [];
    }),
    sections: runbook.sections.flatMap((section) => measureSection(runbook, run, events, section) ?? []),
    drillEveryMs: runbook.settings.drillEveryMs,
    complete: true
  };
}

/** A run of which only the register is left. */
export const unmeasuredRun = (head: RunHead): MeasuredRun => ({
  ...head,
  errors: 0,
  objectives: [],
  sections: [],
  drillEveryMs: null,
  complete: false
});

function countErrors(run: Run): number {
  let errors = 0;
  for (const {step} of run.start?.plan.steps ?? []) {
    const now = stepRun(run, step);
    errors += attemptsOf(now).filter(({outcome}) => outcome.type !== "passed").length;
    if (now.status === "answered" && now.answer.type === "refused") errors++;
  }
  return errors;
}

function measureSection(runbook: Runbook, run: Run, events: readonly Event[], section: Section): MeasuredSection | null {
  if (section.estimate === null) return null;
  const sections = sectionsById(runbook);
  const inside = new Set(
    runbook.steps.filter((step) => ancestry(sections, step.section).some(({id}) => id === section.id)).map(({id}) => id)
  );
  const wanted = (run.start?.plan.steps ?? []).filter(({step, action}) => inside.has(step) && (action === "execute" || action === "ask"));
  const states = wanted.map(({step}) => stepRun(run, step));
  if (!states.every(settled) || states.every(({status}) => status === "skipped")) return null;
  const span = spanOf(events, new Set(wanted.flatMap(({step}, place) => (states[place]!.status === "skipped" ? [] : [step]))));
  if (span === null) return null;
  const {id, title, estimate} = section;
  return {id, title, estimate, measuredMs: span.toMs - span.fromMs - covered(span, [...run.idle])};
}

function spanOf(events: readonly Event[], steps: ReadonlySet<StepId>): Interval | null {
  const times = events.flatMap((event) => ("step" in event && event.step !== null && steps.has(event.step) ? [event.ms] : []));
  return times.length === 0 ? null : {fromMs: times[0]!, toMs: times.at(-1)!};
}

const covered = ({fromMs, toMs}: Interval, gaps: readonly Interval[]): number =>
  gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(toMs, gap.toMs) - Math.max(fromMs, gap.fromMs)), 0);

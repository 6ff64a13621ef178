/** What an event does to the step that it is about. */
import {AppendLog} from "./append-log.ts";
import type {Event, Question} from "./event.ts";
import {JournalError} from "./journal-error.ts";
import type {Attempt, EndedAttempt, StepRun, Ticks} from "./run.ts";
import type {TerminalFact} from "./terminal.ts";
import {applyToTerminal} from "./terminal.ts";
import {unreachable} from "./unreachable.ts";

const noTicks: Ticks = new Map();

type StepEvent = Extract<
  Event,
  {
    type:
      | "cell-started"
      | "output-written"
      | "expectation-checked"
      | "variable-captured"
      | "cell-ready"
      | TerminalFact["type"]
      | "cell-ended"
      | "question-asked"
      | "item-checked"
      | "question-answered"
      | "step-skipped";
  }
>;

/** Folds an event of a step into what is known of it. */
export function applyToStep(was: StepRun, event: StepEvent): StepRun {
  switch (event.type) {
    case "cell-started": {
      if (goesOn(was)) throw broken(event, was);
      const confirmed =
        was.status === "answered" && was.question.type === "confirmation"
          ? {question: was.question, by: was.by, at: was.at, note: was.note, via: was.via}
          : was.status === "ended"
            ? was.confirmed // it is tried again, without asking again
            : null;
      const attempt: Attempt = {
        number: event.attempt,
        execution: event.execution,
        startedAt: event.at,
        startedMs: event.ms,
        outputs: AppendLog.of(),
        checks: AppendLog.of(),
        terminal: null,
        captures: AppendLog.of()
      };
      return {status: "running", attempt, confirmed, earlier: attemptsOf(was)};
    }
    case "output-written":
      return during(was, event, (attempt) => ({...attempt, outputs: attempt.outputs.append(event.output)}));
    case "expectation-checked":
      return during(was, event, (attempt) => ({
        ...attempt,
        checks: attempt.checks.append({index: event.index, met: event.met, actual: event.actual})
      }));
    case "variable-captured":
      return during(was, event, (attempt) => ({
        ...attempt,
        captures: attempt.captures.append({name: event.name, value: event.value, secret: event.secret})
      }));
    case "cell-ready":
      if (was.status !== "running" || was.attempt.number !== event.attempt) throw broken(event, was);
      return {...was, status: "background", readyMs: event.ms, process: event.process};
    case "terminal-sized":
    case "terminal-typed":
    case "prompt-answered":
      return during(was, event, (attempt) => ({...attempt, terminal: applyToTerminal(attempt.terminal, event)}));
    case "cell-ended":
      if (!goesOn(was) || was.attempt.number !== event.attempt) throw broken(event, was);
      return {
        status: "ended",
        attempt: {...was.attempt, endedAt: event.at, outcome: event.outcome, ending: event.ending},
        confirmed: was.confirmed,
        earlier: was.earlier
      };
    case "question-asked":
      if (goesOn(was)) throw broken(event, was);
      return {
        status: "asked",
        at: event.at,
        ms: event.ms,
        question: event.question,
        ticks: keptTicks(was, event.question),
        earlier: attemptsOf(was)
      };
    case "item-checked": {
      if (was.status !== "pending" && was.status !== "offered" && was.status !== "asked") throw broken(event, was);
      const ticks = new Map(was.status === "pending" ? noTicks : was.ticks).set(event.item, {
        checked: event.checked,
        by: event.by,
        at: event.at
      });
      return was.status === "asked" ? {...was, ticks} : {status: "offered", ticks};
    }
    case "question-answered":
      if (was.status !== "asked") throw broken(event, was);
      return {
        status: "answered",
        at: event.at,
        by: event.by,
        question: was.question,
        answer: event.answer,
        note: event.note,
        via: event.via,
        ticks: was.ticks,
        earlier: was.earlier
      };
    case "step-skipped":
      if (goesOn(was)) throw broken(event, was);
      return {status: "skipped", at: event.at, reason: event.reason, by: event.by, earlier: attemptsOf(was)};
    default:
      return unreachable(event);
  }
}

/** A checklist that is asked again keeps what was ticked. */
const keptTicks = (was: StepRun, question: Question): Ticks =>
  question.type === "checklist" && (was.status === "asked" || was.status === "offered") ? was.ticks : noTicks;

function during(was: StepRun, event: StepEvent & {readonly attempt: number}, change: (attempt: Attempt) => Attempt): StepRun {
  if (!goesOn(was) || was.attempt.number !== event.attempt) throw broken(event, was);
  return {...was, attempt: change(was.attempt)};
}

/** An attempt of the step has begun and not ended. */
export const goesOn = (step: StepRun): step is Extract<StepRun, {status: "running" | "background"}> =>
  step.status === "running" || step.status === "background";

/** The attempts of a step that have ended, oldest first. */
export function attemptsOf(step: StepRun): readonly EndedAttempt[] {
  switch (step.status) {
    case "pending":
    case "offered":
      return [];
    case "ended":
      return [...step.earlier, step.attempt];
    default:
      return step.earlier;
  }
}

const broken = (event: StepEvent, was: StepRun): JournalError =>
  new JournalError(event.seq, `"${event.type}" of step "${event.step}", which is ${was.status}`);

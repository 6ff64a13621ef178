import {comesNext} from "../model/course.ts";
import type {Answer, Question, Via} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import type {Input, Runbook, Step, StepId} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {unreachable} from "../model/unreachable.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Answered, Conductor} from "../runtime/conductor.ts";
import type {Reviewed} from "./confirm-file.ts";
import type {GivenAnswer} from "./given.ts";

export interface HeadlessOptions {
  readonly answers: ReadonlyMap<StepId, GivenAnswer>;
  readonly operator: string;
  readonly drill: boolean;
  readonly acceptProposals: boolean;
  readonly confirmsDestructive: (step: Step) => boolean; // where --confirm-destructive stands for a person's word
  readonly reviewed?: Reviewed | null; // --confirm-file
  readonly lost?: ReadonlyMap<StepId, GivenAnswer>; // "repeated", "done" or "skipped"
}

/** Conducts a run by the plan and by what the command line brought. It never answers anything by itself. */
export interface Headless extends Conductor {
  /** What nobody answered, with how to answer it; null when nothing was open. */
  readonly unanswered: string | null;
  /** How a question would be answered, in words; null: nobody would. Nothing comes of it. */
  preview(step: Step, question: Question): string | null;
}

export function createHeadless(
  runbook: Runbook,
  {answers, operator, drill, acceptProposals, confirmsDestructive, reviewed = null, lost = new Map()}: HeadlessOptions
): Headless {
  const undecided = new Set(lost.keys()); // asked first, each once: what is lost later is not what the call spoke of
  const places = new Map(runbook.steps.map(({id}, place) => [id, place]));
  let from = 0; // everything in order before this place of the plan is settled
  let unanswered: string | null = null;

  return {
    get unanswered() {
      return unanswered;
    },
    preview(step, question) {
      const answered = answerOf(step, question);
      return answered === null ? null : `${answered.answer.type} by ${answered.by} (${answered.via})`;
    },
    async choose(run: Run) {
      for (const step of undecided) {
        undecided.delete(step);
        return {type: "pass", step, by: operator};
      }
      const next = comesNext(runbook, run, {halted: unanswered !== null || run.cancelled !== null, from});
      if (next === null) return {type: "end"};
      from = reached(run, next.step) ?? from;
      return {...next, by: null};
    },
    async ask(step, question, tick) {
      const answered = answerOf(step, question);
      if (answered === null) {
        unanswered ??= `${describe(step, question)}: ${howToAnswer(step, question)}${hasChanged(step, question) ? `; ${reviewed!.path} confirms something else: its text, options, target or values have changed since` : ""}`;
        return null;
      }
      if (answered.answer.type === "completed" && step.type === "checklist")
        for (const item of step.items.keys()) await tick(item, true, answered.by);
      return answered;
    },
    async value(input: Input) {
      if (!input.optional)
        unanswered ??= `input "${input.label === "" ? input.name : input.label}" (${input.name}): --set ${input.name}=VALUE gives it`;
      return null;
    }
  };

  function reached(run: Run, id: StepId): number | null {
    const place = places.get(id)!;
    const planned = run.start!.plan.steps[place];
    return planned && planned.action !== "skip" && planned.phase === "in-order" ? place : null;
  }

  function answerOf(step: Step, question: Question): Answered | null {
    const given = (question.type === "lost" ? lost : answers).get(step.id);
    if (given) {
      const answer = toAnswer(step, question, given);
      if (answer) return {answer, by: given.by ?? operator, note: given.note, via: given.via};
    }
    if (question.type === "confirmation") {
      const review = reviewed?.steps.get(step.id);
      if (review?.sha256 === question.sha256 && review.phrase === question.phrase)
        return {answer: {type: "confirmed"}, by: reviewed!.by ?? operator, note: "", via: "--confirm-file"};
    }
    if (question.type === "decision" && question.proposed !== null && (acceptProposals || drill))
      return by({type: "chosen", choice: question.proposed, proposed: true}, acceptProposals ? "--accept-proposals" : "--drill");
    if (question.type === "confirmation" && question.phrase === null && confirmsDestructive(step) && !asksForPerson(step))
      return by({type: "confirmed"}, "--confirm-destructive");
    return null;
  }

  /** The file of reviewed confirmations has the step, as it was then. */
  function hasChanged(step: Step, question: Question): boolean {
    const review = reviewed?.steps.get(step.id);
    return question.type === "confirmation" && review !== undefined && review.sha256 !== null && review.sha256 !== question.sha256;
  }

  function by(answer: Answer, via: Via): Answered {
    return {answer, by: operator, note: "", via};
  }
}

/** The author wants a person to look, whatever the guard found. */
export const asksForPerson = (step: Step): boolean => step.type === "cell" && step.options.confirm;

const YES = ["confirmed", "confirm", "yes", "true", "completed"];
const NO = ["refused", "refuse", "no", "false"];

/** Null: what was given does not answer this question (a phrase that was not the one). */
function toAnswer(step: Step, question: Question, {text}: GivenAnswer): Answer | null {
  const word = text.trim().toLowerCase();
  switch (question.type) {
    case "gate":
      return NO.includes(word) ? {type: "refused"} : YES.includes(word) ? {type: "confirmed"} : null;
    case "checklist":
      return NO.includes(word) ? {type: "refused"} : YES.includes(word) ? {type: "completed"} : null;
    case "confirmation":
      if (question.phrase !== null) return text === question.phrase ? {type: "confirmed"} : NO.includes(word) ? {type: "refused"} : null;
      return NO.includes(word) ? {type: "refused"} : YES.includes(word) ? {type: "confirmed"} : null;
    case "lost":
      return text === "repeated" || text === "done" || text === "skipped" ? {type: text} : null;
    case "decision": {
      const choice = step.type === "decision" ? step.choices.findIndex(({label}) => label === text.trim()) : -1;
      return choice < 0 ? null : {type: "chosen", choice, proposed: choice === question.proposed};
    }
    default:
      return unreachable(question);
  }
}

/** Holds the answers against the steps before anything runs: an answer that its step cannot take is a wrong call. */
export function checkAnswers(runbook: Runbook, answers: ReadonlyMap<StepId, GivenAnswer>): void {
  for (const step of runbook.steps) {
    const given = answers.get(step.id);
    if (!given) continue;
    const where = `${given.via} ${step.id}`;
    const word = given.text.trim().toLowerCase();
    if (step.type === "decision") {
      if (!step.choices.some(({label}) => label === given.text.trim()))
        throw new UsageError(
          `${where}: "${given.text}" is no choice of "${stepName(step)}"; its choices: ${step.choices.map(({label}) => `"${label}"`).join(", ")}`
        );
    } else if (step.type === "cell" && step.options.phrase !== null) {
      if (given.text !== step.options.phrase && !NO.includes(word))
        throw new UsageError(`${where}: the phrase of "${stepName(step)}" must be given: --confirm "${step.id}=${step.options.phrase}"`);
    } else if (!YES.includes(word) && !NO.includes(word))
      throw new UsageError(`${where}: expected confirmed or refused, found "${given.text}"`);
  }
}

function describe(step: Step, question: Question): string {
  if (question.type === "lost") return `the lost step "${stepName(step)}"`;
  return question.type === "confirmation" ? `confirmation of "${stepName(step)}"` : `${question.type} "${stepName(step)}"`;
}

/** Options of `resume` that say what is to become of a lost step. */
export const howToDecide = (id: StepId): string =>
  `--lost ${id}=again executes it again, --lost "${id}=done:WHY" takes it as done, --lost "${id}=skip:WHY" leaves it`;

function howToAnswer(step: Step, question: Question): string {
  switch (question.type) {
    case "gate":
      return `--confirm ${step.id} confirms it`;
    case "checklist":
      return `--confirm ${step.id} says that every item is done`;
    case "confirmation":
      return question.phrase === null ? `--confirm ${step.id} confirms it` : `--confirm "${step.id}=${question.phrase}" confirms it`;
    case "lost":
      return howToDecide(step.id);
    case "decision": {
      const labels = step.type === "decision" ? step.choices.map(({label}) => `"${label}"`).join(" or ") : "";
      return `--answers FILE with the line \`${step.id}: LABEL\` answers it, LABEL being ${labels}${question.proposed === null ? "" : "; --accept-proposals takes what is proposed"}`;
    }
    default:
      return unreachable(question);
  }
}

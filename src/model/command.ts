/** What a person may ask of a run, imperative; and why not. The server judges by `refusal`, and the page greys a button by the same. */
import type {Said} from "./closing.ts";
import type {Answer, Mode, Question} from "./event.ts";
import type {Run, StepRun} from "./run.ts";
import {stepRun} from "./run.ts";
import type {Input, Runbook, SectionId, Step, StepId} from "./runbook.ts";
import {stepName} from "./runbook.ts";
import {settled, standing} from "./standing.ts";
import {unreachable} from "./unreachable.ts";

export type Command =
  | {readonly type: "execute"; readonly step: StepId}
  | {readonly type: "execute-edited"; readonly step: StepId; readonly text: string; readonly why: string} // once; the document stays as it is
  | {readonly type: "run"; readonly to: StepId | null; readonly section: SectionId | null} // the course; up to a step, or of a section
  | {readonly type: "cancel"} // the running cell, and what was to follow it
  | {readonly type: "type-in"; readonly step: StepId; readonly text: string} // into the terminal of the running cell
  | {readonly type: "resize"; readonly step: StepId; readonly columns: number; readonly rows: number} // that terminal
  | {readonly type: "answer"; readonly step: StepId; readonly answer: Answer; readonly note: string; readonly phrase: string | null}
  | {readonly type: "tick"; readonly step: StepId; readonly item: number; readonly checked: boolean}
  | {readonly type: "set-input"; readonly name: string; readonly value: string}
  | {readonly type: "skip"; readonly step: StepId; readonly why: string}
  | {readonly type: "remind-done"; readonly reminder: string} // what a reminder asks for has been done
  | {readonly type: "finish"; readonly why: string} // of the steps that were not reached
  | {readonly type: "abandon"; readonly why: string}
  | {readonly type: "say"; readonly said: Said} // what only people know of the run
  | {readonly type: "set-mode"; readonly mode: Mode} // of the run that is to be started
  | {readonly type: "resume"; readonly acceptChanges: boolean} // goes on with the last run, which was interrupted
  | {readonly type: "begin-again"}; // puts an ended run away, so that another can be started

/** Why the command is not possible now, in words for its person; null when it is. */
export function refusal(runbook: Runbook, run: Run, command: Command): string | null {
  const errors = runbook.problems.filter(({severity}) => severity === "error").length;
  if (errors > 0) return `the document has ${errors === 1 ? "an error" : `${errors} errors`}; nothing can run until it is mended`;
  if (command.type === "begin-again") return run.start !== null && run.ended === null ? "this run has not ended" : null;
  if (command.type === "resume") return run.start === null ? null : "a run has begun here; it must be put away first";
  if (run.ended !== null) return "the run has ended; a record can be read, not changed";
  switch (command.type) {
    case "execute":
      return refuseExecute(runbook, run, command.step);
    case "execute-edited":
      return refuseExecute(runbook, run, command.step) ?? refuseEdit(runbook, command);
    case "run":
      return busy(runbook, run);
    case "cancel":
      return runningStep(runbook, run) || askedStep(runbook, run) ? null : "nothing is running";
    case "type-in":
      return refuseTerminal(runbook, run, command.step) ?? refuseText(command.text);
    case "resize":
      return refuseTerminal(runbook, run, command.step) ?? refuseSize(command);
    case "answer":
      return refuseAnswer(runbook, run, command);
    case "tick":
      return refuseTick(runbook, run, command);
    case "set-input":
      return runbook.inputs.some(({name}) => name === command.name)
        ? refuseValue(runbook.inputs.find(({name}) => name === command.name)!, command.value)
        : `there is no input "${command.name}"`;
    case "skip":
      return refuseSkip(runbook, run, command);
    case "remind-done":
      return refuseDone(runbook, run, command.reminder);
    case "say":
      return run.start === null ? "nothing has been run yet" : null;
    case "finish":
    case "abandon":
      return run.start === null ? "nothing has been run yet" : busy(runbook, run);
    case "set-mode":
      return run.start === null ? null : `the run has started, as a ${run.start.mode}`;
    default:
      return unreachable(command);
  }
}

export const runningStep = (runbook: Runbook, run: Run): Step | undefined =>
  runbook.steps.find(({id}) => stepRun(run, id).status === "running");
const askedStep = (runbook: Runbook, run: Run): Step | undefined => runbook.steps.find(({id}) => stepRun(run, id).status === "asked");

function busy(runbook: Runbook, run: Run): string | null {
  const running = runningStep(runbook, run);
  return running ? `"${stepName(running)}" is running` : null;
}

function refuseExecute(runbook: Runbook, run: Run, id: StepId): string | null {
  const step = findStep(runbook, id);
  if (!step) return `there is no step "${id}"`;
  if (step.type === "checklist" && step.advisory) return "a plain task list has nothing to run";
  if (stepRun(run, id).status === "background") return `"${stepName(step)}" goes on in the background`;
  return busy(runbook, run);
}

function refuseEdit(runbook: Runbook, {step: id, text, why}: Extract<Command, {type: "execute-edited"}>): string | null {
  const step = findStep(runbook, id);
  if (step?.type !== "cell") return "only a cell has a text that can be edited";
  if (text.trim() === "") return "the edited text is empty";
  if (text.includes("\0")) return "the edited text must not hold a NUL";
  if (text === step.source) return "that is the text of the document; run it as it is";
  return why.trim() === "" ? "say why it is edited" : null;
}

function refuseTerminal(runbook: Runbook, run: Run, id: StepId): string | null {
  const step = findStep(runbook, id);
  if (!step) return `there is no step "${id}"`;
  if (step.type !== "cell" || !step.options.tty) return `"${stepName(step)}" has no terminal`;
  return stepRun(run, id).status === "running" ? null : `"${stepName(step)}" is not running; there is nobody to read what is typed`;
}

const longestTyping = 16 * 1024;
function refuseText(text: string): string | null {
  if (text === "") return "nothing was typed";
  return text.length > longestTyping ? `at most ${longestTyping} characters can be typed at once, not ${text.length}` : null;
}

const isLength = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1000;
function refuseSize({columns, rows}: Extract<Command, {type: "resize"}>): string | null {
  return isLength(columns) && isLength(rows) ? null : `a terminal has from 1 to 1000 columns and rows, not ${columns} and ${rows}`;
}

function refuseAnswer(runbook: Runbook, run: Run, {step: id, answer, note, phrase}: Extract<Command, {type: "answer"}>): string | null {
  const step = findStep(runbook, id);
  if (!step) return `there is no step "${id}"`;
  const now = stepRun(run, id);
  const question = openQuestion(step, now);
  if (question === null)
    return now.status === "answered" ? `"${stepName(step)}" has been answered by ${now.by}` : `"${stepName(step)}" has not been asked`;
  const hindrance = busy(runbook, run);
  if (question.type === "lost") return hindrance ?? refuseLost(answer, note);
  if (hindrance !== null || answer.type === "refused") return hindrance;
  switch (question.type) {
    case "gate":
      return answer.type === "confirmed" ? null : "a gate is confirmed or refused";
    case "confirmation":
      if (answer.type !== "confirmed") return "a confirmation is given or refused";
      return question.phrase !== null && phrase !== question.phrase ? `type "${question.phrase}" to confirm` : null;
    case "decision":
      if (step.type !== "decision" || answer.type !== "chosen") return "a decision needs a choice";
      return step.choices[answer.choice] ? null : `there is no choice ${answer.choice}`;
    case "checklist": {
      if (step.type !== "checklist" || answer.type !== "completed") return "a checklist is completed or refused";
      const ticks = now.status === "asked" ? now.ticks : null;
      const open = step.items.filter((_, item) => !ticks?.get(item)?.checked);
      return open.length > 0 ? `${open.length === 1 ? "one item is" : `${open.length} items are`} not ticked: "${open[0]!.text}"` : null;
    }
    default:
      return unreachable(question);
  }
}

function refuseLost(answer: Answer, note: string): string | null {
  switch (answer.type) {
    case "repeated":
      return null;
    case "done":
      return note.trim() === "" ? "say how you know that it is done" : null;
    case "skipped":
      return note.trim() === "" ? "say why it is skipped" : null;
    default:
      return "a lost step is repeated, marked done, or skipped";
  }
}

/** The question that the step puts, or would put: a person may answer before the run comes to ask. A confirmation must be asked, for it names what will run. */
export function openQuestion(step: Step, now: StepRun): Question | null {
  if (now.status === "asked") return now.question;
  if (now.status === "ended" && now.attempt.outcome.type === "lost") return {type: "lost", attempt: now.attempt.number};
  if (now.status !== "pending" && now.status !== "offered") return null;
  switch (step.type) {
    case "cell":
      return null;
    case "gate":
      return {type: "gate", role: step.role, releases: []}; // they are found when it is asked
    case "checklist":
      return step.advisory ? null : {type: "checklist"};
    case "decision":
      return {type: "decision", proposed: null, why: null};
    default:
      return unreachable(step);
  }
}

function refuseTick(runbook: Runbook, run: Run, {step: id, item}: Extract<Command, {type: "tick"}>): string | null {
  const step = findStep(runbook, id);
  if (step?.type !== "checklist") return `there is no checklist "${id}"`;
  if (!step.items[item]) return `"${stepName(step)}" has no item ${item + 1}`;
  if (step.advisory) return null;
  return openQuestion(step, stepRun(run, id)) ? busy(runbook, run) : `"${stepName(step)}" has been answered`;
}

function refuseSkip(runbook: Runbook, run: Run, {step: id, why}: Extract<Command, {type: "skip"}>): string | null {
  const step = findStep(runbook, id);
  if (!step) return `there is no step "${id}"`;
  if (why.trim() === "") return "say why it is skipped";
  const now = stepRun(run, id);
  if (now.status === "running") return `"${stepName(step)}" is running`;
  return settled(now) ? `"${stepName(step)}" is ${standing(now)}` : null;
}

function refuseDone({reminders}: Runbook, run: Run, id: string): string | null {
  const reminder = reminders.find((reminder) => reminder.id === id);
  if (!reminder) return `there is no reminder "${id}"`;
  const now = run.reminders.get(id);
  if (!now) return `"${reminder.title}" is not due yet`;
  return now.done === null ? null : `"${reminder.title}" was done by ${now.done.by}; it is not due again yet`;
}

/** What is wrong with a value for an input, by its type; patterns are the server's to judge. */
export function refuseValue(input: Input, value: string): string | null {
  if (value === "") return input.optional ? null : `"${input.name}" needs a value`;
  switch (input.type) {
    case "int":
      return /^[+-]?\d+$/.test(value) ? null : `"${input.name}" must be a whole number, not "${value}"`;
    case "bool":
      return value === "true" || value === "false" ? null : `"${input.name}" must be true or false, not "${value}"`;
    case "choice":
      return input.choices.includes(value) ? null : `"${input.name}" must be one of ${input.choices.join(", ")}; not "${value}"`;
    case "duration":
      return /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(value) ? null : `"${input.name}" must be a duration like 90s or 1h30m, not "${value}"`;
    case "timestamp":
      return refuseTimestamp(input.name, value);
    case "string":
    case "file":
    case "secret":
      return value.includes("\0") ? `"${input.name}" must not hold a NUL` : null;
    default:
      return unreachable(input.type);
  }
}

function refuseTimestamp(name: string, value: string): string | null {
  const shape = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?$/;
  const found = shape.exec(value);
  if (!found) return `"${name}" must be a time like 2026-01-31 14:30:00+00, not "${value}"`;
  if (found[4] === undefined) return `"${name}" needs a time zone: "${value}+00" if it is UTC`;
  const instant = value
    .replace(" UTC", "Z")
    .replace("UTC", "Z")
    .replace(" ", "T")
    .replace(/ (?=[+-Z])/, "")
    .replace(/([+-]\d{2})$/, "$1:00")
    .replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
  return Number.isNaN(Date.parse(instant)) ? `"${name}" is no time that exists: "${value}"` : null;
}

const findStep = (runbook: Runbook, id: StepId): Step | undefined => runbook.steps.find((step) => step.id === id);

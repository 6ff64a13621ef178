import type {Event} from "../model/event.ts";
import type {StepId} from "../model/runbook.ts";
import {duration, endingWords} from "./words.ts";

/** One line of what happened in a run: who did what to which step. */
export interface Happening {
  readonly seq: number;
  readonly at: string;
  readonly who: string | null; // null: nobody in person
  readonly what: string;
  readonly step: StepId | null;
  readonly note: string; // in their own words
  readonly tone: "good" | "bad" | "ask" | null;
}

/** What people should be able to read afterwards of an event; null for what only a machine wants to know. */
export function tell(event: Event): Happening | null {
  const told = words(event);
  if (told === null) return null;
  const step = "step" in event ? event.step : null;
  return {seq: event.seq, at: event.at, who: null, note: "", tone: null, step, ...told};
}

type Told = Pick<Happening, "what"> & Partial<Happening>;

function words(event: Event): Told | null {
  switch (event.type) {
    case "run-started":
      return {who: event.operator, what: `started the ${event.mode}`};
    case "run-resumed":
      return {who: event.operator, what: `went on with it, after ${duration(event.idleMs)} without a runner`};
    case "document-changed":
      return {what: "the document had changed since"};
    case "input-asked":
      return {what: `a value for ${event.name} is asked for`, tone: "ask"};
    case "input-set":
      if (event.via === "not-given") return {what: `${event.name} was not given`};
      return {who: event.by, what: `set ${event.name}`, note: event.secret ? "" : event.value};
    case "cell-started":
      return {who: event.by, what: `${event.by === null ? "started" : "ran"}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`};
    case "cell-ready":
      return {what: "is ready, and goes on", tone: "good"};
    case "terminal-typed":
      return {who: event.by, what: "typed into its terminal"};
    case "prompt-answered":
      return {what: `a prompt was answered with ${event.secret}`};
    case "cell-ended":
      return {
        what: endingWords(event.outcome, event.ending.durationMs),
        note: event.outcome.type === "failed" || event.outcome.type === "lost" ? event.outcome.message : "",
        tone: event.outcome.type === "passed" ? "good" : "bad"
      };
    case "question-asked":
      return {what: event.question.type === "confirmation" ? "asks to be confirmed" : "waits for an answer", tone: "ask"};
    case "question-answered":
      return {who: event.by, what: answerWords[event.answer.type], note: event.note};
    case "item-checked":
      return {who: event.by, what: `${event.checked ? "ticked" : "unticked"} item ${event.item + 1}`};
    case "step-skipped":
      return event.by === null ? null : {who: event.by, what: "skipped it", note: event.reason};
    case "milestone-reached":
      return {what: `milestone “${event.milestone}” reached`};
    case "objective-measured":
      return {
        what: `objective “${event.objective}” ${event.measure.result.replace("-", " ")}${event.measure.actualMs === null ? "" : `, ${duration(event.measure.actualMs)}`}`,
        tone: event.measure.result === "met" ? "good" : event.measure.result === "not-measured" ? null : "bad"
      };
    case "reminder-due":
      return {what: `reminder “${event.reminder}” is due`, tone: "ask"};
    case "reminder-done":
      return {who: event.by, what: `did what reminder “${event.reminder}” asks for`};
    case "deviation-recorded":
      return {who: event.by, what: `deviated: ${event.deviation.replaceAll("-", " ")}`, note: event.why};
    case "cancel-requested":
      return {who: event.by, what: event.step === null ? "abandoned the run" : "stopped it"};
    case "closing-answered":
      return {who: event.by, what: "completed the record"};
    case "run-ended":
      return {
        who: event.by,
        what: `${event.by === null ? "the run ended" : "finished the run"}: ${event.outcome}`,
        note: event.reason,
        tone: event.outcome === "passed" ? "good" : "bad"
      };
    default:
      return null;
  }
}

const answerWords: Readonly<Record<Extract<Event, {type: "question-answered"}>["answer"]["type"], string>> = {
  confirmed: "confirmed",
  refused: "refused",
  completed: "completed",
  chosen: "decided",
  repeated: "lets it run again",
  done: "says it is done",
  skipped: "skipped it"
};

import type {Event, Question} from "../model/event.ts";
import type {Material} from "./material.ts";
import {answerWords} from "./people.ts";
import type {DrillRecord} from "./record-schema.ts";

type Asked = DrillRecord["questions"][number];

/** Every question that was put, in order, with its answer; what was asked again after a resumption stands twice. */
export function findQuestions({runbook, events}: Material): Asked[] {
  const found: {asked: Event & {type: "question-asked"}; answered: (Event & {type: "question-answered"}) | null}[] = [];
  for (const event of events) {
    if (event.type === "question-asked") found.push({asked: event, answered: null});
    else if (event.type === "question-answered") {
      const open = found.findLast(({asked, answered}) => asked.step === event.step && answered === null);
      if (open) open.answered = event;
    }
  }
  const labels = new Map(
    runbook.steps.flatMap((step) => (step.type === "decision" ? [[step.id, step.choices.map(({label}) => label)] as const] : []))
  );
  return found.map(({asked: {step, at, ms, question}, answered}) => {
    const choice = answered?.answer.type === "chosen" ? labels.get(step)?.[answered.answer.choice] : undefined;
    return {
      step,
      type: question.type,
      askedAt: at,
      ...detailOf(question),
      answer: answered === null ? null : choice === undefined ? answerWords(answered) : `chosen: ${choice}`,
      by: answered?.by ?? null,
      at: answered?.at ?? null,
      note: answered === null || answered.note === "" ? null : answered.note,
      via: answered?.via ?? null,
      waitedMs: answered === null ? null : answered.ms - ms
    };
  });
}

function detailOf(question: Question): Pick<Asked, "role" | "reasons" | "text" | "sha256" | "releases"> {
  const none = {role: null, reasons: [], text: null, sha256: null, releases: []};
  switch (question.type) {
    case "gate":
      return {
        ...none,
        role: question.role,
        releases: question.releases.map(({step, target, text, values, unknown, sha256}) => ({
          step,
          target,
          text,
          values: {...values},
          unknown: [...unknown],
          sha256
        }))
      };
    case "decision":
      return {...none, reasons: question.why === null ? [] : [question.why]};
    case "confirmation":
      return {
        ...none,
        reasons: [...question.reasons, ...question.unknown.map((what) => `cannot be known before: ${what}`)],
        text: question.text,
        sha256: question.sha256
      };
    default:
      return none;
  }
}

/** Puts a question to the conductor and records what came of it. */

import type {Answer, Question} from "../model/event.ts";
import type {Step} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {whenAborted} from "./inputs.ts";
import type {Stage} from "./stage.ts";

/** The answer; null: it was withdrawn, or nobody answered, which stops the run. */
export async function putQuestion(stage: Stage, step: Step, question: Question): Promise<Answer | null> {
  await stage.record({type: "question-asked", step: step.id, question});
  const asking = stage.interruptible(step.id);
  try {
    const tick = async (item: number, checked: boolean, by: string): Promise<void> => {
      if (step.type !== "checklist" || !step.items[item]) throw new RangeError(`"${stepName(step)}" has no item ${item + 1}`);
      await stage.record({type: "item-checked", step: step.id, item, checked, by});
    };
    const answered = await Promise.race([stage.request.conductor.ask(step, question, tick, asking.signal), whenAborted(asking.signal)]);
    if (asking.signal.aborted) return null;
    if (answered === null) {
      stage.stoppedAt ??= step.id;
      return null;
    }
    const {answer, by, note, via} = answered;
    if (!fits(step, question, answer)) throw new TypeError(`"${answer.type}" is no answer to the ${question.type} "${stepName(step)}"`);
    await stage.record({type: "question-answered", step: step.id, answer, by, note, via});
    return answer;
  } finally {
    asking.end();
  }
}

function fits(step: Step, question: Question, answer: Answer): boolean {
  switch (answer.type) {
    case "refused":
      return question.type !== "lost";
    case "repeated":
    case "done":
    case "skipped":
      return question.type === "lost";
    case "confirmed":
      return question.type === "gate" || question.type === "confirmation";
    case "completed":
      return question.type === "checklist";
    case "chosen":
      return question.type === "decision" && step.type === "decision" && step.choices[answer.choice] !== undefined;
  }
}

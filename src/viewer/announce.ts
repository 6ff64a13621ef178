import type {Event} from "../model/event.ts";
import type {Step, StepId} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";

/** What a screen reader says of an event; null for what would only be noise, as each line of an output. */
export function announce(event: Event, steps: ReadonlyMap<StepId, Step>): string | null {
  const name = (id: StepId): string => {
    const step = steps.get(id);
    return step ? stepName(step) : id;
  };
  switch (event.type) {
    case "run-started":
      return `The ${event.mode} has started`;
    case "run-ended":
      return `The run has ended: ${event.outcome}`;
    case "cell-started":
      return `${name(event.step)} is running`;
    case "cell-ready":
      return `${name(event.step)} is ready and goes on`;
    case "cell-ended":
      return `${name(event.step)}: ${event.outcome.type}`;
    case "question-asked":
      return `${name(event.step)} asks for an answer`;
    case "question-answered":
      return `${name(event.step)} was answered by ${event.by}`;
    case "step-skipped":
      return `${name(event.step)} was skipped`;
    case "reminder-due":
      return "A reminder is due";
    case "input-asked":
      return `A value for ${event.name} is asked for`;
    default:
      return null;
  }
}

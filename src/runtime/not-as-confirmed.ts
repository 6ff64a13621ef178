/** A gate is confirmed for exact texts, places and values; a cell that runs with others than its gate showed has deviated from that. */
import type {Exactly, Release} from "../model/event.ts";
import type {Assessment} from "../model/kind.ts";
import type {Run} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Cell, StepId} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {describeTarget, toExactly} from "./confirm.ts";
import {placeOpen, valueOpen} from "./question-of.ts";
import type {Stage} from "./stage.ts";

/** Records what is other than it was shown; what was not known then is not. */
export async function noteDifference(stage: Stage, cell: Cell, assessment: Assessment, isEdited: boolean): Promise<void> {
  const found = findConfirmed(stage, cell.id);
  if (found === null) return;
  const show = (text: string): string => stage.redactor.text(text).text;
  const target = await describeTarget(stage, cell);
  const now = toExactly(cell, assessment, {values: stage.variables.bound, show, target});
  if (now.sha256 === found.release.sha256) return;
  const differences = differencesOf(found.release, {...now, text: show(now.text), target: show(target)}, isEdited);
  if (differences.length === 0) return;
  await stage.record({
    type: "deviation-recorded",
    deviation: "not-as-confirmed",
    step: cell.id,
    by: stage.passedBy ?? stage.request.operator,
    why: `since "${found.gate}" was confirmed: ${differences.join("; ")}`
  });
}

function differencesOf(shown: Release, now: Exactly & {readonly target: string}, isEdited: boolean): readonly string[] {
  const values = Object.entries(shown.values).flatMap(([name, was]) => {
    const is = now.values[name];
    return is === undefined || is === was || shown.unknown.includes(valueOpen(name))
      ? []
      : [`${name} was ${JSON.stringify(was)}, is ${JSON.stringify(is)}`];
  });
  return [
    ...(now.text === shown.text || isEdited ? [] : ["another text"]), // an edit is a deviation of its own
    ...(now.target === shown.target || shown.unknown.includes(placeOpen)
      ? []
      : [`it was to act on ${shown.target}, acts on ${now.target}`]),
    ...values
  ];
}

function findConfirmed({run, request}: {readonly run: Run} & Pick<Stage, "request">, cell: StepId) {
  for (const step of request.runbook.steps) {
    if (step.type !== "gate") continue;
    const now = stepRun(run, step.id);
    if (now.status !== "answered" || now.answer.type !== "confirmed" || now.question.type !== "gate") continue;
    const release = now.question.releases.find((release) => release.step === cell);
    if (release) return {gate: stepName(step), release};
  }
  return null;
}

/** What a step asks, with what a person should know before they answer. */
import {evaluate, toText} from "../expression/index.ts";
import type {Question, Release} from "../model/event.ts";
import {cellsBehind} from "../model/released.ts";
import type {Cell, Checklist, Decision, Gate, StepId} from "../model/runbook.ts";
import type {Circumstances} from "./confirm.ts";
import {assessCell, describeTarget, toExactly} from "./confirm.ts";
import {describeActual, describeFailure, scopeOf} from "./scope.ts";
import type {Stage} from "./stage.ts";

export async function questionOf(stage: Stage, step: Gate | Checklist | Decision): Promise<Question> {
  switch (step.type) {
    case "gate":
      return {type: "gate", role: step.role, releases: await findReleases(stage, step.id)};
    case "checklist":
      return {type: "checklist"};
    case "decision":
      return {type: "decision", ...propose(stage, step)};
  }
}

/** The choice that the document's expression speaks for, if it can be evaluated and names one. */
function propose(stage: Stage, {id, choose, choices}: Decision): {readonly proposed: number | null; readonly why: string | null} {
  if (choose === null) return {proposed: null, why: null};
  const scope = scopeOf(stage, {at: id});
  try {
    const label = toText(evaluate(choose.source, scope));
    const proposed = choices.findIndex((choice) => choice.label === label);
    return proposed === -1
      ? {proposed: null, why: `${choose.source} is "${label}", which is no choice`}
      : {proposed, why: `${choose.source}: ${describeActual(stage.redactor, choose.source, scope)}`};
  } catch (error) {
    return {
      proposed: null,
      why: `${choose.source}: ${describeFailure(stage.redactor, (scope) => toText(evaluate(choose.source, scope)), scope, error)}`
    };
  }
}

/** What confirming a gate leads to, as it would run now: the hash is the one that a confirmation of the cell would have. */
async function findReleases(stage: Stage, gate: StepId): Promise<readonly Release[]> {
  const {runbook} = stage.request;
  const releases: Release[] = [];
  for (const cell of cellsBehind(runbook, stage.run, stage.run.start!.plan, gate)) {
    const values = withDefaults(stage, cell);
    const assessment = await assessCell(stage.kindOf(cell), cell, values.keys());
    const target = await describeTarget(stage, cell);
    const exactly = toExactly(cell, assessment, {values, show: (text) => stage.redactor.text(text).text, target});
    const open = cell.uses.filter((name) => !values.has(name)).map((name) => `what ${name} will be`);
    releases.push({step: cell.id, target, ...exactly, unknown: [...open, ...exactly.unknown]});
  }
  return releases;
}

/** What is bound, and the defaults that the cell will take. */
function withDefaults({request, variables}: Stage, {uses}: Cell): Circumstances["values"] {
  const values: Map<string, {readonly value: string; readonly secret: boolean}> = new Map(variables.bound);
  for (const {name, type, default: usual} of request.runbook.inputs)
    if (usual !== null && uses.includes(name) && !values.has(name)) values.set(name, {value: usual, secret: type === "secret"});
  return values;
}

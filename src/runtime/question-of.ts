/** What a step asks, with what a person should know before they answer. */
import {evaluate, toText} from "../expression/index.ts";
import type {Question, Release} from "../model/event.ts";
import {cellsBehind} from "../model/released.ts";
import type {Cell, Checklist, Decision, Gate, StepId} from "../model/runbook.ts";
import {assessCell, describeTarget, toExactly} from "./confirm.ts";
import {findTemplates} from "./connections/template.ts";
import type {Foreseen} from "./foresee.ts";
import {foresee} from "./foresee.ts";
import {connectionOf} from "./reach-target.ts";
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
  const behind = cellsBehind(stage.request.runbook, stage.run, stage.run.start!.plan, gate);
  const releases: Release[] = [];
  for (const [cell, foreseen] of foresee(stage, behind)) {
    const {values, open} = foreseen;
    const assessment = await assessCell(stage.kindOf(cell), cell, new Set([...values.keys(), ...open]));
    const target = await describeTarget(stage, cell);
    const exactly = toExactly(cell, assessment, {values, show: (text) => stage.redactor.text(text).text, target});
    const names = new Set([...cell.uses, ...assessment.names].filter((name) => !values.has(name) || open.has(name)));
    const place = isPlaceOpen(stage, cell, foreseen) ? [placeOpen] : [];
    releases.push({step: cell.id, target, ...exactly, unknown: [...[...names].map(valueOpen), ...place, ...exactly.unknown]});
  }
  return releases;
}

/** What a gate says of a value, and of a place, that nobody can know yet. */
export const valueOpen = (name: string): string => `what ${name} will be`;
export const placeOpen = "where it will act";

/** The place has a name in it that has no value yet, or will have another. */
function isPlaceOpen(stage: Stage, cell: Cell, {changing}: Foreseen): boolean {
  const {connections, hosts} = stage.request.runbook.settings;
  const host = hosts[cell.options.on ?? "local"];
  const places = [connections[connectionOf(stage, cell)], stage.kindOf(cell).targets === "hosts" ? host : undefined];
  return findTemplates(JSON.stringify(places)).some(({name}) => changing.has(name) || stage.lookup(name) === undefined);
}

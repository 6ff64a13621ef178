/** What a run would do, found without running anything: no cell is executed, no server is asked, nothing is recorded. */
import type {Confirmation} from "../model/event.ts";
import {includesAround, variableIn} from "../model/include.ts";
import type {AnyKind, Assessment} from "../model/kind.ts";
import type {Plan, PlannedStep} from "../model/plan.ts";
import type {Cell, Input, Runbook, Step} from "../model/runbook.ts";
import type {GivenValue} from "./conductor.ts";
import {assessCell, describeTarget, destroys, needsConfirmation, toConfirmation} from "./confirm.ts";
import {EMBEDDED} from "./connections/embedded/word.ts";
import {pinsCluster} from "./connections/pins.ts";
import {findTemplates} from "./connections/template.ts";
import {readGivenInputs} from "./inputs.ts";
import {readSecrets} from "./prepare.ts";
import {connectionOf} from "./reach-target.ts";
import {createRedactor, markOf} from "./redact.ts";
import {createTargets} from "./targets.ts";

export interface Rehearsal {
  readonly runbook: Runbook;
  readonly plan: Plan;
  readonly kinds: readonly AnyKind[];
  readonly environment: Readonly<Record<string, string>>;
  readonly values: readonly GivenValue[];
}
export interface RehearsedStep {
  readonly step: Step;
  readonly planned: PlannedStep;
  readonly inputs: readonly RehearsedInput[]; // that it needs and no earlier step did
  readonly cell: RehearsedCell | null; // null: it is none, or it is skipped
}
export interface RehearsedInput {
  readonly input: Input;
  readonly value: string | null; // as it may be shown; null: it would be asked for
  readonly via: GivenValue["via"] | null;
}
export interface RehearsedCell {
  readonly target: string;
  readonly assessment: Assessment;
  readonly destroys: boolean;
  readonly server: "own" | "pinned" | "unpinned"; // the run's own throw-away one, one whose system identifier is pinned, or any
  readonly confirmation: Confirmation | null; // null: it asks for none
  readonly open: readonly string[]; // what only the run will know, so that the confirmation is another one then
}

export async function rehearse({runbook, plan, kinds, environment, values}: Rehearsal): Promise<readonly RehearsedStep[]> {
  const redactor = createRedactor();
  for (const [name, value] of readSecrets({runbook, values, environment})) redactor.add(name, value);
  const given = readGivenInputs({runbook, values, environment});
  const bound = new Map<string, {readonly value: string; readonly secret: boolean}>();
  const open = new Map<string, string>(); // name → why nobody knows its value yet
  const targets = createTargets({
    settings: runbook.settings,
    lookup: (name) => bound.get(name)?.value ?? values.findLast((value) => value.name === name)?.value ?? environment[name],
    environment: {
      ...environment,
      ...Object.fromEntries(values.flatMap(({name, value, via}) => (via === "--env-file" ? [[name, value]] : [])))
    },
    runDirectory: "",
    addSecret: (name, value) => redactor.add(name, value),
    holder: ""
  });
  const kindOf = ({kind}: Cell): AnyKind => kinds.find(({name}) => name === kind)!;
  const where = {kindOf, request: {runbook}};
  for (const input of runbook.inputs) {
    const value = given.get(input.name);
    if (value) bind(input, value.value);
  }
  const told = new Set<string>();
  let inside = new Set<string>();
  const steps: RehearsedStep[] = [];
  for (const [place, step] of runbook.steps.entries()) {
    const planned = plan.steps[place]!;
    if (planned.action === "skip") {
      steps.push({step, planned, inputs: [], cell: null});
      continue;
    }
    enter(step);
    const inputs = runbook.inputs.filter(({name}) => step.uses.includes(name) && !told.has(name) && !open.has(name)).map(resolve);
    const cell = step.type === "cell" ? await rehearseCell(step) : null;
    if (step.type === "cell") for (const {name} of step.captures) open.set(name, `${name} is known when "${step.id}" has captured it`);
    steps.push({step, planned, inputs, cell});
  }
  await targets.close();
  return steps.map((one) => (one.cell === null ? one : {...one, cell: show(one.cell)})); // connections have told of their passwords by now

  function show({target, assessment, confirmation, ...rest}: RehearsedCell): RehearsedCell {
    const text = (value: string): string => redactor.text(value).text;
    const found = <T extends Pick<Assessment, "reasons" | "unknown">>(of: T): T => ({
      ...of,
      reasons: of.reasons.map(text),
      unknown: of.unknown.map(text)
    });
    return {
      ...rest,
      target: text(target),
      assessment: found(assessment),
      confirmation: confirmation && {...found(confirmation), text: text(confirmation.text)}
    };
  }

  function bind({name, type}: Input, value: string): void {
    if (type === "secret" && value !== "") redactor.add(name, value);
    bound.set(name, {value, secret: type === "secret"});
  }

  /** What an include sets, in the order in which the run comes to it. */
  function enter({id}: Step): void {
    const around = includesAround(runbook, id);
    for (const include of around) {
      if (inside.has(include.id)) continue;
      for (const [name, written] of Object.entries(include.set)) {
        const from = variableIn(written);
        const input = runbook.inputs.find((one) => one.name === name);
        const source = from === null ? {value: written, secret: false} : bound.get(from);
        if (source && input) {
          bind(input, source.value);
          open.delete(name);
        } else open.set(name, `${name} is set by include "${include.id}" to ${written}, which has no value yet`);
      }
    }
    inside = new Set(around.map((include) => include.id));
  }

  function resolve(input: Input): RehearsedInput {
    const {name, default: usual, optional} = input;
    told.add(name);
    if (!bound.has(name)) {
      if (usual !== null) bind(input, usual);
      else if (optional) bind(input, "");
      else {
        open.set(name, `${name} has no value: give it with --set, --env-file or --answers`);
        return {input, value: null, via: null};
      }
    }
    const {value, secret} = bound.get(name)!;
    return {
      input,
      value: secret && value !== "" ? markOf(name) : redactor.text(value).text,
      via: given.get(name)?.via ?? (usual === null ? "not-given" : "default")
    };
  }

  async function rehearseCell(cell: Cell): Promise<RehearsedCell> {
    const assessment = await assessCell(kindOf(cell), cell, new Set([...bound.keys(), ...open.keys()]));
    const target = await describeTarget({...where, targets}, cell);
    const connection = runbook.settings.connections[connectionOf(where, cell)];
    const templates = [connection?.url, connection?.systemIdentifier, connection?.database].flatMap((text) => findTemplates(text ?? ""));
    const named = new Set([...assessment.names, ...templates.map(({name}) => name)]);
    return {
      target,
      assessment,
      destroys: destroys(cell, assessment),
      server: connection?.url.trim() === EMBEDDED ? "own" : pinsCluster(connection) ? "pinned" : "unpinned",
      confirmation: needsConfirmation(cell, assessment)
        ? toConfirmation(cell, assessment, {values: bound, show: (text) => redactor.text(text).text, target})
        : null,
      open: [...open].flatMap(([name, why]) => (named.has(name) ? [why] : []))
    };
  }
}

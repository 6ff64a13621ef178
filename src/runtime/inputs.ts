/** Values of inputs: given with the call, from the environment, by default, or asked of a person before the first step that uses them. */
import {compilePattern} from "../expression/index.ts";
import {refuseValue} from "../model/command.ts";
import type {Via} from "../model/event.ts";
import type {Input, Step} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {GivenValue, RunRequest} from "./conductor.ts";
import {learnPasswords} from "./learn-passwords.ts";
import {markOf} from "./redact.ts";
import type {Stage} from "./stage.ts";

export const shortestSecretInput = 8;

/** What is wrong with a value for an input, its pattern included; null when it will do. */
export function refuseInput(input: Input, value: string): string | null {
  const refused = refuseValue(input, value);
  if (refused !== null || value === "") return refused;
  if (input.type === "secret" && value.length < shortestSecretInput)
    return `"${input.name}" is a secret of ${value.length} characters; one shorter than ${shortestSecretInput} cannot be kept out of the record`;
  if (input.pattern !== null && !compilePattern(input.pattern).matchesWhole(value))
    return `"${input.name}" must match ${input.pattern}${input.type === "secret" ? "" : `, not "${value}"`}`;
  return null;
}

/** The last value given for each input; throws a `UsageError` for one that will not do. */
export function readGivenInputs({
  runbook,
  values,
  environment
}: Pick<RunRequest, "runbook" | "values" | "environment">): ReadonlyMap<string, GivenValue> {
  const inputs = new Map(runbook.inputs.map((input) => [input.name, input]));
  const given = new Map<string, GivenValue>();
  for (const {name, from} of runbook.inputs) {
    const inFile = values.findLast((value) => value.name === from && value.via === "--env-file");
    const value = from === null ? undefined : environment[from];
    if (inFile) given.set(name, {...inFile, name});
    else if (value !== undefined) given.set(name, {name, value, by: `environment variable ${from}`, via: "environment"});
  }
  for (const value of values) if (inputs.has(value.name)) given.set(value.name, value);
  for (const {name, value, via} of given.values()) {
    const refused = refuseInput(inputs.get(name)!, value);
    if (refused !== null) throw new UsageError(`${via}: ${refused}`);
  }
  return given;
}

/** Sees to it that these inputs have values; false: nobody gave one that was needed. */
export async function resolveInputs(stage: Stage, names: readonly string[], step: Step): Promise<boolean> {
  for (const name of names) {
    const input = stage.request.runbook.inputs.find((input) => input.name === name);
    if (!input || stage.variables.bound.has(name)) continue;
    if (input.default !== null) await setInput(stage, input, {name, value: input.default, by: stage.request.operator, via: "default"});
    else if (!(await askInput(stage, input, step))) return false;
  }
  return true;
}

export async function setInput(
  stage: Stage,
  input: Input,
  {value, by, via, secret: other = false}: {value: string; by: string; via: Via; secret?: boolean} & Pick<GivenValue, "name">
): Promise<void> {
  const whole = input.type === "secret" || other;
  if (whole && value !== "") stage.redactor.add(input.name, value);
  const brings = learnPasswords(stage, input.name, value);
  const secret = whole || brings;
  const {seq} = await stage.record({
    type: "input-set",
    name: input.name,
    value: whole && value !== "" ? markOf(input.name) : stage.redactor.text(value).text,
    secret,
    by,
    via
  });
  stage.variables.set(input.name, {value, secret, setAt: seq});
}

async function askInput(stage: Stage, input: Input, step: Step): Promise<boolean> {
  await stage.record({type: "input-asked", name: input.name, step: step.id});
  const asking = stage.interruptible(step.id);
  try {
    for (;;) {
      const given = await Promise.race([stage.request.conductor.value(input, step.id, asking.signal), whenAborted(asking.signal)]);
      if (stage.variables.bound.has(input.name)) return true; // it was set meanwhile, outside the question
      if (given === null && input.optional && !asking.signal.aborted)
        await setInput(stage, input, {name: input.name, value: "", by: stage.request.operator, via: "not-given"});
      else if (given === null) {
        if (!asking.signal.aborted) stage.stoppedAt ??= step.id;
        return false;
      } else if (refuseInput(input, given.value) !== null)
        continue; // whoever puts the question says why, and asks again
      else await setInput(stage, input, given);
      return true;
    }
  } finally {
    asking.end();
  }
}

export function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), {once: true});
  });
}

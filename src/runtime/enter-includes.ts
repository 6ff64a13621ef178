/** What an include sets, when the run comes to it. */
import {includesAround, variableIn} from "../model/include.ts";
import type {Include, Step} from "../model/runbook.ts";
import {refuseInput, resolveInputs, setInput} from "./inputs.ts";
import type {Stage} from "./stage.ts";

/**
 * Sets the inputs of the includes that the run enters with this step. `waits`: a value that one of them needs is an input that nobody
 * gave; otherwise what went wrong, in words, or null.
 */
export async function enterIncludes(stage: Stage, step: Step): Promise<{readonly waits: boolean; readonly trouble: string | null}> {
  const around = includesAround(stage.request.runbook, step.id);
  for (const include of around) {
    if (stage.inside.has(include.id)) continue;
    for (const [name, value] of Object.entries(include.set)) {
      const from = variableIn(value);
      if (from !== null && !(await resolveInputs(stage, [from], step))) return {waits: true, trouble: null};
      const found = from === null ? {value, secret: false} : (stage.variables.bound.get(from) ?? null);
      const trouble = found === null ? whyNot(stage, name, from!) : await set(stage, include, name, found);
      if (trouble !== null) return {waits: false, trouble: `include "${include.id}" sets ${name}=${value}: ${trouble}`};
    }
  }
  stage.inside.clear();
  for (const {id} of around) stage.inside.add(id);
  return {waits: false, trouble: null};
}

/** Where only a part runs, what would set the variable may not have run, and a person, or whoever called, says what the input is. */
function whyNot({run}: Stage, name: string, from: string): string | null {
  const input = run.inputs.get(name);
  const isGiven = input?.status === "set" && input.via !== "include" && input.via !== "default";
  return isGiven ? null : `nothing has set ${from}, and nobody gave ${name}`;
}

async function set(
  stage: Stage,
  {id}: Include,
  name: string,
  {value, secret}: {readonly value: string; readonly secret: boolean}
): Promise<string | null> {
  const input = stage.request.runbook.inputs.find((input) => input.name === name);
  if (!input) return `there is no input "${name}"`;
  const refused = refuseInput(input, value);
  if (refused !== null) return secret ? "its value is none that the input can have" : refused;
  await setInput(stage, input, {name, value, by: `include "${id}"`, via: "include", secret});
  return null;
}

/** What an include sets, when the run comes to it. */
import {includesAround} from "../model/include.ts";
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
      const from = /^\$([A-Z][A-Z0-9_]*)$/.exec(value)?.[1] ?? null;
      if (from !== null && !(await resolveInputs(stage, [from], step))) return {waits: true, trouble: null};
      const trouble = await set(stage, include, name, from === null ? {value, secret: false} : (stage.variables.bound.get(from) ?? null));
      if (trouble !== null) return {waits: false, trouble: `include "${include.id}" sets ${name}=${value}: ${trouble}`};
    }
  }
  stage.inside.clear();
  for (const {id} of around) stage.inside.add(id);
  return {waits: false, trouble: null};
}

async function set(
  stage: Stage,
  include: Include,
  name: string,
  from: {readonly value: string; readonly secret: boolean} | null
): Promise<string | null> {
  const input = stage.request.runbook.inputs.find((input) => input.name === name);
  if (!input) return `there is no input "${name}"`;
  if (from === null) return "nothing has set it";
  const refused = refuseInput(input, from.value);
  if (refused !== null) return from.secret ? "its value is none that the input can have" : refused;
  await setInput(stage, input, {name, value: from.value, by: `include "${include.id}"`, via: "include", secret: from.secret});
  return null;
}

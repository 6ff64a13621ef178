/** Where a run that goes on is, and what it does there: waits, runs, or stands at what failed. */
import type {Run} from "./run.ts";
import {stepRun} from "./run.ts";
import type {Step} from "./runbook.ts";
import type {Standing} from "./standing.ts";
import {broke, standing} from "./standing.ts";

export type Whereabouts =
  | {readonly state: Standing; readonly step: Step} // "asked", "running", or how it broke
  | {readonly state: "asked"; readonly input: string}
  | {readonly state: "idle"};

/** What needs a person comes first; a failure only where nothing else goes on. */
export function whereabouts(run: Run, steps: readonly Step[]): Whereabouts {
  const find = (word: "asked" | "running"): Step | undefined => steps.find(({id}) => standing(stepRun(run, id)) === word);
  const asked = find("asked");
  if (asked) return {state: "asked", step: asked};
  const running = find("running");
  if (running) return {state: "running", step: running};
  const wanted = [...run.inputs].find(([, {status}]) => status === "asked");
  if (wanted) return {state: "asked", input: wanted[0]};
  const broken = steps.find(({id}) => broke(stepRun(run, id)));
  return broken ? {state: standing(stepRun(run, broken.id)), step: broken} : {state: "idle"};
}

/** The same in words, up to the name of the place. */
export function whereaboutsWords({state, ...place}: Whereabouts): string {
  if (state === "idle") return "idle";
  if (state === "asked") return "input" in place ? "waits for" : "waits at";
  return state === "running" ? "runs" : `${state.replace("-", " ")} at`;
}

/** What an expression can see of a run. */
import type {AttemptFacts, Scope, StepFacts} from "../expression/index.ts";
import type {StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Cell, Step} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {sessionKey} from "./sessions.ts";
import type {Stage} from "./stage.ts";

/** `attempt` is the one that has just ended, for promises and captures; everywhere else there is none. */
export function scopeOf(stage: Stage, {cell = null, attempt = null}: {cell?: Cell | null; attempt?: AttemptFacts | null} = {}): Scope {
  return {
    attempt,
    vars: stage.variables.texts,
    shell: cell ? (stage.shells.get(sessionKey(cell)) ?? null) : null,
    now: new Date(),
    steps: (id) => {
      const step = (stage.steps as ReadonlyMap<string, Step>).get(id);
      return step && factsOf(stage, step);
    },
    stepIds: stage.stepIds
  };
}

function factsOf(stage: Stage, step: Step): StepFacts {
  const now = stepRun(stage.run, step.id);
  return {outcome: standing(now), answer: answerOf(step, now), attempt: stage.facts.get(step.id) ?? null};
}

function answerOf(step: Step, now: StepRun): string | null {
  if (now.status !== "answered") return null;
  const {answer} = now;
  return answer.type === "chosen" && step.type === "decision" ? (step.choices[answer.choice]?.label ?? null) : answer.type;
}

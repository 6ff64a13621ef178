/** What an expression can see of a run. */
import type {AttemptFacts, Held, Scope, StepFacts} from "../expression/index.ts";
import {explain} from "../expression/index.ts";
import {meaningsOf} from "../model/include.ts";
import type {StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Cell, Step} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import type {Redactor} from "./redact.ts";
import {redactOutput} from "./redact-fact.ts";
import {sessionKey} from "./sessions.ts";
import type {Stage} from "./stage.ts";

/**
 * `attempt` is the one that has just ended, for promises and captures; everywhere else there is none. `at`: the id of what reads; in
 * an include, ids are looked for there first.
 */
export function scopeOf(
  stage: Stage,
  {cell = null, attempt = null, at = cell?.id ?? null}: {cell?: Cell | null; attempt?: AttemptFacts | null; at?: string | null} = {}
): Scope {
  const steps = stage.steps as ReadonlyMap<string, Step>;
  return {
    attempt,
    vars: stage.variables.texts,
    shell: cell ? (stage.shells.get(sessionKey(cell)) ?? null) : null,
    now: new Date(),
    steps: (id) => {
      const meant = meaningsOf(id, at).find((meaning) => steps.has(meaning));
      return meant === undefined ? undefined : factsOf(stage, steps.get(meant)!);
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

/** The actual values of what an expression read, as the record may show them; what it came to was found with the true ones. */
export function describeActual(redactor: Redactor, source: string, scope: Scope): string {
  // Secrets are taken out before the values are quoted: a secret that bash had quoted is quoted twice then, and no form of it any more.
  const shown = redactScope(redactor, scope);
  try {
    return explain(source, shown);
  } catch (error) {
    return messageOf(error);
  }
}

/** Why an expression raised, as the record may show it. */
export function describeFailure(redactor: Redactor, read: (scope: Scope) => unknown, scope: Scope, error: unknown): string {
  if (redactor.idle) return messageOf(error);
  try {
    read(redactScope(redactor, scope));
    return "it raised on a value that is secret";
  } catch (shown) {
    return messageOf(shown);
  }
}

function redactScope(redactor: Redactor, scope: Scope): Scope {
  if (redactor.idle) return scope;
  const text = (value: string): string => redactor.text(value).text;
  const {shell, attempt} = scope;
  return {
    ...scope,
    attempt: attempt && redactAttempt(redactor, attempt),
    vars: new Map([...scope.vars].map(([name, value]) => [name, text(value)])),
    shell: shell && ((name) => mapDefined(shell(name), text)),
    steps: (id) => mapDefined(scope.steps(id), (facts) => ({...facts, attempt: facts.attempt && redactAttempt(redactor, facts.attempt)}))
  };
}

function redactAttempt(redactor: Redactor, attempt: AttemptFacts): AttemptFacts {
  const held = (text: Held<string>): Held<string> =>
    text.type === "cut"
      ? text
      : {
          type: "whole",
          get value() {
            return redactor.text(text.value).text;
          }
        };
  return {
    ...attempt,
    stdout: held(attempt.stdout),
    stderr: held(attempt.stderr),
    tables: attempt.tables.map((table) => redactOutput(redactor, table).output),
    notices: attempt.notices.map((notice) => redactOutput(redactor, notice).output)
  };
}

const mapDefined = <T, U>(value: T | undefined, map: (value: T) => U): U | undefined => (value === undefined ? undefined : map(value));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

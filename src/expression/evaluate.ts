import {compile, plainly} from "./compile.ts";
import {OURS, StepView} from "./environment.ts";
import {ExpressionError} from "./error.ts";
import type {FactName} from "./facts.ts";
import {CutError, FACTS, readFact} from "./facts.ts";
import {toDuration} from "./operate.ts";
import type {Scope} from "./scope.ts";
import {formatTimestamp, parseTimestamp} from "./time.ts";
import type {Duration, Value} from "./value.ts";
import {kindOf, show, toNanos} from "./value.ts";

/** The value of the expression; throws `ExpressionError` where it has none. */
export function evaluate(source: string, scope: Scope): Value {
  const compiled = compile(source);
  const {context, cuts} = toContext(scope, compiled.reads);
  let value: Value;
  try {
    value = compiled.run(context);
  } catch (error) {
    if (cuts.length > 0) throw cuts[0];
    if (error instanceof RangeError) throw new ExpressionError("the expression is nested too deep", {cause: error});
    throw error instanceof ExpressionError ? error : new ExpressionError(explainFailure(plainly(error), source, scope), {cause: error});
  }
  // `a || b` is true although `a` raised: but nothing may be promised on what was cut off.
  if (cuts.length > 0) throw cuts[0];
  return value;
}

export function truth(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw new ExpressionError(`this must be true or false, and is ${value === null ? "null" : `${kindOf(value)} ${show(value, 60)}`}`);
}

export function toDurationMs(value: Value): number {
  const duration = typeof value === "string" ? toDuration(value) : value;
  if (duration === null || kindOf(duration) !== "duration")
    throw new ExpressionError(`this must be a duration, and is ${value === null ? "null" : `${kindOf(value)} ${show(value, 60)}`}`);
  return Number(toNanos(duration as Duration)) / 1_000_000;
}

/** ISO 8601. */
export function toTimestamp(value: Value): string {
  const time = typeof value === "string" ? parseTimestamp(value) : value;
  if (!(time instanceof Date))
    throw new ExpressionError(
      `this must be a time with its zone, and is ${value === null ? "null" : `${kindOf(value)} ${show(value, 60)}`}`
    );
  return formatTimestamp(time);
}

/** What the library sees: every name is read only when the expression does. */
export function toContext(scope: Scope, reads: readonly string[]): {readonly context: object; readonly cuts: readonly Error[]} {
  const cuts: Error[] = [];
  const context = {};
  const define = (name: string, get: () => unknown) =>
    Object.defineProperty(context, OURS.names.has(name) ? `$${name}` : name, {
      get() {
        try {
          return get();
        } catch (error) {
          if (error instanceof CutError) cuts.push(error);
          throw error;
        }
      }
    });
  for (const name of Object.keys(FACTS) as FactName[]) {
    define(name, () => {
      if (scope.attempt === null) throw new ExpressionError(`${name} is not known here: no cell has just ended; use steps["id"].${name}`);
      return readFact(scope.attempt, name);
    });
  }
  define("vars", () => new Map(scope.vars));
  define("shell", () => readShell(scope, reads));
  define("now", () => scope.now);
  define("steps", () => readSteps(scope, reads, cuts));
  return {context, cuts};
}

function readShell({shell}: Scope, reads: readonly string[]): ReadonlyMap<string, string> {
  if (shell === null) throw new ExpressionError("shell is not known here: no shell cell has just ended");
  const found = new Map<string, string>();
  for (const name of namesUnder("shell.", reads)) {
    const value = shell(name);
    if (value !== undefined) found.set(name, value);
  }
  return found;
}

function readSteps(scope: Scope, reads: readonly string[], cuts: Error[]): ReadonlyMap<string, StepView> {
  const found = new Map<string, StepView>();
  for (const id of namesUnder("steps.", reads)) {
    const step = scope.steps(id);
    if (step) found.set(id, new StepView(id, step, (cut) => cuts.push(cut)));
  }
  return found;
}

const namesUnder = (prefix: string, reads: readonly string[]): readonly string[] =>
  reads.filter((read) => read.startsWith(prefix)).map((read) => read.slice(prefix.length));

/** "No such key" does not help; which name has no value does. */
function explainFailure(message: string, source: string, scope: Scope): string {
  const missing = /^no such key: (.+)$/.exec(message)?.[1];
  if (missing === undefined) return message;
  const beyond = /^index out of bounds, index (-?\d+)/.exec(missing); // the size that follows is not to be relied on
  if (beyond) return `there is no [${beyond[1]}]: the list ends before`;
  const {reads} = compile(source);
  if (reads.includes(`vars.${missing}`) && !scope.vars.has(missing)) return `vars.${missing} has not been set`;
  if (reads.includes(`shell.${missing}`)) return `shell.${missing} is not set in the session`;
  if (reads.includes(`steps.${missing}`) && !scope.stepIds.includes(missing)) return `there is no step "${missing}"`;
  return `there is no "${missing}" in what it reads`;
}

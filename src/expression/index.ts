/** Expressions (CEL) and regular expressions: what a promise, a condition or a capture says, and whether it holds. */
import {compile, RefusedError, type Yields} from "./compile.ts";

export {ExpressionError} from "./error.ts";
export {evaluate, toDurationMs, toTimestamp, truth} from "./evaluate.ts";
export {explain} from "./explain.ts";
export {compilePattern} from "./pattern.ts";
export type {AttemptFacts, Held, Scope, StepFacts} from "./scope.ts";
export {toText} from "./value.ts";

/** Parses and type-checks. `offset` is where in the source it is wrong. */
export function parseExpression(
  source: string
):
  | {readonly type: "parsed"; readonly reads: readonly string[]; readonly yields: Yields}
  | {readonly type: "refused"; readonly message: string; readonly offset: number} {
  try {
    const {reads, yields} = compile(source);
    return {type: "parsed", reads, yields};
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return {type: "refused", message: error.message, offset: Math.min(error.offset, source.length)};
  }
}

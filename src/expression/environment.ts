import type {Environment} from "@marcbachmann/cel-js";
import {ExpressionError} from "./error.ts";
import type {FactName} from "./facts.ts";
import {CutError, FACTS, readFact} from "./facts.ts";
import {parseJson} from "./json.ts";
import {Numeric} from "./numeric.ts";
import {compareNumbers, toDuration} from "./operate.ts";
import {compilePattern} from "./pattern.ts";
import type {StepFacts} from "./scope.ts";
import {parseTimestamp} from "./time.ts";
import {type Duration, library, show, toText, type Value} from "./value.ts";

/**
 * Names of ours that the library has for something else, or whose own version is not safe. The tree is rewritten to these
 * after parsing; `$` cannot be typed, so nobody else can mean them.
 */
export const OURS = {names: new Set(["bytes"]), calls: new Set(["duration", "timestamp"]), methods: new Set(["matches"])};

/** One step as `steps["id"]` gives it; what it has not got raises when it is read. */
export class StepView {
  readonly #id: string;
  readonly #step: StepFacts;
  readonly #onCut: (cut: CutError) => void;

  constructor(id: string, step: StepFacts, onCut: (cut: CutError) => void) {
    this.#id = id;
    this.#step = step;
    this.#onCut = onCut;
  }

  get outcome(): string {
    return this.#step.outcome;
  }

  get answer(): string | null {
    return this.#step.answer;
  }

  fact(name: FactName): Value {
    if (this.#step.attempt === null) throw new ExpressionError(`step "${this.#id}" has not run`);
    try {
      return readFact(this.#step.attempt, name);
    } catch (error) {
      if (error instanceof CutError) this.#onCut(error);
      throw error;
    }
  }
}
for (const name of Object.keys(FACTS) as FactName[]) {
  Object.defineProperty(StepView.prototype, name, {
    get(this: StepView) {
      return this.fact(name);
    }
  });
}

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

let built: Environment | undefined;
/** What every expression is parsed and evaluated with. */
export const environment = (): Environment => (built ??= build());

function build(): Environment {
  const cel = new (library().Environment)({homogeneousAggregateLiterals: false});
  cel.registerType("numeric", {ctor: Numeric});
  cel.registerType("step", {ctor: StepView, fields: {outcome: "string", answer: "dyn", ...FACTS}});
  for (const [name, type] of Object.entries(FACTS)) cel.registerVariable(OURS.names.has(name) ? `$${name}` : name, type);
  cel.registerVariable("vars", "map<string, dyn>");
  cel.registerVariable("shell", "map<string, dyn>");
  cel.registerVariable("now", TIMESTAMP);
  cel.registerVariable("steps", "map<string, step>");

  // Only their types count here: `operate` answers for every binary operator.
  const ours = () => {
    throw new ExpressionError("unreachable");
  };
  for (const [left, right] of [
    ["numeric", "numeric"],
    ["numeric", "int"],
    ["int", "numeric"],
    ["numeric", "double"],
    ["double", "numeric"]
  ]) {
    for (const operator of ["+", "-", "*", "/"]) cel.registerOperator(`${left} ${operator} ${right}: numeric`, ours);
    for (const operator of ["<", "<=", ">", ">="]) cel.registerOperator(`${left} ${operator} ${right}: bool`, ours);
  }
  for (const other of ["numeric", "int", "double"]) cel.registerOperator(`numeric == ${other}`, ours);
  cel.registerOperator("-numeric", (value: Numeric) => value.negated());

  const call = (name: string, params: readonly string[], returnType: string, handler: (...values: never[]) => unknown) =>
    cel.registerFunction({
      name,
      params: params.map((type, place) => ({name: `p${place}`, type})),
      returnType,
      handler,
      async: false
    } as never);
  const method = (
    receiverType: string,
    name: string,
    params: readonly string[],
    returnType: string,
    handler: (...values: never[]) => unknown
  ) =>
    cel.registerFunction({
      name,
      receiverType,
      params: params.map((type, place) => ({name: `p${place}`, type})),
      returnType,
      handler,
      async: false
    } as never);

  call("$duration", ["string"], DURATION, (text: string) => toDuration(text) ?? refuse(text, "a duration like 90s, 1h30m or 1d"));
  call("$duration", [DURATION], DURATION, (value: Duration) => value);
  call(
    "$timestamp",
    ["string"],
    TIMESTAMP,
    (text: string) => parseTimestamp(text) ?? refuse(text, "a time with its zone, like 2026-01-31T14:30:00Z")
  );
  call("$timestamp", ["int"], TIMESTAMP, (seconds: bigint) => new Date(Number(seconds) * 1000));
  call("$timestamp", [TIMESTAMP], TIMESTAMP, (value: Date) => value);
  call("string", [DURATION], "string", (value: Duration) => toText(value));
  call("string", [TIMESTAMP], "string", (value: Date) => toText(value));
  call("string", ["numeric"], "string", (value: Numeric) => value.toString());
  call("int", ["numeric"], "int", (value: Numeric) => value.toBigInt());
  call("double", ["numeric"], "double", (value: Numeric) => value.toNumber());
  call("numeric", ["string"], "numeric", (text: string) => Numeric.parse(text.trim()) ?? refuse(text, "a number"));
  call("json", ["string"], "dyn", (text: string) => parseJson(text));
  method("string", "$matches", ["string"], "bool", (text: string, pattern: string) => compilePattern(pattern).matches(text));
  method("string", "replace", ["string", "string"], "string", (text: string, from: string, to: string) => text.replaceAll(from, () => to));
  method("list", "sum", [], "dyn", (list: readonly Value[]) => sum(list));
  method("list", "max", [], "dyn", (list: readonly Value[]) => most(list, 1));
  method("list", "min", [], "dyn", (list: readonly Value[]) => most(list, -1));
  return cel;
}

function refuse(text: string, wanted: string): never {
  throw new ExpressionError(`${show(text, 60)} is not ${wanted}`);
}

function sum(list: readonly Value[]): Value {
  let total = new Numeric(0n, 0);
  for (const item of list) total = total.plus(Numeric.from(numberIn(item)));
  if (list.some((item) => item instanceof Numeric)) return total;
  return list.some((item) => typeof item === "number") ? total.toNumber() : total.toBigInt();
}

function most(list: readonly Value[], sign: 1 | -1): Value {
  if (list.length === 0) throw new ExpressionError("an empty list has no least and no greatest");
  return list.reduce((best, item) => ((compareNumbers(numberIn(item), numberIn(best)) ?? 0) * sign > 0 ? item : best));
}

function numberIn(item: Value): Numeric | bigint | number {
  if (typeof item === "bigint" || typeof item === "number" || item instanceof Numeric) return item;
  throw new ExpressionError(`${show(item, 60)} is not a number`);
}

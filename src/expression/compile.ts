import {hint} from "../model/nearest.ts";
import {environment, OURS} from "./environment.ts";
import {ExpressionError} from "./error.ts";
import {FACTS} from "./facts.ts";
import {OPERATORS, type Operator, operate} from "./operate.ts";
import type {Value} from "./value.ts";

/** An expression that parsed and type-checked. */
export interface Compiled {
  readonly source: string;
  readonly reads: readonly string[]; // "exit", "rows", "vars.NAME", "shell.NAME", "steps.id"
  readonly paths: readonly string[]; // the longest paths it reads, as written: `rows[0].n`
  readonly yields: Yields;
  run(context: object): Value;
}
export type Yields = "bool" | "text" | "number" | "timestamp" | "duration" | "unknown" | "other";

/** Where an expression is wrong. */
export class RefusedError extends ExpressionError {
  override name = "RefusedError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The library's tree, as far as we touch it. */
interface Node {
  op: string;
  args: unknown;
  readonly start: number;
  readonly end: number;
  readonly input: string;
  handle?: (left: Value, right: Value, node: Node, evaluator: unknown) => Value;
}
const NAMES = [...Object.keys(FACTS), "vars", "shell", "now", "steps"];
const MACROS = new Set(["all", "exists", "exists_one", "map", "filter"]);
const LONGEST = 20_000;
const kept = new Map<string, Compiled>();

export function compile(source: string): Compiled {
  const known = kept.get(source);
  if (known) return known;
  const compiled = compileAfresh(source);
  if (kept.size > 2000) kept.clear();
  kept.set(source, compiled);
  return compiled;
}

function compileAfresh(source: string): Compiled {
  if (source.trim() === "") throw new RefusedError("the expression is empty", 0);
  if (source.length > LONGEST) throw new RefusedError(`an expression of ${source.length} characters is too long`, 0);
  let parsed: ReturnType<ReturnType<typeof environment>["parse"]>;
  try {
    parsed = environment().parse(source);
  } catch (error) {
    throw toRefused(error);
  }
  const root = parsed.ast as unknown as Node;
  const reading = new Reading();
  reading.visit(root, new Set());
  const checked = parsed.check();
  if (!checked.valid) throw toRefused(checked.error);
  overrule(root);
  return {
    source,
    reads: [...reading.reads],
    paths: [...reading.paths],
    yields: toYields(checked.type ?? ""),
    run: (context) => parsed(context as never) as Value
  };
}

/** Walks the tree as it was parsed: notes what it reads, and renames what is ours. */
class Reading {
  readonly reads = new Set<string>();
  readonly paths = new Set<string>();

  visit(node: Node, bound: ReadonlySet<string>): void {
    switch (node.op) {
      case "id":
      case ".":
      case "[]":
        this.#visitPath(node, bound);
        return;
      case "call": {
        const [name, values] = node.args as [string, Node[]];
        if (OURS.calls.has(name)) node.args = [`$${name}`, values];
        for (const value of values) this.visit(value, bound);
        return;
      }
      case "rcall":
        this.#visitMethod(node, bound);
        return;
      default:
        for (const child of childrenOf(node)) this.visit(child, bound);
    }
  }

  #visitMethod(node: Node, bound: ReadonlySet<string>): void {
    const [name, receiver, values] = node.args as [string, Node, Node[]];
    if (OURS.methods.has(name)) node.args = [`$${name}`, receiver, values];
    const binds = (MACROS.has(name) && values.length >= 2) || (name === "bind" && receiver.op === "id" && receiver.args === "cel");
    if (!binds || values[0]?.op !== "id") {
      for (const child of [receiver, ...values]) this.visit(child, bound);
      return;
    }
    if (receiver.args !== "cel") this.visit(receiver, bound);
    const inner = new Set([...bound, values[0].args as string]);
    for (const value of values.slice(1)) this.visit(value, inner);
  }

  #visitPath(node: Node, bound: ReadonlySet<string>): void {
    let root = node;
    const keys: (string | null)[] = [];
    let plain = true; // no part of the path depends on a name of the expression's own
    while (root.op === "." || root.op === "[]") {
      const [left, right] = root.args as [Node, Node | string];
      if (typeof right === "string") keys.unshift(right);
      else {
        keys.unshift(right.op === "value" && typeof right.args === "string" ? right.args : null);
        if (right.op !== "value") plain = false;
        this.visit(right, bound);
      }
      root = left;
    }
    if (root.op !== "id") {
      this.visit(root, bound);
      return;
    }
    const name = root.args as string;
    if (bound.has(name) || !NAMES.includes(name)) return;
    this.#read(name, keys, node);
    this.paths.add(plain ? node.input.slice(root.start, node.end).trim() : name);
    if (OURS.names.has(name)) root.args = `$${name}`;
  }

  #read(name: string, keys: readonly (string | null)[], node: Node): void {
    const [key] = keys;
    if (name === "steps") {
      if (key === undefined || key === null) throw new RefusedError('steps is read with a written id: steps["id"]', node.start);
      this.reads.add(`steps.${key}`);
    } else if ((name === "vars" || name === "shell") && typeof key === "string") this.reads.add(`${name}.${key}`);
    else this.reads.add(name);
  }
}

/** Puts our operators in the place of the library's, once it has chosen its own. */
function overrule(node: Node): void {
  for (const child of childrenOf(node)) overrule(child);
  const {handle, op} = node;
  if (!OPERATORS.has(op) || !handle) return;
  const [left, right] = node.args as [Node, Node];
  const pliable = {left: isVariable(left), right: isVariable(right)};
  node.handle = (a, b, self, evaluator) => operate(op as Operator, a, b, pliable, (x, y) => handle(x, y, self, evaluator));
}

function isVariable({op, args}: Node): boolean {
  if (op !== "." && op !== "[]") return false;
  const [left] = args as [Node];
  return left.op === "id" && (left.args === "vars" || left.args === "shell");
}

function childrenOf({args}: Node): readonly Node[] {
  const found: Node[] = [];
  const gather = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) gather(item);
    else if (isNode(value)) found.push(value);
  };
  gather(args);
  return found;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "op" in value && "input" in value;

function toYields(type: string): Yields {
  switch (type) {
    case "bool":
      return "bool";
    case "string":
      return "text";
    case "int":
    case "uint":
    case "double":
    case "numeric":
      return "number";
    case "google.protobuf.Timestamp":
      return "timestamp";
    case "google.protobuf.Duration":
      return "duration";
    default:
      return type.startsWith("dyn") ? "unknown" : "other";
  }
}

function toRefused(error: unknown): RefusedError {
  const {range} = error as {range?: {start: number}};
  return new RefusedError(plainly(error), range?.start ?? 0);
}

/** The library's message in our words, without its picture of the place. */
export function plainly(error: unknown): string {
  if (error instanceof ExpressionError) return error.message;
  const {summary, message} = error as {summary?: string; message?: string};
  const said = (summary ?? message ?? String(error))
    .replace(/google\.protobuf\.(Timestamp|Duration)/g, (_, name: string) => name.toLowerCase())
    .replace(/\$(?=\w)/g, "")
    .replace(/\bEOF\b/, "the end");
  const unknown = /^Unknown variable: (.+)$/.exec(said);
  if (unknown) return `unknown name "${unknown[1]}"${hint(unknown[1]!, NAMES)}`;
  const overload = /^no such overload: (.+)$/.exec(said);
  if (overload) return `there is no ${overload[1]!.replace(/dyn<(\w+)>/g, "$1")}`;
  const call = /^found no matching overload for '(.+)'$/.exec(said);
  if (call) return `there is no ${call[1]!.replace(/dyn<(\w+)>/g, "$1")}`;
  return `${said.charAt(0).toLowerCase()}${said.slice(1)}`.replace(/\.$/, "");
}

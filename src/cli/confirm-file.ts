/** Reads back what `plan --confirmations` wrote and a person has reviewed. */
import {readFileSync} from "node:fs";
import type {Node, Pair} from "yaml";
import {isMap, isScalar, LineCounter, parseDocument} from "yaml";

import {hint} from "../model/nearest.ts";
import type {Runbook, StepId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";

export interface Reviewed {
  readonly path: string; // of the file
  readonly by: string | null; // who reviewed it; null: the operator
  readonly steps: ReadonlyMap<StepId, ReviewedStep>;
}
export interface ReviewedStep {
  readonly sha256: string | null; // null: it could not be known beforehand
  readonly phrase: string | null;
}

export function readConfirmFile(path: string, runbook: Runbook): Reviewed {
  return parseReviewed(path, readText(path), runbook);
}

function parseReviewed(path: string, text: string, runbook: Runbook): Reviewed {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, schema: "failsafe", prettyErrors: false});
  const complain = (node: Node | null, message: string): UsageError => {
    const {line, col} = lines.linePos(node?.range?.[0] ?? 0);
    return new UsageError(`--confirm-file ${path}:${line}:${col}: ${message}`);
  };
  const [broken] = document.errors;
  if (broken) {
    const {line, col} = lines.linePos(broken.pos[0]);
    throw new UsageError(`--confirm-file ${path}:${line}:${col}: ${broken.message}`);
  }
  const whole = document.contents;
  const steps = isMap(whole) ? (whole.get("steps", true) as Node | undefined) : undefined;
  if (!isMap(whole) || !isMap(steps)) throw complain(whole, "expected `steps:`, as `runbook plan FILE --confirmations` writes it");
  const found = new Map<StepId, ReviewedStep>();
  for (const {key, value} of steps.items as Pair<Node, Node | null>[]) {
    const id = isScalar(key) ? String(key.value) : "";
    const cells = runbook.steps.filter(({type}) => type === "cell").map((step): string => step.id);
    if (!cells.includes(id)) throw complain(key, `"${id}" is no cell of ${runbook.path}${hint(id, cells)}`);
    if (!isMap(value)) throw complain(value ?? key, `expected what is to be confirmed of "${id}", with its sha256`);
    const [sha256, phrase] = ["sha256", "phrase"].map((field) => {
      const node = value.get(field, true) as Node | undefined;
      if (node !== undefined && !isScalar(node)) throw complain(node, `"${field}" of "${id}" must be a text`);
      return node === undefined ? null : String(node.value);
    });
    if (sha256 && !/^[0-9a-f]{64}$/.test(sha256))
      throw complain(value, `the sha256 of "${id}" must be 64 hexadecimal digits, not "${sha256}"`);
    if (!sha256 && value.get("open") === undefined) throw complain(value, `"${id}" has no sha256, so nothing says what was reviewed`);
    found.set(id as StepId, {sha256: sha256 || null, phrase: phrase || null});
  }
  const by = whole.get("by");
  return {path, by: typeof by === "string" && by !== "" ? by : null, steps: found};
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    throw new UsageError(`--confirm-file ${path}: ${code === "ENOENT" ? "there is no such file" : message}`);
  }
}

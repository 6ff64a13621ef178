/** Every text of a fact that a person, a document or a program wrote goes through the redactor; ids and words of the vocabulary do not. */
import type {Fact, Output} from "../model/event.ts";
import type {Redactor} from "./redact.ts";

export function redactFact<F extends Fact>(redactor: Redactor, fact: F): F {
  if (redactor.idle) return fact;
  return redactIn(redactor, fact, {count: 0}, words) as F;
}

export function redactOutput<O extends Output>(redactor: Redactor, output: O): {readonly output: O; readonly count: number} {
  if (redactor.idle) return {output, count: 0};
  const counter = {count: 0};
  return {output: redactIn(redactor, output, counter, wordsOfOutputs) as O, count: counter.count};
}

/** Texts that the fold goes by. */
const words = new Set([
  "type",
  "step",
  "run",
  "digest",
  "sha256",
  "mode",
  "milestone",
  "objective",
  "reminder",
  "deviation",
  "outcome",
  "stream",
  "file",
  "name",
  "via",
  "by",
  "state",
  "transaction",
  "result"
]);
/** What came from the document alone, or has been through a stream already. */
const whole = new Set(["plan", "files", "includes", "output"]);

const wordsOfOutputs = new Set(["type", "stream", "file"]);

function redactIn(redactor: Redactor, value: unknown, counter: {count: number}, words: ReadonlySet<string>): unknown {
  if (typeof value === "string") {
    const redacted = redactor.text(value);
    counter.count += redacted.count;
    return redacted.text;
  }
  if (Array.isArray(value)) return value.map((item) => redactIn(redactor, item, counter, words));
  if (typeof value !== "object" || value === null) return value;
  const isKept = (name: string, item: unknown): boolean => whole.has(name) || (typeof item === "string" && words.has(name));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isKept(name, item) ? item : redactIn(redactor, item, counter, words)])
  );
}

import type {Node, Pair} from "yaml";
import {isMap, isScalar, isSeq, LineCounter, parseDocument} from "yaml";

import {UsageError} from "../model/usage-error.ts";
import {isClosing} from "./closing.ts";

export interface WrittenAnswer {
  readonly key: string; // a step's id or an input's name
  readonly text: string;
  readonly note: string;
  readonly by: string | null; // who answered; null: the operator
}

/**
 * Reads a file of answers:
 *
 *     declare: confirmed
 *     can-access: "No"
 *     prerequisites: {answer: completed, by: Ada, note: checked on the standby}
 *     RECOVERY_TARGET: 2026-01-31 14:30:00+00
 *     closing: {scenario: The disk of the primary is lost}    # for the record, see `parseClosing`
 */
export function parseAnswers(path: string, text: string): readonly WrittenAnswer[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, schema: "failsafe", prettyErrors: false}); // every scalar is its own text: `no` stays "no"
  const complain = (offset: number, message: string): UsageError => {
    const {line, col} = lines.linePos(offset);
    return new UsageError(`${path}:${line}:${col}: ${message}`);
  };
  const broken = document.errors[0];
  if (broken) throw complain(broken.pos[0], broken.message);
  if (document.contents === null) return [];
  if (!isMap(document.contents)) throw complain(offsetOf(document.contents), "expected lines of `step-id: answer`");
  return document.contents.items
    .filter((pair) => !isForRecord(pair as Pair<Node, Node | null>))
    .map((pair) => readAnswer(pair as Pair<Node, Node | null>, complain));
}

/** What only people know of the run is no answer to a step. */
const isForRecord = ({key, value}: Pair<Node, Node | null>): boolean => textOf(key) === "closing" && isClosing(value?.toJSON());

function readAnswer({key, value}: Pair<Node, Node | null>, complain: (offset: number, message: string) => UsageError): WrittenAnswer {
  const name = textOf(key);
  if (name === null) throw complain(offsetOf(key), "expected the id of a step or the name of an input");
  const whole = value === null ? "" : textOf(value);
  if (whole !== null && whole !== "") return {key: name, text: whole, note: "", by: null};
  if (!isMap(value)) throw complain(offsetOf(value ?? key), `expected an answer for "${name}", like "${name}: confirmed"`);
  const fields: Record<string, string> = {};
  for (const field of value.items as Pair<Node, Node | null>[]) {
    const [label, content] = [textOf(field.key), field.value === null ? "" : textOf(field.value)];
    if (label === null || !["answer", "note", "by"].includes(label) || content === null)
      throw complain(offsetOf(field.key), `an answer has "answer", "note" and "by", each a text; found "${label ?? "?"}"`);
    fields[label] = content;
  }
  if (!fields.answer) throw complain(offsetOf(value), `"${name}" has no "answer"`);
  return {key: name, text: fields.answer, note: fields.note ?? "", by: fields.by ?? null};
}

const textOf = (node: Node): string | null => (isScalar(node) && typeof node.value === "string" ? node.value : null);
const offsetOf = (node: Node): number => (isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0);

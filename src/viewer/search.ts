/** Finds a text in the document and in everything that its cells printed, also where it is folded away or on another page of a table. */
import type {Node} from "mdast";

import type {AppendLog} from "../model/append-log.ts";
import type {Output, Stream} from "../model/event.ts";
import type {Attempt, Run} from "../model/run.ts";
import {attemptsOf, goesOn, stepRun} from "../model/run.ts";
import type {Runbook, Step} from "../model/runbook.ts";
import {stepLabel} from "../model/step-label.ts";
import {toPlainText} from "./terminal-text.ts";

export interface Hit {
  readonly anchor: string; // id of the element that it is in
  readonly title: string; // of the step or section
  readonly where: string; // "code", "output", "row 17"
  readonly line: string;
  readonly at: number; // of the text in the line
  readonly attempt: number | null;
  readonly row: {readonly table: number; readonly row: number} | null; // of which table of the attempt
  readonly beyond: {readonly stream: Stream; readonly from: number; readonly line: number} | null; // where in an output that the page does not hold
}
interface Found {
  readonly hits: readonly Hit[];
  readonly total: number;
}

/** The first places that hold the text, in the order of the document, and how many there are. */
export function search({runbook, run}: {runbook: Runbook; run: Run}, query: string, most: number): Found {
  const sought = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
  const hits: Hit[] = [];
  let total = 0;
  const look = (text: string, place: Omit<Hit, "line" | "at">): void => {
    for (const {index} of text.matchAll(sought)) {
      total++;
      if (hits.length >= most) continue;
      const begin = text.lastIndexOf("\n", index - 1) + 1;
      const end = text.indexOf("\n", index);
      hits.push({...place, line: text.slice(begin, end < 0 ? undefined : end), at: index - begin});
    }
  };
  const steps = new Map<string, Step[]>();
  for (const step of runbook.steps) steps.set(step.section, [...(steps.get(step.section) ?? []), step]);
  for (const {id, title, nodes} of runbook.sections) {
    const place = {anchor: id, title, attempt: null, row: null, beyond: null};
    look([title, ...nodes.map(proseOf)].join("\n"), {...place, where: "text"});
    for (const step of steps.get(id) ?? []) lookInStep(step, run, look);
  }
  return {hits, total};
}

type Look = (text: string, place: Omit<Hit, "line" | "at">) => void;

function lookInStep(step: Step, run: Run, look: Look): void {
  const place = {anchor: `step:${step.id}`, title: stepLabel(step), attempt: null, row: null, beyond: null};
  const now = stepRun(run, step.id);
  if (step.type !== "cell") {
    const choices = step.type === "decision" ? step.choices.map(({label}) => label) : [];
    const items = step.type === "checklist" ? step.items.map(({text}) => text) : [];
    const note = now.status === "answered" ? [now.note] : [];
    look([step.title ?? "", ...step.nodes.map(proseOf), ...items, ...choices, ...note].join("\n"), {...place, where: step.type});
    return;
  }
  look([step.title ?? "", ...step.before.map(proseOf), ...step.after.map(proseOf)].join("\n"), {...place, where: "text"});
  look(step.source, {...place, where: "code"});
  look(step.expectations.map(({that}) => that.source).join("\n"), {...place, where: "expectation"});
  const attempts: readonly Attempt[] = goesOn(now) ? [...now.earlier, now.attempt] : attemptsOf(now);
  for (const attempt of attempts)
    lookInAttempt(attempt, attempts.length > 1 ? ` of attempt ${attempt.number}` : "", {...place, attempt: attempt.number}, look);
}

function lookInAttempt(attempt: Attempt, which: string, place: Omit<Hit, "line" | "at" | "where">, look: Look): void {
  look(printedBy(attempt.outputs), {...place, where: `output${which}`});
  let table = 0;
  for (const output of attempt.outputs) {
    if (output.type === "notice")
      look([output.message, output.detail ?? "", output.hint ?? ""].join("\n"), {...place, where: `notice${which}`});
    if (output.type !== "table") continue;
    for (const [row, values] of output.rows.entries())
      look(values.map((value) => (value ?? "NULL").replaceAll("\n", " ")).join("   "), {
        ...place,
        where: `row ${row + 1}${which}`,
        row: {table, row}
      });
    table++;
  }
  if ("outcome" in attempt) {
    const {outcome, ending} = attempt as Extract<ReturnType<typeof attemptsOf>[number], Attempt>;
    look([outcome.type === "failed" || outcome.type === "lost" ? outcome.message : "", ending.detail ?? ""].join("\n"), {
      ...place,
      where: `end${which}`
    });
  }
  for (const {name, value, secret} of attempt.captures) if (!secret) look(`${name} = ${value}`, {...place, where: `variable${which}`});
}

const printed = new WeakMap<AppendLog<Output>, string>();

/** All text that was printed; found once for as long as no more comes. */
function printedBy(outputs: AppendLog<Output>): string {
  const known = printed.get(outputs);
  if (known !== undefined) return known;
  let text = "";
  for (const output of outputs) if (output.type === "text") text += output.text;
  const plain = toPlainText(text);
  printed.set(outputs, plain);
  return plain;
}

/** What a reader sees of a part of the prose; steps in it are looked at by themselves. */
function proseOf(node: Node): string {
  if (node.type === "slot") return "";
  if ("value" in node && typeof node.value === "string") return node.value;
  const children = "children" in node && Array.isArray(node.children) ? (node.children as Node[]) : [];
  const between = ["paragraph", "heading", "tableCell", "link", "strong", "emphasis", "delete"].includes(node.type) ? "" : "\n";
  return children.map(proseOf).join(between);
}

/** How facts of a run read in one line, for the terminal and for the job summary alike. */
import type {Answer, Question, RunOutcome, ServerIdentity} from "../../model/event.ts";
import type {Runbook, Step} from "../../model/runbook.ts";
import {ancestry, sectionsById, stepName} from "../../model/runbook.ts";
import type {Standing} from "../../model/standing.ts";
import {unreachable} from "../../model/unreachable.ts";
import {count} from "./amounts.ts";
import type {Paint} from "./paint.ts";
import {toTerminalLine} from "./sanitize.ts";

/** Text of the document or of a run inside a line of ours. */
export const quiet = (text: string): string => toTerminalLine(text.replaceAll("\r", " ").replaceAll("\n", " "), {colour: false});

const longestValue = 100;

/** A value in a line of ours: its beginning, and how much there is. The record has the whole. */
export function valueWords(value: string): string {
  const lines = value.split("\n").length;
  if (value.length <= longestValue && lines === 1) return quiet(value);
  const size = [count(Buffer.byteLength(value), "byte"), ...(lines > 1 ? [count(lines, "line")] : [])].join(", ");
  return `${quiet(value.slice(0, longestValue))}… (${size})`;
}

export function markOf(standing: Standing, paint: Paint): string {
  switch (standing) {
    case "passed":
    case "answered":
      return paint.green("✓");
    case "failed":
    case "timed-out":
    case "refused":
      return paint.red("✗");
    case "cancelled":
    case "lost":
      return paint.yellow("✗");
    case "skipped":
      return paint.dim("–");
    case "asked":
      return paint.yellow("?");
    case "running":
      return paint.cyan("▸");
    case "pending":
      return paint.dim("·");
    default:
      return unreachable(standing);
  }
}

export function outcomeColour(outcome: RunOutcome, paint: Paint): (text: string) => string {
  if (outcome === "passed") return paint.green;
  return outcome === "failed" ? paint.red : paint.yellow;
}

/** What a step is called in a line: its id, and its title where it has one. */
export function nameOf(step: Step, paint: Paint): string {
  return step.title === null ? paint.bold(step.id) : `${paint.bold(step.id)} ${quiet(step.title)}`;
}

/** Where a step stands: the headings it is under, outermost first, without the title of the document. */
export function headingsOf(runbook: Runbook, step: Step): string {
  const around = ancestry(sectionsById(runbook), step.section)
    .toReversed()
    .filter(({id, include, depth, title}) => depth > 0 && title !== "" && (id as string) !== include);
  const inner = around.length > 1 && around[0]!.depth === 1 ? around.slice(1) : around;
  return inner.map(({title}) => quiet(title)).join(" › ") || quiet(runbook.title);
}

export function questionWords(step: Step, question: Question): string {
  switch (question.type) {
    case "gate":
      return `gate "${quiet(stepName(step))}"${question.role === null ? "" : ` (for ${question.role})`}`;
    case "checklist":
      return `checklist "${quiet(stepName(step))}"${step.type === "checklist" ? ` of ${count(step.items.length, "item")}` : ""}`;
    case "decision":
      return `decision "${quiet(stepName(step))}"${question.proposed === null ? "" : `, proposed: ${choiceLabel(step, question.proposed)}`}`;
    case "lost":
      return `"${quiet(stepName(step))}" was lost: what is to become of it?`;
    case "confirmation":
      return `confirmation of "${quiet(stepName(step))}"`;
    default:
      return unreachable(question);
  }
}

export function answerWords(step: Step, answer: Answer): string {
  if (answer.type === "repeated") return "to be repeated";
  if (answer.type === "done") return "marked done";
  return answer.type === "chosen" ? `${choiceLabel(step, answer.choice)}${answer.proposed ? " (as proposed)" : ""}` : answer.type;
}

const choiceLabel = (step: Step, choice: number): string =>
  step.type === "decision" ? `"${quiet(step.choices[choice]?.label ?? "?")}"` : String(choice);

export function serverWords({version, host, port, database, user, embedded, demo, recovering}: ServerIdentity): string {
  const kind = demo ? ", embedded (PGlite: a demo, never evidence)" : embedded ? ", embedded" : "";
  const place = host.startsWith("/") ? `${host}, port ${port}` : `${host}:${port}`;
  return quiet(`PostgreSQL ${version} at ${place}, database ${database}, user ${user}${recovering === true ? ", a standby" : ""}${kind}`);
}

/** The runbook with its results inlined, as plain Markdown: whatever was printed stands in fences that it cannot end. */
import {formatDuration} from "../model/duration.ts";
import type {Attempt, EndedAttempt, StepRun, Tick} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Step} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import type {Material, View} from "./material.ts";
import {blocksOf, blockText} from "./outputs.ts";
import {piecesOf} from "./pieces.ts";
import {countWords, plainLine, plainText, timeWords} from "./plain.ts";
import {allAttempts, itemText, messageOf} from "./steps.ts";
import {answeredWords, releasedWords, summaryOf} from "./summary.ts";

export const toMarkdown: View = (material) => {
  const lines: string[] = [];
  for (const piece of piecesOf(material)) {
    if (lines.at(-1) === "" && piece.lines[0] === "") lines.pop(); // results end with a line of their own
    lines.push(...piece.lines);
    if (piece.type === "step") lines.push(...indent(resultLines(piece.step, stepRun(material.run, piece.step.id)), piece.indent));
  }
  const head = headOf(lines);
  const rest = lines[head] === "" ? lines.slice(head) : ["", ...lines.slice(head)];
  return `${[...lines.slice(0, head), ...summaryLines(material), ...rest].join("\n").trim()}\n`;
};

/** The frontmatter must stay the first thing of the file. */
function headOf(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== "---") return 0;
  const end = lines.findIndex((line, place) => place > 0 && line.trimEnd() === "---");
  return end < 0 ? 0 : end + 1;
}

function summaryLines(material: Material): readonly string[] {
  const {title, facts} = summaryOf(material);
  return ["", `> **${escapeMarkdown(title)}**`, ">", ...facts.map((fact) => `> - ${escapeMarkdown(fact)}`)];
}

/** What came of a step, in a quote under it, and its outputs in fences. */
export function resultLines(step: Step, now: StepRun): readonly string[] {
  const attempts = allAttempts(now);
  const words = attempts.length === 0 || now.status === "skipped" || now.status === "answered" ? [stepWords(step, now)] : [];
  const ticks = "ticks" in now ? [...now.ticks].map(([item, tick]) => tickWords(step, item, tick)) : [];
  const released = now.status === "answered" ? releasedWords(now).map((led) => `- ${escapeMarkdown(led)}`) : [];
  const listed = [...released, ...ticks];
  const told = [...words, ...(words.length > 0 && listed.length > 0 ? [""] : []), ...listed];
  return [
    "",
    ...told.map((line) => `> ${line}`.trimEnd()),
    ...(told.length > 0 ? [""] : []),
    ...attempts.flatMap((attempt) => attemptLines(attempt, attempts.length, step))
  ];
}

function stepWords(step: Step, now: StepRun): string {
  const name = `**${escapeMarkdown(step.id)}** ${standing(now)}`;
  if (now.status === "skipped") return `${name}${now.by === null ? "" : ` by ${escapeMarkdown(now.by)}`}: ${escapeMarkdown(now.reason)}`;
  if (now.status === "answered") return `${name}: ${escapeMarkdown(answeredWords(step, now))}`;
  return name;
}

function tickWords(step: Step, item: number, {checked, by, at}: Tick): string {
  return `- ${checked ? "ticked" : "unticked"} by ${escapeMarkdown(by)} at ${timeWords(at)}: ${escapeMarkdown(itemText(step, item))}`;
}

function attemptLines(attempt: Attempt | EndedAttempt, of: number, step: Step): readonly string[] {
  const changed = step.type === "cell" && attempt.execution.text.trimEnd() !== step.source.trimEnd();
  const message = "outcome" in attempt ? messageOf(attempt) : null;
  const promises = step.type === "cell" ? step.expectations.map(({that}) => that.source) : [];
  const facts = [
    ...[...attempt.checks].map(
      ({met, actual, index}) => `${met ? "kept" : "broken"}: ${promises[index] ?? ""}${met ? "" : `; found ${actual}`}`
    ),
    ...[...attempt.captures].map(({name, value, secret}) => `${name} = ${secret ? "(secret)" : value}`)
  ];
  return [
    `> **${escapeMarkdown(step.id)}** ${escapeMarkdown(attemptWords(attempt, of))}`,
    ...(facts.length === 0 ? [] : [">", ...facts.map((fact) => `> - ${escapeMarkdown(fact)}`)]),
    "",
    ...(message === null ? [] : [...fence(plainText(message)), ""]),
    ...(changed ? ["> executed, after redaction:", "", ...fence(plainText(attempt.execution.text)), ""] : []),
    ...blocksOf(attempt).flatMap((block) => [
      ...(block.type === "text" && block.stream === "stderr" ? ["> stderr:", ""] : []),
      ...fence(blockText(block)),
      ""
    ])
  ];
}

/** "passed in 3s at 2026-01-01 10:00:00 UTC, attempt 2 of 2, exit 0"; how long one that was lost went on, nobody knows. */
export function attemptWords(attempt: Attempt | EndedAttempt, of: number): string {
  const number = of > 1 ? [`attempt ${attempt.number} of ${of}`] : [];
  if (!("outcome" in attempt)) return [`began at ${timeWords(attempt.startedAt)} and has no end in the journal`, ...number].join(", ");
  const {outcome, ending, endedAt} = attempt;
  return [
    outcome.type === "lost"
      ? `lost, found at ${timeWords(endedAt)}`
      : `${outcome.type} in ${formatDuration(ending.durationMs)} at ${timeWords(endedAt)}`,
    ...number,
    ...(ending.exit === null ? [] : [`exit ${ending.exit}`]),
    ...(ending.signal === null ? [] : [ending.signal]),
    ...(ending.sqlstate === null ? [] : [`SQLSTATE ${ending.sqlstate}`]),
    ...(ending.redactions === 0 ? [] : [`${countWords(ending.redactions, "secret")} hidden`])
  ].join(", ");
}

/** Longer than any run of backticks in it. */
export function fence(text: string): readonly string[] {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const marks = "`".repeat(Math.max(3, longest + 1));
  return [`${marks}text`, ...text.replace(/\n$/, "").split("\n"), marks];
}

/** Nothing of it is markup, in a line of its own or after other words. */
export const escapeMarkdown = (text: string): string =>
  plainLine(text)
    .replace(/[\\`*_{}[\]<>#!|~&$]|:(?=:)|^[+:=-]/g, "\\$&")
    .replace(/^(\d+)(?=[.)])/, "$1\\");

const indent = (lines: readonly string[], prefix: string): readonly string[] =>
  prefix === "" ? lines : lines.map((line) => `${prefix}${line}`.trimEnd());

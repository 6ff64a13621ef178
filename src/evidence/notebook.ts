/** The run as a Jupyter notebook (nbformat 4.5): prose, and each cell with what came of its last attempt. */
import {createHash} from "node:crypto";
import type {Attempt, EndedAttempt, StepRun} from "../model/run.ts";
import {attemptsOf, stepRun} from "../model/run.ts";
import type {Cell, Step} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {toHtmlTable} from "./html-table.ts";
import {attemptWords, escapeMarkdown, resultLines} from "./markdown.ts";
import type {Material, View} from "./material.ts";
import {blocksOf, blockText} from "./outputs.ts";
import {piecesOf} from "./pieces.ts";
import {plainText} from "./plain.ts";
import {allAttempts, messageOf} from "./steps.ts";
import {summaryOf} from "./summary.ts";

type Json = string | number | boolean | null | readonly Json[] | {readonly [name: string]: Json};
type NotebookCell = {readonly id: string; readonly cell_type: "markdown" | "code"; readonly [name: string]: Json};

export const toNotebook: View = (material) => {
  const {runbook, run} = material;
  const order = executionOrder(material);
  const ids = new Set<string>();
  const cells = [
    markdown(ids, "summary", summaryLines(material)),
    ...piecesOf(material).flatMap((piece, place) => {
      if (piece.type === "prose")
        return piece.lines.every((line) => line.trim() === "") ? [] : [markdown(ids, `prose-${place}`, piece.lines)];
      const now = stepRun(run, piece.step.id);
      return piece.step.type === "cell"
        ? [code(ids, piece.step, now, order)]
        : [markdown(ids, piece.step.id, [...piece.lines, ...resultLines(piece.step, now)])];
    })
  ];
  const notebook: Json = {
    cells,
    metadata: {
      kernelspec: {display_name: "Bash", language: "bash", name: "bash"},
      language_info: {name: "bash", file_extension: ".sh", mimetype: "text/x-sh"},
      runbook: {
        run: run.start?.run ?? null,
        mode: run.start?.mode ?? null,
        path: runbook.path,
        sha256: run.start?.runbook.digest ?? null,
        outcome: run.ended?.outcome ?? null
      },
      title: runbook.title
    },
    nbformat: 4,
    nbformat_minor: 5
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
};

function summaryLines(material: Material): readonly string[] {
  const {title, facts} = summaryOf(material);
  return [`**${escapeMarkdown(title)}**`, "", ...facts.map((fact) => `- ${escapeMarkdown(fact)}`)];
}

const markdown = (ids: Set<string>, id: string, lines: readonly string[]): NotebookCell => ({
  id: claim(ids, id),
  cell_type: "markdown",
  metadata: {},
  source: toSource(lines.join("\n").replace(/^\n+|\n+$/g, ""))
});

function code(ids: Set<string>, cell: Cell, now: StepRun, order: ReadonlyMap<string, number>): NotebookCell {
  const attempts = allAttempts(now);
  const attempt = attempts.at(-1);
  return {
    id: claim(ids, cell.id),
    cell_type: "code",
    execution_count: attempt === undefined ? null : (order.get(nameOf(cell, attempt)) ?? null),
    metadata: {
      runbook: {
        step: cell.id,
        kind: cell.kind,
        standing: standing(now),
        promises: promisesOf(cell, attempt),
        earlier: attemptsOf(now)
          .filter((one) => one !== attempt)
          .map((one) => attemptWords(one, attempts.length))
      },
      vscode: {languageId: cell.language}
    },
    source: toSource(
      attempt === undefined || attempt.execution.text.trimEnd() === cell.source.trimEnd() ? cell.source : plainText(attempt.execution.text)
    ),
    outputs: attempt === undefined ? [] : outputsOf(attempt)
  };
}

const promisesOf = ({expectations}: Cell, attempt: Attempt | undefined): Json =>
  [...(attempt?.checks ?? [])].map(({index, met, actual}) => ({
    that: expectations[index]?.that.source ?? null,
    met,
    actual: plainText(actual)
  }));

function outputsOf(attempt: Attempt | EndedAttempt): Json {
  const outputs: Json[] = blocksOf(attempt).map((block): Json => {
    if (block.type === "text") return {output_type: "stream", name: block.stream, text: toSource(plainText(block.text))};
    if (block.type === "remark") return {output_type: "stream", name: "stdout", text: toSource(`${plainText(block.text)}\n`)};
    return {
      output_type: "display_data",
      metadata: {},
      data: {"text/plain": toSource(blockText(block)), "text/html": toSource(toHtmlTable(block.table))}
    };
  });
  if (!("outcome" in attempt)) return [...outputs, errorOf("lost", "it began, and has no end in the journal")];
  const {type} = attempt.outcome;
  return type === "passed" ? outputs : [...outputs, errorOf(type, messageOf(attempt) ?? type)];
}

const errorOf = (name: string, message: string): Json => ({
  output_type: "error",
  ename: name,
  evalue: plainText(message),
  traceback: plainText(message).split("\n")
});

/** In which place an attempt was executed, over all cells: what Jupyter shows in brackets. */
function executionOrder({events}: Material): ReadonlyMap<string, number> {
  const started = events.flatMap((event) => (event.type === "cell-started" ? [`${event.step}/${event.attempt}`] : []));
  return new Map(started.map((name, place) => [name, place + 1]));
}
const nameOf = ({id}: Step, {number}: Attempt): string => `${id}/${number}`;

/** nbformat wants 1 to 64 letters, digits, - and _, each once. */
function claim(ids: Set<string>, wanted: string): string {
  const plain = wanted.replace(/[^A-Za-z0-9_-]/g, "-");
  const id = plain === wanted && plain.length <= 64 && !ids.has(plain) ? plain : `${plain.slice(0, 50)}-${hash(wanted)}`;
  ids.add(id);
  return id;
}
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** Text as a list of lines, each with its newline, as notebooks are kept. */
const toSource = (text: string): readonly string[] => (text === "" ? [] : text.split(/(?<=\n)/));

/** What can be judged only when the whole document has been read. */
import {choices, hint} from "../model/nearest.ts";
import type {Decision, Span} from "../model/runbook.ts";
import type {Document} from "./document.ts";
import type {Library} from "./library.ts";
import type {PlacedExpression} from "./reader.ts";
import type {Report} from "./source.ts";

const OF_AN_ATTEMPT = new Set([
  "exit",
  "stdout",
  "stderr",
  "lines",
  "rows",
  "row_count",
  "value",
  "sqlstate",
  "notices",
  "bytes",
  "duration"
]);

export function checkExpressions(document: Document, stepIds: ReadonlySet<string> | null, variables: ReadonlySet<string> | null): void {
  for (const placed of document.expressions)
    for (const read of placed.expression.reads) checkRead(document, placed, read, stepIds, variables);
}

function checkRead(
  document: Document,
  {expression, purpose, judge, at}: PlacedExpression,
  read: string,
  stepIds: ReadonlySet<string> | null,
  variables: ReadonlySet<string> | null
): void {
  const {report} = document;
  const place = (): Span => at(Math.max(0, expression.source.indexOf(read.slice(read.indexOf(".") + 1))));
  const [root, name] = split(read);
  if (root === "vars" && name !== null && variables && !variables.has(name)) {
    report.add("expression-name", `no input and no capture sets "${name}"${hint(name, variables)}`, place());
  } else if (root === "steps" && name !== null && stepIds && !stepIds.has(name)) {
    report.add("expression-name", `there is no step "${name}"${hint(name, stepIds)}`, place());
  } else if (OF_AN_ATTEMPT.has(root) && purpose !== "expect" && purpose !== "capture") {
    report.add(
      "expression-name",
      `"${root}" is not known in "${purpose}": no cell has just ended; read it as steps["id"].${root}`,
      place()
    );
  } else if (judge !== null && (root === "exit" || root === "sqlstate") && root !== judge) {
    report.add("expression-name", `this cell has no "${root}"; it has "${judge}"`, place());
  }
}

function split(read: string): readonly [string, string | null] {
  const dot = read.indexOf(".");
  return dot < 0 ? [read, null] : [read.slice(0, dot), read.slice(dot + 1)];
}

/** A prompt is answered with what the document keeps out of its record, and with nothing else. */
export function checkAnswers({steps, inputs, settings, report}: Document): void {
  const cells = steps.filter((step) => step.type === "cell");
  const captures = cells.flatMap((cell) => cell.captures.flatMap(({name, secret}) => (secret ? [name] : [])));
  const secrets = [...settings.secrets, ...inputs.flatMap(({name, type}) => (type === "secret" ? [name] : [])), ...captures];
  for (const {answers} of cells)
    for (const {secret, span} of answers)
      if (!secrets.includes(secret))
        report.add(
          "answer-secret",
          `"${secret}" is no secret of this document${hint(secret, secrets) || "; name it under secrets: in the frontmatter, or make it an input of type=secret"}`,
          span
        );
}

/** Where choices lead; a section that one leads to runs only when chosen. */
export function resolveDecisions(document: Document): void {
  const {report, sections} = document;
  const byId = new Map(sections.map((section) => [section.id as string, section]));
  for (const step of document.steps) {
    if (step.type !== "decision") continue;
    for (const {file, section, span} of (step as Decision).choices) {
      if (file !== null) {
        if (file.startsWith("/")) report.add("decision-link", `"${file}" is no path from this runbook's folder`, span);
        continue;
      }
      const target = section === null ? undefined : byId.get(section);
      if (!target)
        report.add(
          "decision-link",
          section === null
            ? "a choice leads to #section or other.md#section"
            : `there is no section "#${section}"${hint(section, byId.keys())}`,
          span
        );
      else if (target.span.line < step.span.line)
        report.add("decision-backward", `"#${section}" does not come after the decision; a run goes forward`, span);
      else target.rule ??= "chosen";
    }
  }
}

/** Choices that lead to other runbooks, which stand at `path` and are in the library. */
export function checkFiles({steps, report}: Document, path: string, library: Library): void {
  for (const step of steps) {
    if (step.type !== "decision") continue;
    for (const {file, section, span} of (step as Decision).choices)
      if (file !== null && !file.startsWith("/")) checkFile(report, path, file, section, span, library);
  }
}

function checkFile(report: Report, path: string, file: string, section: string | null, span: Span, library: Library): void {
  const known = library.find(path, file)?.sections.map(({id}) => id as string);
  if (!known) report.add("include-source", library.why(path, file), span);
  else if (section !== null && !known.includes(section))
    report.add("decision-link", `"${file}" has no section "#${section}"${hint(section, known)}`, span);
}

/** `included`: milestones that includes bring; null where they were not looked at. */
export function checkObjectives({objectives, milestones, includes, report}: Document, included: readonly string[] | null): void {
  if (included === null && includes.length > 0) return;
  const known = [...milestones.map(({id}) => id), ...(included ?? [])];
  for (const {from, to, span} of objectives) {
    for (const name of [from, to]) {
      if (name !== null && !known.includes(name))
        report.add("objective-milestone", `there is no milestone "${name}"${choices(name, known)}`, span);
    }
  }
}

/** Rolling back what was never done is an accident: what destroys after a failure says when. Cells that are found to destroy are the guard's to judge. */
export function checkRollbacks({sections, steps, report}: Document): void {
  const byId = new Map(sections.map((section) => [section.id, section]));
  for (const step of steps) {
    if (step.type !== "cell" || step.options.destructive === null || step.options.when !== null) continue;
    let section = byId.get(step.section);
    while (section && (section.rule ?? "in-order") === "in-order") section = section.parent === null ? undefined : byId.get(section.parent);
    if (section?.rule !== "on-failure") continue;
    const {line, column} = step.span;
    report.add("rollback-when", `"${step.id}" destroys something after a failure, so it needs a "when": was that done which it undoes?`, {
      line,
      column,
      endLine: line,
      endColumn: column
    });
  }
}

/** One warning for all: evidence refers to ids, and derived ones change when steps are added. */
export function recommendIds({steps, report}: Document): void {
  const derived = steps.filter((step) => !step.written && !(step.type === "checklist" && step.advisory));
  const [first] = derived;
  if (!first) return;
  const head = {
    ...first.span,
    endLine: first.span.line,
    endColumn: first.span.line === first.span.endLine ? first.span.endColumn : first.span.column
  };
  const message =
    derived.length === 1
      ? `step "${first.id}" has no written id`
      : `${derived.length} steps have no written id, the first is "${first.id}"`;
  report.add("id-derived", `${message}; the record refers to ids, so write them: {#${first.id}}`, head);
}

import type {PlannedStep} from "../model/plan.ts";
import {planRun} from "../model/plan.ts";
import type {Runbook, Section, Step} from "../model/runbook.ts";
import {pathOf, sectionsById} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {ConfirmationOptions} from "./confirmations.ts";
import {isError, openDocument} from "./document.ts";
import {problemLines} from "./problems.ts";
import {count} from "./terminal/amounts.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {headingsOf, quiet} from "./terminal/words.ts";

export interface PlanOptions extends ConfirmationOptions {
  readonly confirmations?: boolean;
}

/** `runbook plan`: what a run would do, before it touches anything. */
export async function plan(reference: string, options: PlanOptions): Promise<number> {
  const onlyThere = (["json", "set", "envFile", "answers"] as const).find(
    (option) => !options.confirmations && options[option] !== undefined
  );
  if (onlyThere) throw new UsageError(`--${onlyThere === "envFile" ? "env-file" : onlyThere} is only for plan --confirmations`);
  const document = await openDocument(reference);
  const {runbook, section, problems} = document;
  const errors = problems.filter(isError);
  if (errors.length > 0) {
    process.stderr.write([...problemLines(problems, paintFor(process.stderr)), ""].join("\n"));
    return 2;
  }
  if (options.confirmations) {
    const {confirmationsOf} = await import("./confirmations.ts");
    process.stdout.write(await confirmationsOf(document, options));
    return 0;
  }
  const lines = planLines(runbook, planRun(runbook, {section}).steps, paintFor(process.stdout));
  process.stdout.write([...lines, ""].join("\n"));
  return 0;
}

/** The plan by section, each step with its line, kind and title, and why it is skipped where it is. */
export function planLines(runbook: Runbook, planned: readonly PlannedStep[], paint: Paint): readonly string[] {
  const sections = sectionsById(runbook);
  const lines = [`${paint.bold(quiet(runbook.title))} ${paint.dim(`(${quiet(runbook.path)})`)}`];
  const layout: Layout = {
    paint,
    width: String(Math.max(0, ...runbook.steps.map(({span}) => span.endLine))).length,
    idWidth: Math.min(48, Math.max(0, ...runbook.steps.map(({id}) => id.length)))
  };
  let current: Section | undefined;
  for (const [place, step] of runbook.steps.entries()) {
    const section = sections.get(step.section);
    if (section !== current && section) {
      current = section;
      const about = [
        `#${section.id}`,
        ...(section.rule === "in-order" ? [] : [`run=${section.rule}`]),
        ...elsewhere(runbook, section)
      ].join(", ");
      lines.push("", `${number(section.span.line, layout)}  ${paint.underline(headingsOf(runbook, step))} ${paint.dim(`(${about})`)}`);
    }
    lines.push(stepLine(step, planned[place]!, layout), ...itemLines(step, layout));
  }
  return [...lines, "", totals(runbook, planned)];
}

/** The included file that a section's lines are of. */
const elsewhere = (runbook: Runbook, {span}: Section): readonly string[] =>
  span.file === undefined ? [] : [`in ${quiet(pathOf(runbook, span))}`];

interface Layout {
  readonly paint: Paint;
  readonly width: number; // of a line number
  readonly idWidth: number;
}

const number = (line: number, {paint, width}: Layout): string => paint.dim(String(line).padStart(width));

function stepLine(step: Step, planned: PlannedStep, layout: Layout): string {
  const title = step.title === null ? "" : `  ${quiet(step.title)}`;
  const text = `${number(step.span.line, layout)}  ${kindOf(step).padEnd(9)}  ${step.id.padEnd(layout.idWidth)}${title}`.trimEnd();
  const note = intention(step, planned);
  return note === "" ? text : `${text}  ${layout.paint.dim(`(${note})`)}`;
}

function itemLines(step: Step, layout: Layout): readonly string[] {
  if (step.type !== "checklist") return [];
  return step.items.map(({text, span}) => `${number(span.line, layout)}    [ ] ${quiet(text)}`);
}

export const kindOf = (step: Step): string => (step.type === "cell" ? step.kind : step.type);

/** Why a step is skipped, or on what it depends whether it is reached. */
export function intention(step: Step, planned: PlannedStep): string {
  if (planned.action === "skip") return `skipped: ${quiet(planned.reason)}`;
  const notes = [];
  if (planned.action === "offer") notes.push("offered, never blocks");
  if (planned.phase === "on-failure") notes.push("only after a failure");
  if (planned.phase === "always") notes.push("always, at the end");
  if (planned.chosenBy.length > 0) notes.push(`if chosen at ${[...new Set(planned.chosenBy.map(({decision}) => decision))].join(", ")}`);
  if (step.type === "cell" && step.options.when !== null) notes.push(`when ${quiet(step.options.when.source)}`);
  return notes.join("; ");
}

function totals(runbook: Runbook, planned: readonly PlannedStep[]): string {
  const cells = new Map<string, number>();
  const others = new Map<string, number>();
  let checklistItems = 0;
  for (const step of runbook.steps) {
    const group = step.type === "cell" ? cells : others;
    group.set(kindOf(step), (group.get(kindOf(step)) ?? 0) + 1);
    if (step.type === "checklist") checklistItems += step.items.length;
  }
  const skipped = planned.filter(({action}) => action === "skip").length;
  return [
    ...[...cells].map(([kind, number]) => count(number, `${kind} cell`)),
    ...[...others].map(([type, number]) => `${count(number, type)}${type === "checklist" ? ` of ${count(checklistItems, "item")}` : ""}`),
    ...(skipped > 0 ? [`${count(skipped, "step")} skipped`] : []),
    ...(runbook.steps.length === 0 ? ["no steps"] : [])
  ].join(", ");
}

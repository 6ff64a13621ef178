import type {PlannedStep} from "../model/plan.ts";
import {planRun} from "../model/plan.ts";
import type {Runbook, Section, Step} from "../model/runbook.ts";
import {sectionsById} from "../model/runbook.ts";
import {isError, openDocument} from "./document.ts";
import {problemLines} from "./problems.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {count} from "./terminal/time.ts";
import {quiet} from "./terminal/words.ts";

/** `runbook plan`: what a run would do, before it touches anything. */
export async function plan(reference: string): Promise<number> {
  const {runbook, section, problems} = await openDocument(reference);
  const errors = problems.filter(isError);
  if (errors.length > 0) {
    process.stderr.write([...problemLines(problems, paintFor(process.stderr)), ""].join("\n"));
    return 2;
  }
  const lines = planLines(runbook, planRun(runbook, {section}).steps, paintFor(process.stdout));
  process.stdout.write([...lines, ""].join("\n"));
  return 0;
}

/** The plan by section, each step with its line, kind and title, and why it is skipped where it is. */
export function planLines(runbook: Runbook, planned: readonly PlannedStep[], paint: Paint): readonly string[] {
  const sections = sectionsById(runbook);
  const lines = [`${paint.bold(quiet(runbook.title))} ${paint.dim(`(${quiet(runbook.path)})`)}`];
  const width = Math.max(0, ...runbook.steps.map(({span}) => String(span.line).length));
  const idWidth = Math.min(48, Math.max(0, ...runbook.steps.map(({id}) => id.length)));
  let current: Section | undefined;
  for (const [place, step] of runbook.steps.entries()) {
    const section = sections.get(step.section);
    if (section !== current && section) {
      current = section;
      lines.push(
        "",
        `${paint.dim(String(section.span.line).padStart(width))}  ${paint.underline(quiet(section.title))}${ruleWords(section)}`
      );
    }
    lines.push(stepLine(step, planned[place]!, {paint, width, idWidth}));
  }
  return [...lines, "", totals(runbook, planned)];
}

function stepLine(step: Step, planned: PlannedStep, {paint, width, idWidth}: {paint: Paint; width: number; idWidth: number}): string {
  const line = paint.dim(String(step.span.line).padStart(width));
  const text =
    `${line}  ${kindOf(step).padEnd(9)}  ${step.id.padEnd(idWidth)}${step.title === null ? "" : `  ${quiet(step.title)}`}${items(step)}`.trimEnd();
  const note = intention(step, planned);
  return note === "" ? text : `${text}  ${paint.dim(`(${note})`)}`;
}

const kindOf = (step: Step): string => (step.type === "cell" ? step.kind : step.type);
const items = (step: Step): string => (step.type === "checklist" ? `  ${count(step.items.length, "item")}` : "");

function intention(step: Step, planned: PlannedStep): string {
  if (planned.action === "skip") return `skipped: ${quiet(planned.reason)}`;
  const notes = [];
  if (planned.action === "offer") notes.push("offered, never blocks");
  if (planned.phase === "on-failure") notes.push("only after a failure");
  if (planned.phase === "always") notes.push("always, at the end");
  if (planned.chosenBy.length > 0) notes.push(`if chosen at ${[...new Set(planned.chosenBy.map(({decision}) => decision))].join(", ")}`);
  if (step.type === "cell" && step.options.when !== null) notes.push(`when ${quiet(step.options.when.source)}`);
  return notes.join("; ");
}

const ruleWords = ({rule}: Section): string => (rule === "in-order" ? "" : ` (run=${rule})`);

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

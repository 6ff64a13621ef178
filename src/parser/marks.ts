/** What stands in the document and is no step: inputs, reminders, milestones, objectives, descriptions of sections, includes. */
import type {RootContent} from "mdast";
import {parseDuration} from "../expression/duration.ts";
import {refuseValue} from "../model/command.ts";
import type {Input, InputType, Metric, Milestone, Objective, Reminder, RunRule, Slot} from "../model/runbook.ts";
import type {Directive} from "./directive.ts";
import {checkForm, type Document, type Draft, readerOf, type SectionDraft} from "./document.ts";
import {checkName} from "./names.ts";
import type {Reader} from "./reader.ts";

const TYPES: readonly InputType[] = ["string", "int", "bool", "duration", "timestamp", "choice", "file", "secret"];
const METRICS: readonly Metric[] = ["rto", "rpo", "ttd", "ttr"];
const RULES: readonly RunRule[] = ["in-order", "chosen", "on-failure", "always"];
const LEAF = {form: "leaf", label: "optional"} as const;
const LABELLED = {form: "leaf", label: "needed"} as const;

const slotOf = (of: Slot["of"], id: string): Draft<Slot> => ({type: "slot", of, id});

export function readInput(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, LABELLED)) return [];
  const {report, inputs} = document;
  const reader = readerOf(document, directive.attributes);
  const {id} = directive.attributes;
  const input = {
    name: id?.value ?? "",
    label: directive.title ?? "",
    type: reader.oneOf("type", TYPES) ?? "string",
    default: reader.text("default"),
    optional: reader.flag("optional"),
    choices: (reader.text("choices")?.split("|") ?? []).map((choice) => choice.trim()).filter((choice) => choice !== ""),
    pattern: reader.pattern("pattern"),
    from: readFrom(reader),
    section: section.id,
    span: directive.span
  } satisfies Input;
  reader.finish("attribute", "directive-attribute");
  checkInput(reader, input);
  if (id?.value == null) {
    report.add("id-missing", "an input names its variable: ::input[Recover to]{#RECOVERY_TARGET}", directive.head);
    return [];
  }
  if (!checkName(report, id.value, id.span)) return [];
  const other = inputs.find(({name}) => name === id.value);
  if (other) {
    report.add("input-twice", `there is an input "${id.value}" already, on line ${other.span.line}`, id.span);
    return [];
  }
  inputs.push(input);
  return [slotOf("input", id.value)];
}

function readFrom(reader: Reader): string | null {
  const from = reader.text("from");
  if (from === null) return null;
  const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(from)?.[1];
  if (name === undefined)
    reader.refuse(
      reader.find("from")!,
      `"from" must name an environment variable, like from="env:BACKUP_DIR", not "${from}"`,
      "input-value"
    );
  return name ?? null;
}

function checkInput(reader: Reader, input: Input): void {
  const refuse = (name: string, message: string) => reader.refuse(reader.find(name) ?? reader, message, "input-value");
  if (input.type === "choice" && input.choices.length < 2) refuse("choices", 'an input of type choice has choices="a|b"');
  if (input.type !== "choice" && input.choices.length > 0)
    refuse("choices", `only an input of type choice has choices, and this is ${input.type}`);
  if (input.type === "secret" && input.default !== null) refuse("default", "a secret has no default: the document is no place for it");
  else if (input.default !== null && !(input.type === "choice" && input.choices.length < 2)) {
    const why = refuseValue(input, input.default);
    if (why !== null) refuse("default", `the default does not fit: ${why}`);
  }
}

export function readMilestone(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, LABELLED)) return [];
  const reader = readerOf(document, directive.attributes);
  const at = reader.expression("at", "at");
  const id = reader.id();
  reader.finish("attribute", "directive-attribute");
  if (directive.attributes.id === null)
    document.report.add("id-missing", "a milestone needs an id: ::milestone[Service lost]{#lost}", directive.head);
  if (id === null || !document.ids.claim(id, directive.attributes.id!.span)) return [];
  const milestone: Draft<Milestone> = {
    id,
    title: directive.title ?? id,
    at,
    section: section.id,
    before: document.steps.length,
    span: directive.span
  };
  document.milestones.push(milestone);
  return [slotOf("milestone", id)];
}

export function readObjective(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, LEAF)) return [];
  const {report} = document;
  const reader = readerOf(document, directive.attributes);
  const written = reader.id();
  const metric = reader.oneOf("metric", METRICS);
  const max = reader.duration("max");
  const [from, to] = [reader.text("from"), reader.text("to")];
  const value = reader.expression("value", "value");
  const valued = reader.find("value") !== null;
  reader.finish("attribute", "directive-attribute");
  for (const name of ["metric", "max"])
    if (reader.find(name) === null)
      report.add(
        "directive-attribute",
        `an objective says its "${name}": ::objective{#rto metric=rto max=1h from=lost to=verified}`,
        directive.head
      );
  if (valued ? from !== null || to !== null : from === null || to === null)
    report.add("objective-measure", "an objective is measured from one milestone to another (from=, to=), or by value=", directive.head);
  if (metric === null || typeof max !== "number") return [];
  const objective: Draft<Objective> = {
    id: "",
    title: directive.title,
    metric,
    maxMs: max,
    from,
    to,
    value,
    section: section.id,
    span: directive.span
  };
  document.objectives.push(objective);
  return [named(document, objective, "objective", written, directive, () => metric)];
}

export function readReminder(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, LABELLED)) return [];
  const reader = readerOf(document, directive.attributes);
  const written = reader.id();
  const every = reader.duration("every");
  const role = reader.text("role");
  reader.finish("attribute", "directive-attribute");
  if (reader.find("every") === null)
    document.report.add("directive-attribute", "a reminder says how often: ::reminder[Update stakeholders]{every=15m}", directive.head);
  if (typeof every !== "number") return [];
  if (every < 1000) reader.refuse(reader.find("every")!, "a reminder comes once a second at most", "attribute-value");
  const reminder: Draft<Reminder> = {id: "", title: directive.title ?? "", everyMs: every, role, section: section.id, span: directive.span};
  document.reminders.push(reminder);
  return [named(document, reminder, "reminder", written, directive, () => directive.title ?? "reminder")];
}

function named(
  document: Document,
  thing: {id: string},
  of: Slot["of"],
  written: string | null,
  directive: Directive,
  wish: () => string
): Slot {
  const slot = slotOf(of, "");
  const take = (id: string) => {
    thing.id = id;
    slot.id = id;
  };
  if (written !== null && document.ids.claim(written, directive.attributes.id!.span)) take(written);
  else document.ids.derive(wish, take);
  return slot;
}

export function readProcedure(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, {form: "leaf", label: "none"})) return [];
  const {report} = document;
  const reader = readerOf(document, directive.attributes);
  const rule = reader.oneOf("run", RULES);
  const estimate = readEstimate(reader);
  reader.finish("attribute", "directive-attribute");
  if (directive.attributes.id) report.add("directive-attribute", "a section's id is made of its heading", directive.attributes.id.span);
  if (section.depth === 0)
    report.add("procedure-place", "a procedure describes the section of a heading, and no heading stands above it", directive.head);
  else if (section.procedure)
    report.add("procedure-place", `section "${section.title}" has a procedure already, on line ${section.procedure.line}`, directive.head);
  else Object.assign(section, {rule, estimate, procedure: directive.span});
  return [];
}

function readEstimate(reader: Reader): SectionDraft["estimate"] {
  const text = reader.text("estimate");
  if (text === null) return null;
  const [least, most = least] = text.split("..").map((part) => parseDuration(part.trim()));
  if (least && most && least <= most && text.split("..").length < 3) return {minMs: least, maxMs: most};
  reader.refuse(reader.find("estimate")!, `"estimate" must be a duration or two, like 45m or 45m..60m, not "${text}"`);
  return null;
}

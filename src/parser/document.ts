import type {RootContent} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {
  Include,
  Input,
  Milestone,
  Objective,
  Reminder,
  RunRule,
  SectionId,
  Settings,
  Slot,
  Span,
  Step,
  StepId
} from "../model/runbook.ts";
import type {Attributes} from "./attributes.ts";
import type {Directive} from "./directive.ts";
import type {Ids} from "./ids.ts";
import type {Prose} from "./prose.ts";
import {type PlacedExpression, Reader} from "./reader.ts";
import type {Report, Source} from "./source.ts";

export type Draft<T> = {-readonly [Key in keyof T]: T[Key]};

/** A section while the document is being read. */
export interface SectionDraft {
  id: SectionId;
  readonly title: string;
  readonly depth: number;
  readonly parent: SectionId | null;
  rule: RunRule | null; // null: nothing is written
  estimate: {readonly minMs: number; readonly maxMs: number} | null;
  procedure: Span | null; // where the ::procedure stands
  nodes: readonly RootContent[];
  span: Span;
  steps: number; // so far, for derived ids
}

/** Everything that the reading of one document shares. */
export interface Document {
  readonly source: Source;
  readonly kinds: readonly AnyKind[];
  readonly report: Report;
  readonly ids: Ids;
  readonly prose: Prose;
  readonly settings: Settings;
  readonly timeoutMs: number | null; // default of cells; null: none
  readonly expressions: PlacedExpression[];
  readonly sections: SectionDraft[];
  readonly steps: Draft<Step>[];
  readonly inputs: Input[];
  readonly milestones: Draft<Milestone>[];
  readonly objectives: Draft<Objective>[];
  readonly reminders: Draft<Reminder>[];
  readonly includes: Draft<Include>[];
}

export const readerOf = ({source, report, expressions}: Document, attributes: Attributes): Reader =>
  new Reader(attributes, source, report, expressions);

/** Adds a step to the document; its slot takes its place in the prose. */
export function addStep(document: Document, section: SectionDraft, step: Draft<Step>, id: string | null): Slot {
  const slot: Draft<Slot> = {type: "slot", of: "step", id: ""};
  const order = ++section.steps;
  document.steps.push(step);
  const take = (taken: string) => {
    step.id = taken as StepId;
    slot.id = taken;
  };
  if (id !== null && document.ids.claim(id, step.span)) take(id);
  else document.ids.derive(() => `${section.id}-${order}`, take);
  return slot;
}

/** What is wrong with the form of a directive: leaf or container, label or none. */
export function checkForm(
  {report}: Document,
  directive: Directive,
  {form, label}: {form: "leaf" | "container" | "either"; label: "none" | "optional" | "needed"}
): boolean {
  const {name} = directive;
  if (form !== "either" && directive.form !== form) {
    const right = form === "leaf" ? `::${name}, on one line` : `:::${name} … :::`;
    report.add("directive-form", `"${name}" is written ${right}`, directive.head);
    return false;
  }
  if (label === "none" && directive.label !== null)
    report.add("directive-form", `"${name}" has no label; "[${directive.title}]" means nothing here`, directive.head);
  if (label === "needed" && (directive.title ?? "") === "")
    report.add("directive-form", `"${name}" needs a label: ${directive.form === "leaf" ? "::" : ":::"}${name}[What it is]`, directive.head);
  return true;
}

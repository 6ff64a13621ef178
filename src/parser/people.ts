/** Steps for people: gates, checklists, decisions. */
import type {Link, ListItem, PhrasingContent, RootContent} from "mdast";
import type {Checklist, ChecklistItem, Choice, Decision, Gate, SectionId, Slot, Span, StepId} from "../model/runbook.ts";
import {type Directive, textOf} from "./directive.ts";
import {addStep, checkForm, type Document, type Draft, readerOf, type SectionDraft} from "./document.ts";
import {checkFence, checkParagraph} from "./lint.ts";
import {refuseSteps} from "./nested.ts";
import {spanOf} from "./source.ts";
import {splitTarget} from "./target.ts";

const base = (section: SectionDraft, directive: Directive, id: string | null) => ({
  id: "" as StepId,
  written: id !== null,
  title: directive.title,
  section: section.id as SectionId,
  uses: [],
  span: directive.span
});

export function readGate(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, {form: "either", label: "optional"})) return [];
  const reader = readerOf(document, directive.attributes);
  const id = reader.id();
  const gate: Draft<Gate> = {
    type: "gate",
    ...base(section, directive, id),
    role: reader.text("role"),
    nodes: contentOf(document, directive)
  };
  reader.finish("attribute", "directive-attribute");
  return [addStep(document, section, gate, id)];
}

export function readChecklist(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, {form: "container", label: "optional"})) return [];
  const reader = readerOf(document, directive.attributes);
  const id = reader.id();
  reader.finish("attribute", "directive-attribute");
  const items: ChecklistItem[] = [];
  const around: RootContent[] = [];
  for (const node of directive.children) {
    if (node.type !== "list") around.push(node);
    else
      for (const item of node.children) {
        if (item.checked !== true && item.checked !== false)
          document.report.add("checklist-items", "an item of a checklist has a box: - [ ] what to check", headSpan(document, item));
        else items.push(itemOf(document, item));
      }
  }
  if (items.length === 0) document.report.add("checklist-items", "a checklist has items: - [ ] what to check", directive.head);
  const checklist: Draft<Checklist> = {
    type: "checklist",
    ...base(section, directive, id),
    advisory: false,
    items,
    nodes: contentOf(document, directive, around)
  };
  return [addStep(document, section, checklist, id)];
}

/** A bare task list: shown, tickable, recorded, never blocking. */
export function readTasks(document: Document, section: SectionDraft, tasks: readonly ListItem[]): Slot {
  const span: Span = {
    ...spanOf(tasks[0]!.position!),
    endLine: tasks.at(-1)!.position!.end.line,
    endColumn: tasks.at(-1)!.position!.end.column
  };
  const items = tasks.map((item) => itemOf(document, item, false));
  const checklist: Draft<Checklist> = {
    type: "checklist",
    id: "" as StepId,
    written: false,
    title: null,
    section: section.id,
    uses: [],
    span,
    advisory: true,
    items,
    nodes: []
  };
  return addStep(document, section, checklist, null);
}

function itemOf(document: Document, item: ListItem, whole = true): ChecklistItem {
  const [first, ...more] = item.children;
  const phrases: readonly PhrasingContent[] = first?.type === "paragraph" ? first.children : [];
  if (first?.type === "paragraph") checkParagraph(document.source, document.report, first);
  if (whole) {
    for (const node of more) refuseSteps(document, node, "checklist");
    if (more.length > 0 && !more.every(({type}) => type === "code"))
      document.report.add("checklist-items", "an item of a checklist is one paragraph", headSpan(document, item));
  }
  return {
    text: textOf(phrases),
    nodes: document.prose.clean([...phrases]),
    checked: item.checked === true,
    span: spanOf((first ?? item).position!)
  };
}

export function readDecision(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, {form: "container", label: "optional"})) return [];
  const reader = readerOf(document, directive.attributes);
  const id = reader.id();
  const choose = reader.expression("choose", "choose");
  reader.finish("attribute", "directive-attribute");
  const choices: Choice[] = [];
  const around: RootContent[] = [];
  for (const node of directive.children) {
    if (node.type !== "list") around.push(node);
    else for (const item of node.children) readChoice(document, item, choices);
  }
  if (choices.length === 0)
    document.report.add("decision-choices", "a decision has choices: - [Yes](#the-section-it-leads-to)", directive.head);
  const decision: Draft<Decision> = {
    type: "decision",
    ...base(section, directive, id),
    choices,
    choose,
    nodes: contentOf(document, directive, around)
  };
  return [addStep(document, section, decision, id)];
}

function readChoice({report, source, prose}: Document, item: ListItem, into: Choice[]): void {
  const span = spanOf(item.position!);
  const links = findLinks(prose.clean([...item.children] as RootContent[]));
  const head = {...span, endLine: span.line, endColumn: source.line(span.line).length + 1};
  const [link] = links;
  if (!link || links.length > 1) {
    report.add(
      "decision-choices",
      `a choice is one link to where it leads, and this has ${links.length === 0 ? "none" : links.length}`,
      head
    );
    return;
  }
  const label = textOf(link.children);
  const [file, anchor] = splitTarget(link.url);
  if (label === "") report.add("decision-choices", "a choice needs a text", head);
  else if (into.some((other) => other.label === label)) report.add("decision-choices", `there is a choice "${label}" already`, head);
  else if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(link.url))
    report.add("decision-link", `"${link.url}" is neither a section nor a runbook; a choice leads to #section or other.md#section`, head);
  else into.push({label, file, section: anchor as SectionId | null, span: head});
}

function findLinks(nodes: readonly RootContent[]): readonly Link[] {
  return nodes.flatMap((node): readonly Link[] =>
    node.type === "link" ? [node] : "children" in node ? findLinks(node.children as RootContent[]) : []
  );
}

/** The prose of a step; other steps do not stand in it. */
function contentOf(document: Document, directive: Directive, nodes: readonly RootContent[] = directive.children): readonly RootContent[] {
  for (const node of nodes) {
    if (node.type === "code") checkFence(document.source, document.report, node);
    if (node.type === "paragraph") checkParagraph(document.source, document.report, node);
    refuseSteps(document, node, directive.name);
  }
  return document.prose.clean(nodes);
}

const headSpan = ({source}: Document, item: ListItem): Span => {
  const span = spanOf(item.position!);
  return {...span, endLine: span.line, endColumn: source.line(span.line).length + 1};
};

/** Our directives: each by its name to what reads it. A reader gives what stands in the prose instead. */
import type {RootContent} from "mdast";
import {readCell, readFence} from "./cell.ts";
import type {Directive} from "./directive.ts";
import {checkForm, type Document, type SectionDraft} from "./document.ts";
import {readInclude} from "./include.ts";
import {checkFence, checkParagraph, type OURS} from "./lint.ts";
import {readInput, readMilestone, readObjective, readProcedure, readReminder} from "./marks.ts";
import {refuseSteps} from "./nested.ts";
import {readChecklist, readDecision, readGate} from "./people.ts";
import {isPromise} from "./promises.ts";

type Read = (document: Document, section: SectionDraft, directive: Directive) => readonly RootContent[];

const readers: Readonly<Record<(typeof OURS)[number], Read>> = {
  cell: readWrapped,
  expect: strayPromise,
  capture: strayPromise,
  answer: strayPromise,
  gate: readGate,
  checklist: readChecklist,
  decision: readDecision,
  input: readInput,
  reminder: readReminder,
  milestone: readMilestone,
  objective: readObjective,
  procedure: readProcedure,
  include: readInclude
};

export const readOurs: Read = (document, section, directive) =>
  readers[directive.name as (typeof OURS)[number]](document, section, directive);

function strayPromise({report}: Document, _: SectionDraft, {name, head}: Directive): readonly RootContent[] {
  report.add("promise-outside-cell", `"${name}" belongs to no cell; it stands directly after a fence, or inside a :::cell`, head);
  return [];
}

function readWrapped(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, {form: "container", label: "optional"})) return [];
  const {report, prose, source} = document;
  const before: RootContent[] = [];
  const after: RootContent[] = [];
  const promises: RootContent[] = [];
  let cell: ReturnType<typeof readFence> = null;
  for (const node of directive.children) {
    if (isPromise(node)) {
      promises.push(node);
      continue;
    }
    if (node.type === "code") {
      checkFence(source, report, node);
      const fence = readFence(document, node);
      if (fence && cell)
        report.add(
          "cell-fence",
          "a :::cell holds one fence that can be executed, and this is another",
          source.span(node.position!.start.offset!, node.position!.end.offset!)
        );
      if (fence) {
        cell ??= fence;
        continue;
      }
    }
    if (node.type === "paragraph") checkParagraph(source, report, node);
    refuseSteps(document, node, "cell");
    (cell ? after : before).push(...prose.clean([node]));
  }
  if (cell) return [readCell(document, section, cell, promises, {directive, before, after})];
  report.add(
    "cell-fence",
    `a :::cell holds a fence that can be executed: ${document.kinds.map(({name}) => name).join(" or ")}`,
    directive.head
  );
  return [];
}

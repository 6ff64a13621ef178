import type {Heading, Root, RootContent} from "mdast";
import type {SectionId} from "../model/runbook.ts";
import {textOf} from "./directive.ts";
import type {SectionDraft} from "./document.ts";
import {Slugger} from "./slug.ts";
import {type Source, spanOf} from "./source.ts";

/** A section with the nodes under its heading, before they are walked. */
export interface RawSection {
  readonly draft: SectionDraft;
  readonly nodes: readonly RootContent[];
}

/** Cuts the document at its headings. Headings inside lists, quotes and containers are prose. */
export function cutSections(root: Root, source: Source): readonly RawSection[] {
  const slugger = new Slugger();
  const cut: {draft: SectionDraft; nodes: RootContent[]}[] = [];
  const open: SectionDraft[] = [];
  let first: RootContent[] = [];
  for (const node of root.children) {
    if (node.type === "yaml") continue;
    if (node.type === "heading") {
      const draft = draftOf(node, slugger);
      while (open.length > 0 && open.at(-1)!.depth >= node.depth) open.pop();
      cut.push({draft: {...draft, parent: open.at(-1)?.id ?? null}, nodes: []});
      open.push(cut.at(-1)!.draft);
    } else (cut.at(-1)?.nodes ?? first).push(node);
  }
  if (first.length > 0) {
    const end = first.at(-1)!.position!.end;
    const id = slugger.has("top") ? "top-of-document" : "top";
    cut.unshift({
      draft: {
        id: id as SectionId,
        title: "",
        depth: 0,
        parent: null,
        rule: null,
        estimate: null,
        procedure: null,
        nodes: [],
        steps: 0,
        span: {line: 1, column: 1, endLine: end.line, endColumn: end.column}
      },
      nodes: first
    });
  }
  first = [];
  for (const [place, {draft, nodes}] of cut.entries()) {
    const last = place === cut.length - 1 ? source.lines.length : cut[place + 1]!.draft.span.line - 1;
    const end = nodes.at(-1)?.position?.end;
    draft.span = {...draft.span, endLine: Math.min(end?.line ?? draft.span.endLine, last), endColumn: end?.column ?? draft.span.endColumn};
  }
  return cut;
}

function draftOf(heading: Heading, slugger: Slugger): SectionDraft {
  const title = textOf(heading.children);
  // GitHub gives a heading of symbols alone an empty id, to which nothing can lead.
  const id = slugger.slug(title) || slugger.slug("section");
  return {
    id: id as SectionId,
    title,
    depth: heading.depth,
    parent: null,
    rule: null,
    estimate: null,
    procedure: null,
    nodes: [],
    steps: 0,
    span: spanOf(heading.position!)
  };
}

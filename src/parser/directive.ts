import type {Heading, PhrasingContent, RootContent} from "mdast";
import type {ContainerDirective, LeafDirective} from "mdast-util-directive";
import type {Span} from "../model/runbook.ts";
import {type Attributes, noAttributes, readAttributes} from "./attributes.ts";
import {type Report, type Source, spanOf} from "./source.ts";

/** A directive with its parts as they stand in the source. */
export interface Directive {
  readonly name: string;
  readonly form: "leaf" | "container";
  readonly colons: number;
  readonly label: readonly PhrasingContent[] | null;
  readonly title: string | null; // the label as text
  readonly attributes: Attributes;
  readonly children: readonly RootContent[]; // without the label
  readonly span: Span;
  readonly head: Span; // the opening line
  readonly offset: number;
}

export const isDirective = (node: RootContent): node is ContainerDirective | LeafDirective =>
  node.type === "containerDirective" || node.type === "leafDirective";

export function readDirective(node: ContainerDirective | LeafDirective, source: Source, report: Report): Directive {
  const offset = node.position!.start.offset!;
  const line = source.restOfLine(offset);
  const colons = /^:*/.exec(line)![0].length;
  const span = spanOf(node.position!);
  const head = source.span(offset, offset + line.trimEnd().length);
  const first = node.children[0];
  const labelled =
    node.type === "containerDirective" &&
    first?.type === "paragraph" &&
    (first.data as {directiveLabel?: boolean} | undefined)?.directiveLabel === true;
  const label =
    node.type === "leafDirective"
      ? node.children.length > 0
        ? (node.children as PhrasingContent[])
        : null
      : labelled
        ? first.children
        : null;
  const brace = findBrace(line, colons + node.name.length);
  return {
    name: node.name,
    form: node.type === "leafDirective" ? "leaf" : "container",
    colons,
    label,
    title: label === null ? null : textOf(label),
    attributes: brace === null ? noAttributes(head) : readAttributes(source, offset + brace, report),
    children: node.type === "leafDirective" ? [] : labelled ? node.children.slice(1) : node.children,
    span,
    head,
    offset
  };
}

/** Where the attributes start, after the label if there is one. */
function findBrace(line: string, after: number): number | null {
  let at = after;
  if (line[at] === "[") {
    for (let depth = 0; at < line.length; at++) {
      if (line[at] === "\\") at++;
      else if (line[at] === "[") depth++;
      else if (line[at] === "]" && --depth === 0) break;
    }
    at++;
  }
  return line[at] === "{" ? at : null;
}

type Texted =
  | Heading
  | PhrasingContent
  | {readonly type: string; readonly children?: readonly PhrasingContent[]; readonly value?: string; readonly alt?: string | null};

/** What a person reads of a piece of prose. */
export function textOf(nodes: readonly Texted[]): string {
  return nodes
    .map((node) => {
      if (node.type === "html") return "";
      if ("value" in node && typeof node.value === "string") return node.value;
      if ("children" in node && node.children) return textOf(node.children);
      if (node.type === "break") return " ";
      return "alt" in node && node.alt ? node.alt : "";
    })
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}

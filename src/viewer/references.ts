import type {FootnoteDefinition, Node} from "mdast";

import type {Runbook} from "../model/runbook.ts";

/** What prose refers to from elsewhere in the document. */
export interface References {
  readonly definitions: ReadonlyMap<string, {readonly url: string; readonly title: string | null}>;
  readonly footnotes: readonly FootnoteDefinition[]; // in the order in which they are first referred to
}

export function findReferences(runbook: Runbook): References {
  const definitions = new Map<string, {url: string; title: string | null}>();
  const defined = new Map<string, FootnoteDefinition>();
  const order = new Set<string>();
  const visit = (node: Node): void => {
    if (isNode(node, "definition"))
      definitions.set(node.identifier, definitions.get(node.identifier) ?? {url: node.url, title: node.title ?? null});
    if (isNode(node, "footnoteDefinition")) defined.set(node.identifier, node);
    if (isNode(node, "footnoteReference")) order.add(node.identifier);
    if ("children" in node && Array.isArray(node.children)) for (const child of node.children) visit(child as Node);
  };
  for (const {nodes} of runbook.sections) nodes.forEach(visit);
  for (const step of runbook.steps) {
    if (step.type === "cell") [...step.before, ...step.after].forEach(visit);
    else step.nodes.forEach(visit);
  }
  return {definitions, footnotes: [...order].flatMap((identifier) => defined.get(identifier) ?? [])};
}

interface Named {
  definition: Node & {identifier: string; url: string; title?: string | null};
  footnoteDefinition: FootnoteDefinition;
  footnoteReference: Node & {identifier: string};
}
const isNode = <Type extends keyof Named>(node: Node, type: Type): node is Named[Type] => node.type === type;

import type {FootnoteDefinition, FootnoteReference, Node} from "mdast";

import type {Runbook} from "../model/runbook.ts";

/** The footnotes of a document, in the order in which its prose first refers to them. */
export function findFootnotes(runbook: Runbook): readonly FootnoteDefinition[] {
  const defined = new Map<string, FootnoteDefinition>();
  const order = new Set<string>();
  const visit = (node: Node): void => {
    if (node.type === "footnoteDefinition") defined.set((node as FootnoteDefinition).identifier, node as FootnoteDefinition);
    if (node.type === "footnoteReference") order.add((node as FootnoteReference).identifier);
    if ("children" in node && Array.isArray(node.children)) for (const child of node.children) visit(child as Node);
  };
  for (const {nodes} of runbook.sections) nodes.forEach(visit);
  for (const step of runbook.steps) (step.type === "cell" ? [...step.before, ...step.after] : step.nodes).forEach(visit);
  return [...order].flatMap((identifier) => defined.get(identifier) ?? []);
}

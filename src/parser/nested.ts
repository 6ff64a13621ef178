import type {RootContent} from "mdast";
import {readFence} from "./cell.ts";
import {isDirective} from "./directive.ts";
import type {Document} from "./document.ts";
import {OURS} from "./lint.ts";

/** Steps do not stand inside other steps. */
export function refuseSteps(document: Document, node: RootContent, inside: string): void {
  const {report, source} = document;
  const at = () =>
    source.span(
      node.position!.start.offset!,
      node.position!.start.offset! + source.restOfLine(node.position!.start.offset!).trimEnd().length
    );
  if (node.type === "code") {
    const fence = readFence(document, node);
    if (fence)
      report.add("step-nested", `a cell cannot stand inside a ${inside}; as mere text it is a fence without "${fence.language}"`, at());
    return;
  }
  if (isDirective(node) && (OURS as readonly string[]).includes(node.name)) {
    report.add("step-nested", `"${node.name}" cannot stand inside a ${inside}`, at());
    return;
  }
  if ("children" in node) for (const child of node.children) refuseSteps(document, child as RootContent, inside);
}

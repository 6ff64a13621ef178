/** The document's prose as the text of a page. Nothing of it is markup but what is made here. */
import type {Node, PhrasingContent, RootContent, Table} from "mdast";
import type {Slot} from "../model/runbook.ts";
import {escapeHtml} from "./html-table.ts";

type ShowSlot = (slot: Slot) => string;

export const showProse = (nodes: readonly Node[], slot: ShowSlot): string =>
  nodes
    .map((node) => block(node as RootContent, slot))
    .filter((text) => text !== "")
    .join("\n");

function block(node: RootContent, slot: ShowSlot): string {
  const inside = (nodes: readonly Node[]): string => showProse(nodes, slot);
  switch (node.type) {
    case "paragraph":
      return `<p>${phrases(node.children)}</p>`;
    case "heading": {
      const depth = Math.min(node.depth + 1, 6);
      return `<h${depth}>${phrases(node.children)}</h${depth}>`;
    }
    case "blockquote":
      return `<blockquote>${inside(node.children)}</blockquote>`;
    case "list": {
      const items = node.children.map((item) => {
        const box = typeof item.checked === "boolean" ? (item.checked ? "☑ " : "☐ ") : "";
        return `<li>${box}${inside(item.children)}</li>`;
      });
      return node.ordered ? `<ol start="${Number(node.start ?? 1)}">${items.join("")}</ol>` : `<ul>${items.join("")}</ul>`;
    }
    case "code":
      return `<pre><code>${escapeHtml(node.value)}</code></pre>`;
    case "table":
      return table(node);
    case "thematicBreak":
      return "<hr>";
    case "html":
      return /^<!--[\s\S]*-->$/.test(node.value.trim()) ? "" : `<pre>${escapeHtml(node.value)}</pre>`;
    case "slot":
      return slot(node);
    case "definition":
    case "yaml":
      return "";
    case "footnoteDefinition":
      return `<aside>[${escapeHtml(node.identifier)}] ${inside(node.children)}</aside>`;
    default:
      return "children" in node && (node.type as string) === "containerDirective"
        ? `<aside>${inside(node.children as Node[])}</aside>`
        : phrasing(node as PhrasingContent);
  }
}

export const phrases = (nodes: readonly Node[]): string => nodes.map((node) => phrasing(node as PhrasingContent)).join("");

function phrasing(node: PhrasingContent): string {
  switch (node.type) {
    case "text":
      return escapeHtml(node.value);
    case "emphasis":
      return `<em>${phrases(node.children)}</em>`;
    case "strong":
      return `<strong>${phrases(node.children)}</strong>`;
    case "delete":
      return `<del>${phrases(node.children)}</del>`;
    case "inlineCode":
      return `<code>${escapeHtml(node.value)}</code>`;
    case "break":
      return "<br>";
    case "link":
      return /^(https?:|mailto:)/i.test(node.url)
        ? `<a href="${escapeHtml(node.url)}" rel="noopener noreferrer">${phrases(node.children)}</a>`
        : phrases(node.children);
    case "image":
    case "imageReference":
      return escapeHtml(node.alt ?? "");
    case "footnoteReference":
      return `[${escapeHtml(node.identifier)}]`;
    default:
      if ("children" in node) return phrases(node.children as Node[]);
      return "value" in node ? escapeHtml(String(node.value)) : "";
  }
}

function table({children}: Table): string {
  const row = ({children: cells}: Table["children"][number], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${phrases(cell.children)}</${tag}>`).join("")}</tr>`;
  const [head, ...rows] = children;
  return `<table>${head ? `<thead>${row(head, "th")}</thead>` : ""}<tbody>${rows.map((one) => row(one, "td")).join("")}</tbody></table>`;
}

/** The document's prose as templates. Nothing of it is ever parsed as HTML, and a link leads only where `links.ts` lets it. */

import type {TemplateResult} from "lit";
import {html, nothing} from "lit";
import type {AlignType, FootnoteDefinition, ListItem, Node, PhrasingContent, RootContent, Table} from "mdast";
import type {Slot} from "../model/runbook.ts";
import type {Highlights} from "../model/served.ts";
import {fenceKey} from "../model/served.ts";
import {codeLines} from "./code.ts";
import {copyButton} from "./copy-button.ts";
import {safeHref, safeImage} from "./links.ts";

export interface ProseContext {
  readonly name: string | null; // of the document, to which links are relative; null where no other can be reached
  readonly highlights: Highlights;
  readonly footnotes: readonly FootnoteDefinition[];
  readonly usualTimeoutMs: number | null;
  imageUrl(name: string, file: string): string | null;
  slot(slot: Slot): unknown;
  /** The sections that an include brought. */
  included(id: string): unknown;
}

export const prose = (nodes: readonly Node[], context: ProseContext): unknown[] => nodes.map((node) => block(node as RootContent, context));

export const phrases = (nodes: readonly Node[], context: ProseContext): unknown[] =>
  nodes.map((node) => phrasing(node as PhrasingContent, context));

function block(node: RootContent, context: ProseContext): unknown {
  const inside = (nodes: readonly Node[]): unknown[] => prose(nodes, context);
  switch (node.type) {
    case "paragraph":
      return html`<p>${phrases(node.children, context)}</p>`;
    case "heading":
      return heading(Math.min(node.depth + 1, 6), phrases(node.children, context));
    case "blockquote":
      return html`<blockquote>${inside(node.children)}</blockquote>`;
    case "list": {
      const items = node.children.map((item) => listItem(item, node.spread === true, context));
      return node.ordered ? html`<ol start=${node.start ?? 1}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "code": {
      const tokens = context.highlights.fences[fenceKey(node.lang ?? "", node.value)];
      return html`<div class="fence"><pre tabindex="0"><code>${codeLines(tokens ?? [[null, node.value]])}</code></pre>${copyButton(node.value, "Copy this text")}</div>`;
    }
    case "table":
      return table(node, context);
    case "thematicBreak":
      return html`<hr>`;
    case "html":
      return rawHtml(node.value, true);
    case "slot":
      return context.slot(node);
    case "definition":
    case "footnoteDefinition":
    case "yaml":
      return nothing;
    default:
      return phrasing(node as PhrasingContent, context);
  }
}

function phrasing(node: PhrasingContent, context: ProseContext): unknown {
  const inside = (nodes: readonly Node[]): unknown[] => phrases(nodes, context);
  switch (node.type) {
    case "text":
      return node.value;
    case "emphasis":
      return html`<em>${inside(node.children)}</em>`;
    case "strong":
      return html`<strong>${inside(node.children)}</strong>`;
    case "delete":
      return html`<del>${inside(node.children)}</del>`;
    case "inlineCode":
      return html`<code>${node.value}</code>`;
    case "break":
      return html`<br>`;
    case "html":
      return rawHtml(node.value, false);
    case "link":
      return link(node.url, node.title ?? null, inside(node.children), context);
    case "linkReference": // to nothing: the parser has resolved all others
      return inside(node.children);
    case "image":
      return image(node.url, node.alt ?? "", node.title ?? null, context);
    case "imageReference":
      return node.alt ?? "";
    case "footnoteReference": {
      const place = context.footnotes.findIndex(({identifier}) => identifier === node.identifier) + 1;
      return place === 0
        ? `[^${node.identifier}]`
        : html`<sup class="footnote"><a href="#footnote:${place}" aria-label="Footnote ${place}">${place}</a></sup>`;
    }
    default:
      return foreign(node, context);
  }
}

/** What other systems mean by their directives is not known here: their text stands, set apart. */
function foreign(node: Node, context: ProseContext): unknown {
  const all = "children" in node && Array.isArray(node.children) ? (node.children as Node[]) : [];
  const [label, ...rest] = all;
  const isLabelled = (label?.data as {directiveLabel?: unknown} | undefined)?.directiveLabel === true;
  const children = isLabelled ? rest : all;
  const name =
    isLabelled && label && "children" in label
      ? phrases(label.children as Node[], context)
      : "name" in node && typeof node.name === "string"
        ? node.name
        : null;
  if (node.type === "containerDirective")
    return html`<aside class="foreign">${name === null ? nothing : html`<p class="foreign-name">${name}</p>`}${prose(children, context)}</aside>`;
  if (children.length > 0) return prose(children, context);
  return "value" in node && typeof node.value === "string" ? node.value : nothing;
}

function listItem(item: ListItem, spread: boolean, context: ProseContext): TemplateResult {
  const only = item.children.length > 0 && item.children[0]!.type === "paragraph" && !spread && item.spread !== true;
  const [first, ...rest] = item.children;
  const content =
    only && first?.type === "paragraph" ? [phrases(first.children, context), prose(rest, context)] : prose(item.children, context);
  if (typeof item.checked !== "boolean") return html`<li>${content}</li>`;
  return html`<li class="task"><input type="checkbox" disabled ?checked=${item.checked} aria-label=${item.checked ? "done" : "to do"}>${content}</li>`;
}

function table({children, align}: Table, context: ProseContext): TemplateResult {
  const [head, ...rows] = children;
  const side = (place: number): string => alignment(align?.[place]);
  const headed = head?.children.some((cell) => cell.children.length > 0);
  return html`<div class="wide" tabindex="0" role="region" aria-label="Table"><table class="prose-table">
    ${headed ? html`<thead><tr>${head!.children.map((cell, place) => html`<th scope="col" class=${side(place)}>${phrases(cell.children, context)}</th>`)}</tr></thead>` : nothing}
    <tbody>${rows.map((row) => html`<tr>${row.children.map((cell, place) => html`<td class=${side(place)}>${phrases(cell.children, context)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const alignment = (align: AlignType | undefined): string => (align ? `is-${align}` : "");

function link(url: string, title: string | null, content: unknown, context: ProseContext): unknown {
  const href = safeHref(url, context.name);
  if (href === null) return html`<span class="dead-link" title="This link is not followed: ${url}">${content}</span>`;
  const away = /^https?:/.test(href);
  return html`<a href=${href} title=${title ?? nothing} rel=${away ? "noopener noreferrer" : nothing} target=${away ? "_blank" : nothing}>${content}</a>`;
}

function image(url: string, alt: string, title: string | null, context: ProseContext): unknown {
  const file = safeImage(url);
  const source = file === null || context.name === null ? null : context.imageUrl(context.name, file);
  if (source !== null) return html`<img src=${source} alt=${alt} title=${title ?? nothing} loading="lazy">`;
  return link(url, title, alt === "" ? url : alt, context); // nothing is fetched from elsewhere
}

function rawHtml(value: string, isBlock: boolean): unknown {
  const text = value.replace(/<!--[\s\S]*?-->/g, "").trim();
  if (text === "") return nothing;
  if (/^<br\s*\/?>$/i.test(text)) return html`<br>`;
  return isBlock ? html`<pre class="raw" tabindex="0">${text}</pre>` : html`<code class="raw">${text}</code>`;
}

/** A heading of a depth that is only known now. */
export function heading(depth: number, content: unknown, id: string | null = null): TemplateResult {
  const anchor = id ?? nothing;
  if (depth <= 1) return html`<h1 id=${anchor}>${content}</h1>`;
  if (depth === 2) return html`<h2 id=${anchor}>${content}</h2>`;
  if (depth === 3) return html`<h3 id=${anchor}>${content}</h3>`;
  if (depth === 4) return html`<h4 id=${anchor}>${content}</h4>`;
  return depth === 5 ? html`<h5 id=${anchor}>${content}</h5>` : html`<h6 id=${anchor}>${content}</h6>`;
}

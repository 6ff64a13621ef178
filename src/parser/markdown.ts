import type {Node, Nodes, Root, RootContent} from "mdast";
import {directiveFromMarkdown} from "mdast-util-directive";
import type {Extension as MdastExtension} from "mdast-util-from-markdown";
import {fromMarkdown} from "mdast-util-from-markdown";
import {frontmatterFromMarkdown} from "mdast-util-frontmatter";
import {gfmFromMarkdown} from "mdast-util-gfm";
import {directive} from "micromark-extension-directive";
import {frontmatter} from "micromark-extension-frontmatter";
import {gfm} from "micromark-extension-gfm";
import type {Extension, TokenizeContext} from "micromark-util-types";
import {fillFences, hollowFences} from "./fences.ts";
import {cutParts, type Part} from "./parts.ts";

// What remark does, without remark: its packages bring along all that it takes to write Markdown.
const gfmSyntax = gfm({singleTilde: false});
const others = [frontmatter(["yaml"]), blockDirectives(), knownDefinitions()];
const mdastExtensions = [gfmNodes(), frontmatterFromMarkdown(["yaml"]), directiveFromMarkdown()];
const options = {extensions: [gfmSyntax, ...others], mdastExtensions};
const withoutEmail = {extensions: [withoutEmails(gfmSyntax), ...others], mdastExtensions};

/** CommonMark, GFM, frontmatter, and directives that stand on lines of their own. */
export function parseMarkdown(text: string): Root {
  const parsed = parseParts(cutParts(text));
  const defined = new Definitions();
  for (const {part, root} of parsed) if (part.text.includes("]:")) defined.gather(root);
  const children: RootContent[] = [];
  for (const {part, root} of parsed) {
    // A reference is one only if its definition is known, and that may stand in any part.
    const again = parsed.length > 1 && !defined.empty && part.text.includes("[") ? parseWith(part.text, defined) : root;
    if (part.offset > 0) for (const child of again.children) shift(child, part.line, part.offset);
    for (const child of again.children) children.push(child);
  }
  return {type: "root", children};
}

/** Each part, or several together where one was not over at its end after all. */
function parseParts(parts: readonly Part[]): readonly {readonly part: Part; readonly root: Root}[] {
  const parsed: {part: Part; root: Root}[] = [];
  for (let next = 0; next < parts.length; ) {
    let part = parts[next++]!;
    let root = parsePart(part.text);
    for (let more = 1; next < parts.length && isOpen(root.children.at(-1), part.text); more *= 2) {
      part = {
        ...part,
        text:
          part.text +
          parts
            .slice(next, next + more)
            .map(({text}) => text)
            .join("")
      };
      next += more;
      root = parsePart(part.text);
    }
    parsed.push({part, root});
  }
  return parsed;
}

/** Without the lines of its fences, where that comes to the same. */
function parsePart(text: string): Root {
  const hollow = hollowFences(text);
  const root = fromMarkdown(hollow.text, hollow.text.includes("@") ? options : withoutEmail);
  return fillFences(root.children, hollow.fences, shift) ? root : parseWhole(text);
}

/** Whether what comes after the text might belong to its last node. */
function isOpen(last: RootContent | undefined, text: string): boolean {
  // A heading ends a list with a fence in it, but where exactly is another matter.
  if (last?.type === "list" || last?.type === "listItem" || last?.type === "blockquote" || last?.type === "footnoteDefinition")
    return isOpen(last.children.at(-1), text);
  if (last?.type === "html") return !text.endsWith("\n\n") || /^<(?:script|pre|style|textarea|!|\?)/i.test(last.value);
  if (last?.type !== "code" && last?.type !== "containerDirective") return false;
  const {start, end} = last.position!;
  const marks = /^(?:`+|~+|:+)/.exec(text.slice(start.offset, start.offset! + 1000))?.[0];
  if (marks === undefined) return false;
  const lastLine = text.slice(text.lastIndexOf("\n", end.offset! - 1) + 1, end.offset).trim();
  return end.line === start.line || lastLine.length < marks.length || lastLine !== marks[0]!.repeat(lastLine.length);
}

/** The whole text at once: what `parseMarkdown` gives, slower. */
export function parseWhole(text: string): Root {
  return fromMarkdown(text, options);
}

/** Text directives would eat `10:30`, `localhost:5432` and `postgres:alpine`: they do not exist here. */
function blockDirectives(): Extension {
  const {flow} = directive();
  return {flow};
}

/** What GFM makes of a text that was parsed: addresses that are no links yet become some. Most parts hold none, and are not searched. */
function gfmNodes(): MdastExtension[] {
  return gfmFromMarkdown().map(({transforms, ...extension}) => ({
    ...extension,
    ...(transforms && {transforms: transforms.map((transform) => (tree: Root) => (mayHoldAddress(tree) ? transform(tree) : undefined))})
  }));
}

const mayHoldAddress = (node: Nodes): boolean =>
  node.type === "text" ? /@|:\/\/|www\./i.test(node.value) : "children" in node && node.children.some(mayHoldAddress);

/** At each word of a text GFM tries whether it begins an address with an `@`: where there is none, that is half of the work. */
function withoutEmails({text = {}, ...syntax}: Extension): Extension {
  const entries = Object.entries(text).flatMap(([code, constructs]) => {
    const kept = [constructs ?? []].flat().filter(({name}) => name !== "emailAutolink");
    return kept.length === 0 ? [] : [[code, kept] as const];
  });
  return {...syntax, text: Object.fromEntries(entries)};
}

/** Labels that are defined in other parts of the document. */
class Definitions {
  readonly links = new Set<string>();
  readonly footnotes = new Set<string>();

  get empty(): boolean {
    return this.links.size + this.footnotes.size === 0;
  }

  gather(node: Nodes): void {
    if (node.type === "definition") this.links.add(node.identifier.toUpperCase());
    if (node.type === "footnoteDefinition") this.footnotes.add(node.identifier.toUpperCase());
    if ("children" in node) for (const child of node.children) this.gather(child);
  }
}

let elsewhere: Definitions | null = null;

function parseWith(text: string, defined: Definitions): Root {
  elsewhere = defined;
  try {
    return parsePart(text);
  } finally {
    elsewhere = null;
  }
}

/** Tells the parser, when it starts, what is defined elsewhere. It consumes nothing. */
function knownDefinitions(): Extension {
  const told = new WeakSet<object>();
  const tell = {
    name: "knownDefinitions",
    tokenize(this: TokenizeContext, _effects: unknown, _ok: unknown, nok: (code: unknown) => undefined) {
      const parser = this.parser as {defined: string[]; gfmFootnotes?: string[]};
      if (elsewhere && !told.has(parser)) {
        told.add(parser);
        parser.defined.push(...elsewhere.links);
        parser.gfmFootnotes = [...(parser.gfmFootnotes ?? []), ...elsewhere.footnotes];
      }
      return nok;
    }
  };
  return {flowInitial: {null: tell}} as unknown as Extension;
}

function shift(node: Node, line: number, offset: number): void {
  if (node.position) {
    for (const point of [node.position.start, node.position.end]) {
      point.line += line;
      if (point.offset !== undefined) point.offset += offset;
    }
  }
  if ("children" in node) for (const child of node.children as Node[]) shift(child, line, offset);
}

import type {Code, RootContent} from "mdast";
import type {Runbook} from "../model/runbook.ts";
import type {Highlights, Token} from "../model/served.ts";
import {fenceKey} from "../model/served.ts";

type Highlight = (language: string, text: string) => readonly Token[] | null;

/** Code as coloured pieces, for every cell and every other fence whose language is known. */
export async function highlightRunbook(runbook: Runbook): Promise<Highlights> {
  const highlight = await (loading ??= loadHighlighter());
  const cells: Record<string, readonly Token[]> = {};
  const fences: Record<string, readonly Token[]> = {};
  const visit = (nodes: readonly RootContent[]): void => {
    for (const node of nodes) {
      if (node.type === "code") addFence(node);
      else if ("children" in node) visit(node.children as readonly RootContent[]);
    }
  };
  const addFence = ({lang, value}: Code): void => {
    const tokens = lang ? highlight(lang, value) : null;
    if (tokens) fences[fenceKey(lang!, value)] = tokens;
  };
  for (const {nodes} of runbook.sections) visit(nodes);
  for (const step of runbook.steps) {
    if (step.type !== "cell") {
      visit(step.nodes);
      continue;
    }
    visit(step.before);
    visit(step.after);
    const tokens = highlight(step.language, step.source);
    if (tokens) cells[step.id] = tokens;
  }
  return {cells, fences};
}

let loading: Promise<Highlight> | undefined;

// Loaded at the first document, not at the start of the program.
async function loadHighlighter(): Promise<Highlight> {
  const {common, createLowlight} = await import("lowlight");
  const lowlight = createLowlight(common);
  lowlight.registerAlias({
    bash: ["sh", "shell", "console", "shell-session"],
    sql: ["postgresql", "postgres", "pgsql", "plpgsql"],
    ini: ["conf"]
  });
  return (language, text) => {
    if (!lowlight.registered(language) || text.length > longest) return null;
    const tokens: Token[] = [];
    flatten(lowlight.highlight(language, text), null, tokens);
    return tokens;
  };
}
const longest = 100_000;

interface Hast {
  readonly type: string;
  readonly value?: string;
  readonly properties?: {readonly className?: unknown};
  readonly children?: readonly unknown[];
}

function flatten({children = []}: Hast, scope: string | null, tokens: Token[]): void {
  for (const child of children as readonly Hast[]) {
    if (child.type === "text") tokens.push([scope, child.value ?? ""]);
    else flatten(child, readScope(child.properties?.className) ?? scope, tokens);
  }
}

const readScope = (names: unknown): string | null =>
  Array.isArray(names) && typeof names[0] === "string" ? names[0].replace(/^hljs-/, "") : null;

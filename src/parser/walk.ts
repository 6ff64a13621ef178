/** Walks the prose in document order: what a run has to get past becomes a step and leaves a slot in its place. */
import type {Code, List, ListItem, RootContent} from "mdast";
import {readCell, readFence} from "./cell.ts";
import {isDirective, readDirective} from "./directive.ts";
import {readOurs} from "./directives.ts";
import type {Document, SectionDraft} from "./document.ts";
import {checkFence, checkForeign, checkParagraph, isClosed, OURS} from "./lint.ts";
import {readTasks} from "./people.ts";
import {isPromise} from "./promises.ts";

/** The nodes with steps replaced by slots, cleaned of positions. */
export function walk(document: Document, section: SectionDraft, nodes: readonly RootContent[]): RootContent[] {
  const walked: RootContent[] = [];
  for (let place = 0; place < nodes.length; place++) {
    const node = nodes[place]!;
    if (node.type === "code") {
      const promises: RootContent[] = [];
      const fence = readCode(document, node);
      if (fence) {
        while (isPromise(nodes[place + 1])) promises.push(nodes[++place]!);
        walked.push(readCell(document, section, fence, promises, null));
      } else walked.push(...document.prose.clean([node]));
    } else walked.push(...walkOne(document, section, node));
  }
  return walked;
}

function readCode(document: Document, node: Code) {
  checkFence(document.source, document.report, node);
  return readFence(document, node);
}

function walkOne(document: Document, section: SectionDraft, node: RootContent): readonly RootContent[] {
  const {source, report, prose} = document;
  if (isDirective(node)) {
    const directive = readDirective(node, source, report);
    if (directive.form === "container" && !isClosed(source, node, directive.colons, ":")) {
      report.add(
        "directive-unclosed",
        `":::${directive.name}" is not closed; a line of its own with ${":".repeat(directive.colons)} ends it`,
        directive.head
      );
    }
    checkNesting(document, directive.children, directive.colons, directive.name);
    if ((OURS as readonly string[]).includes(directive.name)) return readOurs(document, section, directive);
    checkForeign(report, directive);
    const [kept] = prose.clean([
      {
        ...node,
        children:
          node.type === "containerDirective" ? node.children.slice(0, node.children.length - directive.children.length) : node.children
      } as RootContent
    ]);
    if (node.type === "containerDirective")
      (kept as {children: RootContent[]}).children.push(...walk(document, section, directive.children));
    return [kept!];
  }
  switch (node.type) {
    case "list":
      return walkList(document, section, node);
    case "blockquote":
    case "footnoteDefinition": {
      const [kept] = prose.clean([{...node, children: []}] as RootContent[]);
      return [{...kept, children: walk(document, section, node.children)} as RootContent];
    }
    case "paragraph":
      checkParagraph(source, report, node);
      return prose.clean([node]);
    default:
      return prose.clean([node]);
  }
}

/** `:::` inside `:::` ends the outer one at the inner one's end. */
function checkNesting({report, source}: Document, children: readonly RootContent[], colons: number, outer: string): void {
  for (const child of children) {
    if (child.type !== "containerDirective") continue;
    const line = source.restOfLine(child.position!.start.offset!);
    const inner = /^:*/.exec(line)![0].length;
    if (inner < colons) continue;
    const at = child.position!.start.offset!;
    report.add(
      "directive-nesting",
      `":::${child.name}" inside ":::${outer}" ends both at once; give "${outer}" ${inner + 1} colons`,
      source.span(at, at + line.trimEnd().length)
    );
  }
}

/** A list with boxes is an advisory checklist; what else its items hold stays where it was, between the items. */
function walkList(document: Document, section: SectionDraft, list: List): readonly RootContent[] {
  if (!list.children.some((item) => hasBox(item))) return [listOf(document, section, list, list.children)];
  const walked: RootContent[] = [];
  let [tasks, others]: [ListItem[], ListItem[]] = [[], []];
  const flush = () => {
    if (tasks.length > 0) walked.push(readTasks(document, section, tasks));
    if (others.length > 0) walked.push(listOf(document, section, list, others));
    [tasks, others] = [[], []];
  };
  for (const item of list.children) {
    if (hasBox(item)) {
      if (others.length > 0) flush();
      tasks.push(item);
      const more = item.children.slice(item.children[0]?.type === "paragraph" ? 1 : 0);
      if (more.length > 0) {
        flush();
        walked.push(...walk(document, section, more));
      }
    } else {
      if (tasks.length > 0) flush();
      others.push(item);
    }
  }
  flush();
  return walked;
}

const hasBox = ({checked}: ListItem): boolean => checked === true || checked === false;

function listOf(document: Document, section: SectionDraft, list: List, items: readonly ListItem[]): RootContent {
  const [kept] = document.prose.clean([{...list, children: []}]);
  return {
    ...kept!,
    children: items.map((item) => ({
      ...document.prose.clean([{...item, children: []}] as unknown as RootContent[])[0]!,
      children: walk(document, section, item.children)
    }))
  } as RootContent;
}

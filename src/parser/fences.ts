import type {RootContent} from "mdast";

/**
 * Half of the lines of a runbook stand in fences, and all that Markdown has to say of them is that they are there. So its parser gets
 * the fences without their lines, which are put in afterwards, such that nobody can tell.
 */
export interface Hollow {
  readonly text: string; // without the lines of the fences
  readonly fences: readonly Fence[];
}
export interface Fence {
  readonly start: number; // in the hollow text
  readonly end: number;
  readonly lines: string; // with the line ending of each
  readonly count: number;
}

/** Takes the lines out of what look like whole fences at the start of lines. */
export function hollowFences(text: string): Hollow {
  if (/[\r\0]/.test(text)) return {text, fences: []};
  const fences: Fence[] = [];
  let hollow = "";
  let taken = 0; // up to here the text is in `hollow`
  const opening = /^(?:(`{3,})[^`\n]*|(~{3,}).*)\n/gm;
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const marks = (open[1] ?? open[2])!;
    const closing = new RegExp(`^[ \\t]*${marks[0]}{${marks.length},}[ \\t]*$`, "gm");
    const from = (closing.lastIndex = opening.lastIndex);
    const close = closing.exec(text);
    if (close === null) break;
    opening.lastIndex = closing.lastIndex;
    if (close.index === from || !close[0].startsWith(marks)) continue;
    const lines = text.slice(from, close.index);
    const start = hollow.length + open.index - taken;
    hollow += text.slice(taken, from);
    fences.push({start, end: hollow.length + close[0].length, lines, count: lines.split("\n").length - 1});
    taken = close.index;
  }
  return {text: hollow + text.slice(taken), fences};
}

/**
 * Puts the lines back, and gives what was added before each node. False when the parser found a fence to be something else: a line
 * of another fence, or of a list. Where it found them all, it would have found the same with their lines.
 */
export function fillFences(nodes: readonly RootContent[], fences: readonly Fence[], shift: Shift): boolean {
  let next = 0;
  let line = 0;
  let offset = 0;
  for (const node of nodes) {
    const {start, end} = node.position!;
    const fence = fences[next];
    const isIt = fence !== undefined && node.type === "code" && start.offset === fence.start && end.offset === fence.end;
    if (!isIt && fence !== undefined && end.offset! > fence.start) return false;
    if (line > 0) shift(node, line, offset);
    if (!isIt) continue;
    node.value = fence.lines.slice(0, -1);
    line += fence.count;
    offset += fence.lines.length;
    end.line += fence.count;
    end.offset! += fence.lines.length;
    next++;
  }
  return next === fences.length;
}
/** Moves a node, with all that it holds, down in the text. */
export type Shift = (node: RootContent, line: number, offset: number) => void;

import type {Code, Node, Paragraph} from "mdast";
import {hint} from "../model/nearest.ts";
import type {Directive} from "./directive.ts";
import type {Report, Source} from "./source.ts";

export const OURS = [
  "cell",
  "expect",
  "capture",
  "answer",
  "gate",
  "checklist",
  "decision",
  "input",
  "reminder",
  "milestone",
  "objective",
  "procedure",
  "include"
] as const;
const WELL_KNOWN = new Set([
  "note",
  "tip",
  "info",
  "warning",
  "danger",
  "caution",
  "important",
  "details",
  "summary",
  "aside",
  "figure",
  "tabs",
  "tab",
  "grid",
  "card",
  "cards",
  "code",
  "math",
  "toc",
  "image",
  "video",
  "youtube",
  "embed",
  "quote",
  "table",
  "column",
  "columns",
  "row"
]);

/** A fence or container is closed if its last line is a line of as many marks as its first had, or more. */
export function isClosed(source: Source, node: Node, count: number, mark: string): boolean {
  const {start, end} = node.position!;
  if (end.line === start.line) return false;
  const last = source
    .line(end.line)
    .slice(0, end.column - 1)
    .replace(/^[\s>]*/, "")
    .trimEnd();
  return last.length >= count && last === mark.repeat(last.length);
}

export function checkFence(source: Source, report: Report, node: Code): void {
  const marks = /^(`{3,}|~{3,})/.exec(source.restOfLine(node.position!.start.offset!))?.[0];
  if (marks === undefined || isClosed(source, node, marks.length, marks[0]!)) return;
  const {start} = node.position!;
  report.add(
    "fence-unclosed",
    `this fence is not closed; a line of its own with ${marks} ends it`,
    source.span(start.offset!, start.offset! + source.restOfLine(start.offset!).trimEnd().length)
  );
}

/** A directive that is not ours is prose, unless it looks as if it was meant to be. */
export function checkForeign(report: Report, {name, head}: Directive): void {
  if (WELL_KNOWN.has(name.toLowerCase())) return;
  const near = hint(name, OURS);
  if (near !== "") report.add("directive-unknown", `unknown directive "${name}"${near}`, head);
}

/** A directive with a fault is a paragraph to Markdown. */
export function checkParagraph(source: Source, report: Report, node: Paragraph): void {
  for (let {line} = node.position!.start; line <= node.position!.end.line; line++) {
    const whole = source.line(line);
    const first = line === node.position!.start.line ? node.position!.start.column - 1 : /^[\s>]*/.exec(whole)![0].length;
    const text = whole.slice(first).trimEnd();
    if (!text.startsWith("::")) continue;
    const at = source.offset(line, first + 1);
    report.add("directive-stray", diagnose(text), source.span(at, at + text.length));
  }
}

/** What most likely happened to a line that should have been a directive. */
function diagnose(text: string): string {
  const [, colons, rest] = /^(:+)(.*)$/.exec(text)!;
  if (rest === "") return `"${colons}" closes nothing; a container around another needs more colons than the one inside it`;
  if (/^\s/.test(rest!)) return `"${text.slice(0, 40)}" is no directive: there is no space between "${colons}" and the name`;
  const name = /^[A-Za-z][\w-]*/.exec(rest!)?.[0];
  if (name === undefined) return `"${text.slice(0, 40)}" is no directive: after "${colons}" comes a name`;
  const after = rest!.slice(name.length).replace(/^\[(?:[^[\]\\]|\\.|\[[^\]]*\])*\]/, "");
  const why = reasonFor(after);
  return `"${colons}${name}" is no directive: ${why}`;
}

function reasonFor(after: string): string {
  if (/^\s+[[{]/.test(after)) return `there is no space before "${after.trimStart()[0]}"`;
  if (after.startsWith("[") || after.startsWith("]") || /^[^{]*\]/.test(after))
    return "its label must have its brackets in pairs; write \\[ and \\] for others";
  if (after.startsWith("{")) {
    if (!after.includes("}")) return "its attributes end on the same line, with }";
    if (after.includes("\\'") || after.includes('\\"')) return "a quote in a value is written &apos; or &quot;, not with a backslash";
    if (/=[^\s"'}]*[=<>`"']/.test(after)) return `a value with = < > or quotes in it must be quoted: key='…'`;
    if (/\}\s*\S/.test(after)) return "nothing may stand after its attributes";
    return 'its attributes cannot be read; they are {#id key=value key="two words"}';
  }
  return after.trim() === ""
    ? "it stands inside a paragraph; leave a line empty before it"
    : `nothing may stand after its name but [a label] and {attributes}`;
}

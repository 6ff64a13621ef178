import type {Span} from "../model/runbook.ts";
import type {Report, Source} from "./source.ts";

const DEEPEST = 50;

/**
 * Whether the document is nested so deep that parsing it would take for ever or overflow. Judged by its lines alone, roughly:
 * marks of quotes and lists at a line's start, lists that go further and further in, containers inside containers.
 */
export function isTooDeep(source: Source, report: Report): boolean {
  let fence: string | null = null;
  let indents: number[] = [];
  let containers: number[] = [];
  for (const [index, line] of source.lines.entries()) {
    const marks = /^[\s>]*(?:(?:[-+*]|\d{1,9}[.)])[\s>]+)*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (marks?.startsWith(fence) && line.trimEnd().endsWith(marks)) fence = null;
      continue;
    }
    const prefix = /^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))*/.exec(line)![0];
    const inLine = prefix.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0;
    if (inLine > 0) {
      const indent = /^\s*/.exec(line)![0].length;
      indents = [...indents.filter((other) => other < indent), indent];
    } else if (/^\S/.test(line)) indents = [];
    const colons = /^[\s>]*(:{3,})([A-Za-z])?/.exec(line);
    if (colons?.[2]) containers.push(colons[1]!.length);
    else if (colons) containers = containers.filter((count) => count > colons[1]!.length);
    if (inLine + indents.length > DEEPEST || containers.length > 4 * DEEPEST || deepContainers(containers)) {
      const span: Span = {line: index + 1, column: 1, endLine: index + 1, endColumn: Math.min(line.length, 80) + 1};
      report.add("nested-too-deep", `quotes, lists or containers are nested more than ${DEEPEST} deep`, span);
      return true;
    }
    if (marks !== undefined) fence = marks;
  }
  return false;
}

/** Only a container with fewer colons than the one around it is inside it. */
function deepContainers(containers: readonly number[]): boolean {
  let depth = 0;
  let around = Number.POSITIVE_INFINITY;
  for (const count of containers) {
    if (count < around) depth++;
    around = count;
  }
  return depth > DEEPEST;
}

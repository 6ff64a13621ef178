/** The document cut at its steps, so that something can be put behind each: everything is there, and as it was written. */
import {posix} from "node:path";
import type {Include, Section, SectionId, Span, Step} from "../model/runbook.ts";
import type {Material} from "./material.ts";

export type Piece =
  | {readonly type: "prose"; readonly lines: readonly string[]}
  | {readonly type: "step"; readonly step: Step; readonly lines: readonly string[]; readonly indent: string}; // what must stand before each line that follows it

/** In document order, what is included at its place. */
export function piecesOf({runbook, bytes, included}: Pick<Material, "runbook" | "bytes" | "included">): readonly Piece[] {
  const texts = new Map<string | null, readonly string[]>([[null, linesOf(bytes)]]);
  for (const [file, content] of included) texts.set(file, linesOf(content));
  return cut(
    null,
    {from: 1, to: texts.get(null)!.length},
    runbook.sections.filter(({include}) => include === null)
  );

  function cut(
    file: string | null,
    {from, to}: {readonly from: number; readonly to: number},
    sections: readonly Section[]
  ): readonly Piece[] {
    const lines = texts.get(file) ?? [];
    const pieces: Piece[] = [];
    let next = from;
    const proseUpTo = (line: number): void => {
      if (line > next) pieces.push({type: "prose", lines: lines.slice(next - 1, line - 1)});
      next = Math.max(next, line);
    };
    for (const mark of marksIn(file, new Set(sections.map(({id}) => id)))) {
      if (mark.type === "step") {
        const {span} = mark.step;
        proseUpTo(span.line);
        const end = withPromises(lines, span.endLine);
        const indent = indentOf(lines[span.line - 1] ?? "", span.column);
        pieces.push({type: "step", step: mark.step, lines: lines.slice(next - 1, end), indent});
        next = Math.max(next, end + 1);
      } else {
        proseUpTo(mark.include.span.endLine + 1);
        pieces.push(...bring(mark.include));
      }
    }
    proseUpTo(to + 1);
    return pieces;
  }

  function bring({id}: Include): readonly Piece[] {
    return runbook.sections.flatMap((section) => {
      if (section.include !== id || (section.id as string) === id) return []; // the latter is where a choice leads, and stands nowhere
      const file = fileOf(section.span);
      const from = section.depth === 0 ? afterFrontmatter(texts.get(file) ?? []) : section.span.line;
      return [{type: "prose", lines: [""]} as const, ...cut(file, {from, to: section.span.endLine}, [section])];
    });
  }

  /** By their places; what a decision leads to comes after it. */
  function marksIn(file: string | null, sections: ReadonlySet<SectionId>): readonly Mark[] {
    const steps = runbook.steps.filter(({section, span}) => sections.has(section) && fileOf(span) === file);
    const includes = runbook.includes.filter(({within, span}) => sections.has(within) && fileOf(span) === file);
    return [
      ...steps.map((step) => ({type: "step", step, line: step.span.line}) as const),
      ...includes.map((include) => ({type: "include", include, line: include.span.line}) as const)
    ].sort((a, b) => a.line - b.line);
  }

  function fileOf({file}: Span): string | null {
    return file === undefined ? null : posix.relative(posix.dirname(runbook.path), file);
  }
}

type Mark = {readonly line: number} & (
  | {readonly type: "step"; readonly step: Step}
  | {readonly type: "include"; readonly include: Include}
);

const linesOf = (bytes: Uint8Array): readonly string[] => new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);

/** The last line of the promises and captures that follow a step. */
function withPromises(lines: readonly string[], end: number): number {
  for (let line = end; line < lines.length; line++) {
    const text = lines[line]!;
    if (/^[\s>]*::(expect|capture)\b/.test(text)) end = line + 1;
    else if (text.trim() !== "") break;
  }
  return end;
}

/** In a list or a quote, what follows a step must stand as it does. */
const indentOf = (line: string, column: number): string => line.slice(0, column - 1).replace(/[^>\t]/g, " ");

function afterFrontmatter(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== "---") return 1;
  const end = lines.findIndex((line, place) => place > 0 && line.trimEnd() === "---");
  return end < 0 ? 1 : end + 2;
}

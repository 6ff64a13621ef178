import type {Code, RootContent} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {Cell, SectionId, Slot, StepId} from "../model/runbook.ts";
import {type Attributes, noAttributes, readAttributes} from "./attributes.ts";
import type {Directive} from "./directive.ts";
import {addStep, type Document, type Draft, type SectionDraft} from "./document.ts";
import {readOptions} from "./options.ts";
import {type Promises, readPromise} from "./promises.ts";
import {type Source, spanOf} from "./source.ts";
import {transcribe} from "./transcript.ts";

/** A fence that a kind claims. */
export interface Fence {
  readonly node: Code;
  readonly kind: AnyKind;
  readonly language: string;
  readonly attributes: Attributes | null; // null: none are written
}

/** The fence as a cell's, if a kind claims its info word. */
export function readFence(document: Document, node: Code): Fence | null {
  const {source, kinds, report} = document;
  const offset = node.position!.start.offset!;
  const line = source.restOfLine(offset);
  const info = /^(`{3,}|~{3,})[ \t]*(\S*)/.exec(line);
  if (!info) return null; // indented code
  const word = info[2]!;
  const brace = word.indexOf("{");
  const language = (brace > 0 ? word.slice(0, brace) : word).toLowerCase();
  const kind = kinds.find(({fences, transcripts}) => fences.includes(language) || transcripts.includes(language));
  if (!kind) return null;
  if (brace > 0)
    report.add(
      "fence-options",
      `put a space between "${word.slice(0, brace)}" and "{"`,
      source.span(offset, offset + line.trimEnd().length)
    );
  const at = findOptions(line, info[0].length - (brace > 0 ? word.length - brace : 0));
  if (at === null) return {node, kind, language, attributes: null};
  const attributes = readAttributes(source, offset + at, report);
  const rest = line.slice(attributes.end - offset).trim();
  if (rest !== "")
    report.add(
      "attribute-syntax",
      `"${rest}" stands after the options; they come last on the line of the fence`,
      source.span(attributes.end, offset + line.trimEnd().length)
    );
  return {node, kind, language, attributes};
}

/** Options stand in braces. `{1,3-5}` is another tool's: lines to highlight. */
function findOptions(line: string, after: number): number | null {
  const at = line.indexOf("{", after);
  return at < 0 || /^\{[\d,\s-]*\}/.test(line.slice(at)) ? null : at;
}

/** A cell from a fence, with the promises that follow it; inside a `:::cell`, with what that adds. */
export function readCell(
  document: Document,
  section: SectionDraft,
  fence: Fence,
  promises: readonly RootContent[],
  wrapper: Wrapper | null
): Slot {
  const {source, report} = document;
  const {node, kind, language} = fence;
  const span = wrapper ? wrapper.directive.span : spanWith(source, node, promises);
  const attributes = wrapper ? wrapper.directive.attributes : (fence.attributes ?? noAttributes(spanOf(node.position!)));
  if (wrapper && fence.attributes)
    report.add("cell-options-twice", "options stand on the :::cell or on its fence, never on both", fence.attributes.span);
  const transcript = kind.transcripts.includes(language);
  const {id, options, config, prompt} = readOptions(document, attributes, kind, transcript, spanOf(node.position!));
  const written = linesOf(source, node);
  const lines = transcript ? transcribe(written, prompt ?? "$") : written;
  if (lines.every(({text}) => text.trim() === "")) {
    const why = transcript && written.length > 0 ? `no line starts with the prompt "${prompt ?? "$"} "` : "there is nothing to execute";
    report.add("cell-empty", why, spanOf(node.position!));
  }
  const found: Promises = {expectations: [], captures: [], answers: []};
  for (const promise of promises) readPromise(document, promise, kind, found);
  const [answer] = found.answers;
  if (answer && !options.tty)
    report.add("cell-option", 'an "answer" needs a cell with "tty": only in a terminal does a program ask', answer.span);
  const cell: Draft<Cell> = {
    type: "cell",
    id: "" as StepId,
    written: id !== null,
    title: wrapper?.directive.title ?? null,
    section: section.id as SectionId,
    uses: [],
    span,
    kind: kind.name,
    language,
    source: lines.map(({text}) => text).join("\n"),
    lines: lines.map(({line, column}) => [line, column] as const),
    config,
    options,
    expectations: found.expectations,
    captures: found.captures,
    answers: found.answers,
    before: wrapper?.before ?? [],
    after: wrapper?.after ?? []
  };
  return addStep(document, section, cell, id);
}

/** What a `:::cell` adds to its fence. */
export interface Wrapper {
  readonly directive: Directive;
  readonly before: readonly RootContent[];
  readonly after: readonly RootContent[];
}

/** A line of a fence's text, and where it starts in the document. */
export interface FenceLine {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

function linesOf(source: Source, node: Code): readonly FenceLine[] {
  const {start} = node.position!;
  if (node.value === "" && node.position!.end.line - start.line < 2) return [];
  return node.value.split("\n").map((text, place) => {
    const line = start.line + 1 + place;
    // What Markdown took away stands before the text: the indent of a list, the marks of a quote.
    const whole = source.line(line);
    return {text, line, column: whole.endsWith(text) ? whole.length - text.length + 1 : Math.min(start.column, whole.length + 1)};
  });
}

function spanWith(source: Source, node: Code, promises: readonly RootContent[]) {
  const last = promises.at(-1)?.position?.end ?? node.position!.end;
  return source.span(node.position!.start.offset!, last.offset!);
}

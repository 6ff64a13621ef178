import type {RootContent} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {Capture, Expectation, Expression, PromptAnswer} from "../model/runbook.ts";
import {type Directive, isDirective, readDirective} from "./directive.ts";
import {checkForm, type Document, readerOf} from "./document.ts";
import {isClosed} from "./lint.ts";
import {checkName} from "./names.ts";
import type {Purpose, Reader} from "./reader.ts";

export interface Promises {
  readonly expectations: Expectation[];
  readonly captures: Capture[];
  readonly answers: PromptAnswer[];
}

export const isPromise = (node: RootContent | undefined): boolean =>
  node !== undefined && isDirective(node) && (node.name === "expect" || node.name === "capture" || node.name === "answer");

/** Reads an `expect`, `capture` or `answer` that belongs to a cell. */
export function readPromise(document: Document, node: RootContent, {judge}: AnyKind, into: Promises): void {
  if (!isDirective(node)) return;
  const {source, report} = document;
  const directive = readDirective(node, source, report);
  if (!checkForm(document, directive, {form: directive.name === "answer" ? "leaf" : "either", label: "none"})) return;
  if (directive.form === "container" && !isClosed(source, node, directive.colons, ":")) {
    report.add("directive-unclosed", `":::${directive.name}" is not closed; a line of its own with ::: ends it`, directive.head);
    return;
  }
  const reader = readerOf(document, directive.attributes);
  if (directive.name === "expect") {
    const that = readLong(document, reader, directive, "that", "expect", judge);
    if (that) into.expectations.push({that});
    else if (reader.find("that") === null && directive.form === "leaf")
      report.add("directive-attribute", "an expectation says what it expects: ::expect{that='exit == 0'}", directive.span);
    if (directive.attributes.id) report.add("directive-attribute", "an expectation has no id", directive.attributes.id.span);
  } else if (directive.name === "answer") readAnswer(reader, directive, report, into);
  else readCapture(document, reader, directive, judge, into);
  reader.finish("attribute", "directive-attribute");
}

function readAnswer(reader: Reader, directive: Directive, report: Document["report"], into: Promises): void {
  const prompt = reader.pattern("prompt");
  const secret = reader.text("secret");
  if (reader.find("prompt") === null || reader.find("secret") === null)
    report.add(
      "directive-attribute",
      'an answer says to what, and with which secret: ::answer{prompt="[Pp]assword" secret=PGPASSWORD}',
      directive.span
    );
  else if (prompt !== null && secret !== null) into.answers.push({prompt, secret, span: reader.find("secret")!.span});
  if (directive.attributes.id) report.add("directive-attribute", "an answer has no id", directive.attributes.id.span);
}

function readCapture(document: Document, reader: Reader, directive: Directive, judge: AnyKind["judge"], into: Promises): void {
  const {id} = directive.attributes;
  const value = readLong(document, reader, directive, "value", "capture", judge);
  const optional = reader.flag("optional");
  const secret = reader.flag("secret");
  if (id === null || id.value === null)
    document.report.add("id-missing", "a capture names its variable: ::capture{#LATEST_BACKUP value='lines[0]'}", directive.span);
  else if (checkName(document.report, id.value, id.span))
    into.captures.push({name: id.value, value, optional, secret, span: directive.span});
}

/** The expression of an attribute, or the text of the container. */
function readLong(
  document: Document,
  reader: Reader,
  directive: Directive,
  name: string,
  purpose: Purpose,
  judge: AnyKind["judge"]
): Expression | null {
  if (directive.form === "leaf") return reader.expression(name, purpose, judge);
  const {source, report} = document;
  if (reader.find(name) !== null) {
    report.add("directive-form", `"${directive.name}" has both ${name}= and a text`, directive.head);
    return null;
  }
  const lines: {readonly text: string; readonly line: number; readonly column: number}[] = [];
  for (let line = directive.span.line + 1; line < directive.span.endLine; line++) {
    // In a list or a quote each line carries the marks of what is around it.
    const whole = source.line(line);
    const from = Math.min(directive.span.column - 1, /^[\s>]*/.exec(whole)![0].length);
    lines.push({text: whole.slice(from), line, column: from + 1});
  }
  const text = lines.map((line) => line.text).join("\n");
  if (text.trim() === "") {
    report.add("directive-attribute", `":::${directive.name}" has no text; write the expression on the lines inside`, directive.head);
    return null;
  }
  const place = (offset: number): number => {
    let left = offset;
    for (const line of lines) {
      if (left <= line.text.length) return source.offset(line.line, line.column + left);
      left -= line.text.length + 1;
    }
    return directive.offset;
  };
  const last = lines.at(-1)!;
  return reader.expressionOf(
    text,
    directive.span,
    (offset) => source.span(place(offset), source.offset(last.line, last.column + last.text.length)),
    purpose,
    judge
  );
}

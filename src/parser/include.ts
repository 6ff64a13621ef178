import type {RootContent} from "mdast";
import type {Include, Slot} from "../model/runbook.ts";
import type {Directive} from "./directive.ts";
import {checkForm, type Document, type Draft, readerOf, type SectionDraft} from "./document.ts";
import type {Reader} from "./reader.ts";
import {splitTarget} from "./target.ts";

/** `::include{#verify src="verification.md#data-integrity"}`: another section runs here. */
export function readInclude(document: Document, section: SectionDraft, directive: Directive): readonly RootContent[] {
  if (!checkForm(document, directive, {form: "leaf", label: "optional"})) return [];
  const {report} = document;
  const reader = readerOf(document, directive.attributes);
  const id = reader.id();
  const target = readTarget(reader);
  const own = reader.text("on") === "own";
  const on = own ? {} : readPairs(reader, "on", /^[A-Za-z][\w-]*$/);
  const set = readPairs(reader, "set", /^[A-Z][A-Z0-9_]*$/);
  reader.finish("attribute", "directive-attribute");
  const example = '::include{#verify src="verification.md#data-integrity"}';
  if (directive.attributes.id === null)
    report.add("id-missing", `an include needs an id, which its steps are called by: ${example}`, directive.head);
  if (reader.find("src") === null) report.add("directive-attribute", `an include names what it includes: ${example}`, directive.head);
  if (id === null || target === null || !document.ids.claim(id, directive.attributes.id!.span)) return [];
  const include: Draft<Include> = {id, ...target, on, own, set, before: document.steps.length, within: section.id, span: directive.span};
  document.includes.push(include);
  const slot: Slot = {type: "slot", of: "include", id};
  return [slot];
}

function readTarget(reader: Reader): Pick<Include, "file" | "section"> | null {
  const src = reader.text("src");
  if (src === null) return null;
  const [file, section] = splitTarget(src);
  const outside = /^(\/|[a-z][a-z0-9+.-]*:)/i.test(src);
  if (!outside && (file !== null || section !== null)) return {file, section: section as Include["section"]};
  reader.refuse(
    reader.find("src")!,
    `"${src}" ${outside ? "is no path from this runbook's folder" : "names neither a file nor a section"}`,
    "include-source"
  );
  return null;
}

/** `EXPECTED=$MANIFEST, DATABASE=shop`: pairs between commas. */
function readPairs(reader: Reader, name: string, key: RegExp): Readonly<Record<string, string>> {
  const text = reader.text(name);
  const pairs: Record<string, string> = {};
  const example = `${name}="${name === "on" ? "default=restored, admin=main" : "EXPECTED=$MANIFEST, DATABASE=shop"}"`;
  for (const part of text?.split(/,(?=\s*[\w-]+=)/) ?? []) {
    const [, left, right] = /^\s*([^=\s]*)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (left !== undefined && key.test(left) && right) pairs[left] = right;
    else reader.refuse(reader.find(name)!, `"${name}" is a list like ${example}, and "${part.trim()}" is no part of one`, "include-map");
  }
  return pairs;
}

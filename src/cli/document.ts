import {existsSync} from "node:fs";
import {basename, dirname, join, resolve} from "node:path";

import {nearest} from "../model/nearest.ts";
import type {Problem, Runbook, SectionId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {openRunbook} from "../parser/index.ts";
import {readerBeside} from "../runtime/beside.ts";
import {readDocument} from "../runtime/document.ts";
import {inspectRunbook} from "../runtime/inspect.ts";
import {kinds} from "../runtime/kinds/index.ts";
import type {Recording} from "../runtime/runs.ts";

/** A runbook as the command line was given it. */
export interface OpenedDocument {
  readonly runbook: Runbook;
  readonly bytes: Uint8Array;
  readonly included: ReadonlyMap<string, Uint8Array>; // the files that run with it
  readonly directory: string; // absolute; the runbook's folder
  readonly section: SectionId | null; // of FILE#SECTION
  readonly problems: readonly Problem[]; // of the document and of its cells
}

/** Reads and judges FILE or FILE#SECTION. */
export async function openDocument(reference: string): Promise<OpenedDocument> {
  const [file, wanted] = splitReference(reference);
  const {path, directory, bytes} = await readDocument(file);
  const {runbook, included} = openRunbook(bytes, {path, kinds, readFile: readerBeside(directory)});
  const problems = [...runbook.problems, ...(await inspectRunbook(runbook, kinds))];
  const whole = {...runbook, problems};
  return {runbook: whole, bytes, included, directory, problems, section: problems.some(isError) ? null : findSection(runbook, wanted)};
}

/** The document of an interrupted run as it is now; where there is none any more, as the run has kept it. */
export async function openDocumentOfRun({run, bytes: kept, included: keptFiles}: Recording): Promise<OpenedDocument> {
  const {runbook: recorded, directory: folder} = run.start!;
  const directory = folder === "" ? dirname(resolve(recorded.path)) : folder;
  const file = join(directory, basename(recorded.path));
  const gone = !existsSync(file);
  const bytes = gone ? kept : (await readDocument(file)).bytes;
  const readFile = gone ? (name: string) => keptFiles.get(name) ?? null : readerBeside(directory);
  const {runbook, included} = openRunbook(bytes, {path: recorded.path, kinds, readFile});
  const problems = [...runbook.problems, ...(await inspectRunbook(runbook, kinds))];
  return {runbook: {...runbook, problems}, bytes, included, directory, problems, section: null};
}

export const isError = ({severity}: Problem): boolean => severity === "error";

/** A `#` may be part of a file's name: the whole is tried first. */
function splitReference(reference: string): readonly [file: string, section: string | null] {
  const at = reference.lastIndexOf("#");
  return at <= 0 || existsSync(reference) ? [reference, null] : [reference.slice(0, at), reference.slice(at + 1)];
}

function findSection({path, sections}: Runbook, wanted: string | null): SectionId | null {
  if (wanted === null) return null;
  const found = sections.find(({id}) => id === wanted);
  if (found) return found.id;
  const ids = sections.filter(({depth}) => depth > 0).map(({id}) => id);
  const meant = nearest(wanted, ids);
  throw new UsageError(
    `${path} has no section "${wanted}"${meant === null ? `; its sections: ${ids.join(", ")}` : `; did you mean "${meant}"?`}`
  );
}

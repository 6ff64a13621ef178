import {dirname, join} from "node:path/posix";
import type {Runbook, Section, SectionId} from "../model/runbook.ts";
import type {ParsedFile} from "./parse.ts";

/** Other runbooks that a document names, read once each, by their paths from its folder. */
export class Library {
  readonly #read: (path: string) => ParsedFile | string;
  readonly #known = new Map<string, ParsedFile | string>();

  /** `read` gives the file, or the reason why there is none in words. */
  constructor(read: (path: string) => ParsedFile | string) {
    this.#read = read;
  }

  /** The runbook that `file`, written in the document at `from`, means. */
  find(from: string, file: string): Runbook | null {
    return this.open(from, file)?.runbook ?? null;
  }

  open(from: string, file: string): ParsedFile | null {
    const found = this.#look(toPath(from, file));
    return typeof found === "string" ? null : found;
  }

  /** Why there is no such runbook. */
  why(from: string, file: string): string {
    const found = this.#look(toPath(from, file));
    return typeof found === "string" && found !== "" ? found : `there is no runbook "${file}" beside this one`;
  }

  #look(path: string): ParsedFile | string {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const found = this.#read(path);
    this.#known.set(path, found);
    return found;
  }
}

export const toPath = (from: string, file: string): string => join(dirname(from), file);

const paths = new WeakMap<readonly Section[], ReadonlyMap<SectionId, ReadonlySet<SectionId>>>();

/** Each section with all that it is nested in. */
function pathsOf(sections: readonly Section[]): ReadonlyMap<SectionId, ReadonlySet<SectionId>> {
  const known = paths.get(sections);
  if (known) return known;
  const made = new Map<SectionId, ReadonlySet<SectionId>>();
  for (const {id, parent} of sections) made.set(id, new Set([id, ...((parent !== null && made.get(parent)) || [])]));
  paths.set(sections, made);
  return made;
}

/** Whether something in `section` belongs to the part of the runbook that `part` asks for; null asks for all of it. */
export function isWithin(runbook: Pick<Runbook, "sections">, section: SectionId, part: SectionId | null): boolean {
  return part === null || (pathsOf(runbook.sections).get(section)?.has(part) ?? false);
}

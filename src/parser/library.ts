import {dirname, join} from "node:path/posix";
import type {Runbook, SectionId} from "../model/runbook.ts";
import {ancestry, sectionsById} from "../model/runbook.ts";

/** Other runbooks that a document names, read once each, by paths in the terms of the document's own. */
export class Library {
  readonly #read: (path: string) => Runbook | null;
  readonly #known = new Map<string, Runbook | null>();

  constructor(read: (path: string) => Runbook | null) {
    this.#read = read;
  }

  /** The runbook that `file`, written in the document at `from`, means. */
  find(from: string, file: string): Runbook | null {
    const path = toPath(from, file);
    if (!this.#known.has(path)) this.#known.set(path, this.#read(path));
    return this.#known.get(path)!;
  }
}

export const toPath = (from: string, file: string): string => join(dirname(from), file);

/** Whether something in `section` belongs to the part of the runbook that `part` asks for; null asks for all of it. */
export function isWithin(runbook: Pick<Runbook, "sections">, section: SectionId, part: SectionId | null): boolean {
  return part === null || ancestry(sectionsById(runbook as Runbook), section).some(({id}) => id === part);
}

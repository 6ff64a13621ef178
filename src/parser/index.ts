import {basename, dirname, join} from "node:path/posix";
import type {AnyKind} from "../model/kind.ts";
import type {Problem, Runbook} from "../model/runbook.ts";
import {expandIncludes} from "./expand.ts";
import {reachedFiles} from "./includes.ts";
import {Library} from "./library.ts";
import {inOrder, type ParsedFile, parseFile} from "./parse.ts";
import {stampSpans} from "./stamp.ts";

export {rules} from "./rules.ts";

export interface ParseOptions {
  readonly path: string; // as people should read it
  readonly kinds: readonly AnyKind[];
  /**
   * The bytes of a file that this one includes or leads to, by its path from this one's folder; null if there is none. Throws an
   * error that says why it may not be read. Without it, other files are not looked at.
   */
  readonly readFile?: (path: string) => Uint8Array | null;
}

/** The runbook and what is wrong with it, its includes where they were written. Never throws on a document. */
export function parseRunbook(bytes: Uint8Array, options: ParseOptions): Runbook {
  const {root} = openRoot(bytes, options);
  return {...root.runbook, path: options.path, problems: inOrder(root.problems)};
}

export interface OpenedRunbook {
  readonly runbook: Runbook;
  readonly included: ReadonlyMap<string, Uint8Array>; // the exact bytes of `runbook.included`, by `file`
}

/** The runbook that runs: what it includes stands in its place. Where anything of it has an error, all is left as it was written. */
export function openRunbook(bytes: Uint8Array, options: ParseOptions): OpenedRunbook {
  const {root, library} = openRoot(bytes, options);
  const written: Runbook = {...root.runbook, path: options.path, problems: inOrder(root.problems)};
  if (library === null || written.problems.some(isError)) return {runbook: written, included: new Map()};
  const files = reachedFiles(root.runbook, library);
  for (const file of files.values()) file.check(library, false);
  // What only warns in an included file is told when that file itself is looked at.
  const further = [...files.values()].flatMap(({problems}) => inOrder(problems).filter(isError));
  if (further.length > 0) return {runbook: {...written, problems: [...written.problems, ...further]}, included: new Map()};
  const expanded = expandIncludes(root.runbook, library, options.kinds);
  const problems = [...written.problems, ...expanded.problems];
  if (problems.some(isError)) return {runbook: {...written, problems}, included: new Map()};
  return {
    runbook: {...expanded, path: options.path, problems},
    included: new Map(expanded.included.map(({file}) => [file, files.get(file)!.bytes]))
  };
}

const isError = ({severity}: Problem): boolean => severity === "error";

function openRoot(bytes: Uint8Array, {path, kinds, readFile}: ParseOptions): {root: ParsedFile; library: Library | null} {
  const read = (file: string): ParsedFile | string => {
    try {
      const found = readFile!(file);
      if (found === null) return "";
      const shown = join(dirname(path), file);
      const parsed = parseFile(found, {path: shown, key: file, kinds});
      return {...parsed, runbook: stampSpans(parsed.runbook, shown)};
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const library = readFile ? new Library(read) : null;
  const root = parseFile(bytes, {path, key: basename(path), kinds});
  root.check(library, true);
  return {root, library};
}

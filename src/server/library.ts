/** The runbooks that are served: one file, or those of a folder. */

import {readdir, realpath, stat} from "node:fs/promises";
import {basename, dirname, join, relative, resolve, sep} from "node:path";

import type {AnyKind} from "../model/kind.ts";
import type {Runbook} from "../model/runbook.ts";
import type {Highlights} from "../model/served.ts";
import {UsageError} from "../model/usage-error.ts";
import {openRunbook} from "../parser/index.ts";
import {readerBeside} from "../runtime/beside.ts";
import {readDocument} from "../runtime/document.ts";
import {inspectRunbook} from "../runtime/inspect.ts";
import {highlightRunbook} from "./highlight.ts";

export interface Library {
  readonly root: string; // absolute
  readonly only: string | null; // the one runbook, where a file was asked for
  /** Names of the runbooks, with `/` between folders. */
  list(): Promise<readonly string[]>;
  /** Null for a name that is not in the library. */
  open(name: string): Promise<OpenedDocument | null>;
  /** It has been opened before, so that opening it again costs little. */
  isRead(name: string): boolean;
  /** An absolute path inside the runbook's library; null for one that leads out of it. */
  locate(name: string, file: string): Promise<string | null>;
}
export interface OpenedDocument {
  readonly bytes: Uint8Array;
  readonly included: ReadonlyMap<string, Uint8Array>; // the files that run with it
  readonly directory: string;
  readonly runbook: Runbook;
  readonly highlights: Highlights;
}

export async function openLibrary(path: string, kinds: readonly AnyKind[]): Promise<Library> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UsageError(`there is no file or folder "${path}"`);
  const root = await realpath(found.isDirectory() ? resolve(path) : dirname(resolve(path)));
  const only = found.isDirectory() ? null : basename(path);
  const kept = new Map<string, {readonly opened: OpenedDocument; readonly read: ReadonlyMap<string, Uint8Array | null>}>();
  const list = async () => (only === null ? (await findRunbooks(root, "", 0)).sort() : [only]);
  return {
    root,
    only,
    list,
    async open(name) {
      if (!(await list()).includes(name)) return null;
      const {bytes, directory} = await readDocument(join(root, name));
      const known = kept.get(name);
      const beside = readerBeside(directory);
      // What it includes may have changed, though it has not.
      const isSame = ([path, before]: readonly [string, Uint8Array | null]): boolean => sameBytes(readOrNull(beside, path), before);
      if (known && sameBytes(known.opened.bytes, bytes) && [...known.read].every(isSame)) return known.opened;
      const read = new Map<string, Uint8Array | null>();
      const readFile = (file: string): Uint8Array | null => {
        read.set(file, readOrNull(beside, file));
        return beside(file);
      };
      const opened = {bytes, directory, ...(await readRunbook(bytes, {path: name, kinds, readFile}))};
      kept.set(name, {opened, read});
      return opened;
    },
    isRead: (name) => kept.has(name),
    async locate(name, file) {
      const real = await realpath(resolve(root, dirname(name), file)).catch(() => null);
      return real !== null && isInside(root, real) ? real : null;
    }
  };
}

/** Parses a document and looks at its cells. */
export async function readRunbook(
  bytes: Uint8Array,
  {path, kinds, readFile}: {path: string; kinds: readonly AnyKind[]; readFile: (path: string) => Uint8Array | null}
): Promise<{runbook: Runbook; included: ReadonlyMap<string, Uint8Array>; highlights: Highlights}> {
  const {runbook: parsed, included} = openRunbook(bytes, {path, kinds, readFile});
  const runbook = {...parsed, problems: [...parsed.problems, ...(await inspectRunbook(parsed, kinds))]};
  return {runbook, included, highlights: await highlightRunbook(runbook)};
}

const sameBytes = (one: Uint8Array | null, other: Uint8Array | null): boolean =>
  one === null || other === null ? one === other : Buffer.compare(one, other) === 0;

/** What may not be read is like what is not there, as long as that stays so. */
function readOrNull(beside: (path: string) => Uint8Array | null, path: string): Uint8Array | null {
  try {
    return beside(path);
  } catch {
    return null;
  }
}

const deepest = 4;

async function findRunbooks(root: string, folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(root, folder), {withFileTypes: true});
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile() && entry.name.endsWith(".md")) found.push(name);
    else if (entry.isDirectory() && depth < deepest) found.push(...(await findRunbooks(root, name, depth + 1)));
  }
  return found;
}

const isInside = (root: string, path: string): boolean => {
  const way = relative(root, path);
  return way !== "" && !way.startsWith(`..${sep}`) && way !== "..";
};

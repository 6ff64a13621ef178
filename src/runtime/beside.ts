/** Files that a runbook includes or leads to: from its own folder, or from what it is part of. */
import {existsSync, readFileSync, realpathSync, statSync} from "node:fs";
import {dirname, isAbsolute, join, relative, resolve, sep} from "node:path";

/** What the parser refuses anyway need not be read. */
const mostBytes = 4 * 1024 ** 2;

/** Reads by paths from the folder; null if there is no such file. Throws an error that says why one may not be read. */
export function readerBeside(directory: string): (path: string) => Uint8Array | null {
  let root: string | null = null;
  return (path) => {
    if (isAbsolute(path)) throw new Error(`"${path}" is no path from this runbook's folder`);
    root ??= findRoot(directory);
    const file = resolve(directory, path);
    // A link may lead anywhere: what counts is where the file really is. What does not exist is not told of outside either.
    const real = followLinks(file) ?? file;
    if (!isInside(root, real)) throw new Error(`"${path}" leads out of ${nameOf(root, directory)}`);
    const found = statSync(real, {throwIfNoEntry: false});
    if (!found) return null;
    if (!found.isFile()) throw new Error(`"${path}" is no regular file`);
    if (found.size > mostBytes) throw new Error(`"${path}" has more than 4 MiB`);
    return read(path, real);
  };
}

function read(path: string, real: string): Uint8Array {
  try {
    return readFileSync(real);
  } catch (error) {
    throw new Error(`"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function followLinks(file: string): string | null {
  try {
    return realpathSync(file);
  } catch {
    return null;
  }
}

/**
 * The folder that what a runbook names may not leave: the repository that it is part of. Where there is none, the folder from which we
 * were called, if the runbook is in it; else its own.
 */
export function findRoot(directory: string, calledFrom = process.cwd()): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) break;
  }
  const all = dirname(calledFrom) === calledFrom; // the root of all files is no bound
  return !all && isInside(calledFrom, directory) ? calledFrom : directory;
}

/** What a bound is, in words. */
export function nameOf(root: string, directory: string): string {
  if (root === directory) return "this runbook's folder";
  return existsSync(join(root, ".git")) ? "the repository of this runbook" : "the folder from which runbook was called";
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

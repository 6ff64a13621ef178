/** The folder of a run: the exact bytes that run, made before anything runs. */
import {createHash} from "node:crypto";
import {copyFile, mkdir, open, readFile, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import type {Runbook, RunId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {findFiles} from "./find-files.ts";

export interface NewFolder {
  readonly path: string;
  readonly files: Readonly<Record<string, string>>; // sha256 of what was copied
  readonly includes: Readonly<Record<string, string>>;
}

export async function makeRunFolder({
  id,
  runsDirectory,
  directory,
  runbook,
  bytes,
  included
}: {
  id: RunId;
  runsDirectory: string;
  directory: string;
  runbook: Runbook;
  bytes: Uint8Array;
  included: ReadonlyMap<string, Uint8Array>;
}): Promise<NewFolder> {
  const document = {directory, runbook, bytes, included};
  refuseMissing(document);
  await findAll(directory, runbook); // what is missing is said before a folder is made
  const path = join(runsDirectory, id);
  try {
    await makeFolder(runsDirectory);
    await mkdir(path);
  } catch (error) {
    throw new UsageError(`the run's folder cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
  const kept = await keepDocument(path, document);
  await syncFolder(runsDirectory);
  return {path, ...kept};
}

/** Makes a folder and those above it. Below one that cannot hold any, as /proc, a recursive `mkdir` of Node tries for ever. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

export interface WholeDocument {
  readonly directory: string;
  readonly runbook: Runbook;
  readonly bytes: Uint8Array;
  readonly included: ReadonlyMap<string, Uint8Array>;
}

/** Puts all that runs into a folder. */
export async function keepDocument(path: string, {directory, runbook, bytes, included}: WholeDocument): Promise<Omit<NewFolder, "path">> {
  const found = await findAll(directory, runbook);
  await writeFile(join(path, "runbook.md"), bytes);
  const files: Record<string, string> = {};
  for (const name of found) {
    const copy = join(path, "files", storedPath(name));
    await mkdir(dirname(copy), {recursive: true});
    await copyFile(join(directory, name), copy);
    files[name] = createHash("sha256")
      .update(await readFile(copy))
      .digest("hex");
  }
  const includes: Record<string, string> = {};
  for (const {file, digest} of runbook.included) {
    const copy = join(path, "includes", storedPath(file));
    await mkdir(dirname(copy), {recursive: true});
    await writeFile(copy, included.get(file)!);
    includes[file] = digest;
  }
  return {files, includes};
}

function refuseMissing({runbook, included}: WholeDocument): void {
  const missing = runbook.included.find(({file}) => !included.has(file));
  if (missing) throw new UsageError(`the bytes of "${missing.file}", which ${runbook.path} includes, were not given`);
}

/** Where the run folder keeps a file of this path: a path that leads up stays below, and no two become one. */
export const storedPath = (path: string): string =>
  path
    .split("/")
    .map((part) => (part === ".." ? "%2E%2E" : part.replaceAll("%", "%25")))
    .join("/");

/** Files of the runbook, and those of each included file, which are named from its own folder. */
export async function findAll(directory: string, {settings, included}: Runbook): Promise<readonly string[]> {
  const found = [...(await findFiles(directory, settings.files))];
  for (const {file, files} of included)
    found.push(...(await findFiles(join(directory, dirname(file)), files)).map((name) => join(dirname(file), name)));
  return [...new Set(found)].sort();
}

/** A new name must be on disk as well as what it names. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

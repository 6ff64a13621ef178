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
}

export async function makeRunFolder({
  id,
  runsDirectory,
  directory,
  runbook,
  bytes
}: {
  id: RunId;
  runsDirectory: string;
  directory: string;
  runbook: Runbook;
  bytes: Uint8Array;
}): Promise<NewFolder> {
  const found = await findFiles(directory, runbook.settings.files);
  const path = join(runsDirectory, id);
  try {
    await mkdir(runsDirectory, {recursive: true});
    await mkdir(path);
  } catch (error) {
    throw new UsageError(`the run's folder cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
  await writeFile(join(path, "runbook.md"), bytes);
  const files: Record<string, string> = {};
  for (const name of found) {
    const copy = join(path, "files", name);
    await mkdir(dirname(copy), {recursive: true});
    await copyFile(join(directory, name), copy);
    files[name] = createHash("sha256")
      .update(await readFile(copy))
      .digest("hex");
  }
  await syncFolder(runsDirectory);
  return {path, files};
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

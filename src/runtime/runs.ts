/** The runs of a runs directory, as anybody may read them. No reader ever writes. */
import type {FileHandle} from "node:fs/promises";
import {open, readdir, readFile, stat} from "node:fs/promises";
import {basename, join, resolve} from "node:path";
import type {Event} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {UsageError} from "../model/usage-error.ts";
import {isHeld} from "./lock.ts";
import {readJournal} from "./read-journal.ts";
import {storedPath} from "./run-folder.ts";
import type {RunSummary} from "./summary.ts";
import {summarize} from "./summary.ts";

/** Everything there is of a run. */
export interface Recording {
  readonly folder: string; // absolute
  readonly id: string;
  readonly bytes: Uint8Array; // of the runbook that ran
  readonly included: ReadonlyMap<string, Uint8Array>; // of the files that ran with it, by their paths from its folder
  readonly begun: Document; // as the run began with it: another one only if it was changed meanwhile
  readonly path: string; // of the runbook, as the run was told it
  readonly events: readonly Event[];
  readonly run: Run; // their fold
  readonly live: boolean; // a living process holds its lock
  readonly damage: string | null; // why the journal could not be read to its end
  readonly sha256: string; // of the last line that could be read
}
interface Document {
  readonly bytes: Uint8Array;
  readonly included: ReadonlyMap<string, Uint8Array>;
}
/** Newest first; folders that hold no journal are left out. */
export async function listRuns(runsDirectory: string): Promise<readonly RunSummary[]> {
  const found = await Promise.all((await namesOf(runsDirectory)).map((name) => summarize(join(resolve(runsDirectory), name))));
  return found.filter((summary) => summary !== null).sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** The folder of the run that `ref` names: an id, a unique beginning of one, `latest`, or a run folder. Throws a `UsageError`. */
export async function findRun(runsDirectory: string, ref: string): Promise<string> {
  const names = await namesOf(runsDirectory);
  const inDirectory = (name: string): string => join(resolve(runsDirectory), name);
  if (ref === "latest") {
    const latest = names.at(-1);
    if (latest === undefined) throw new UsageError(`there is no run in ${runsDirectory}`);
    return inDirectory(latest);
  }
  if (names.includes(ref)) return inDirectory(ref);
  if (await holdsJournal(ref)) return resolve(ref);
  const matches = ref === "" ? [] : names.filter((name) => name.startsWith(ref));
  if (matches.length === 1) return inDirectory(matches[0]!);
  if (matches.length > 1)
    throw new UsageError(
      `"${ref}" begins the ids of ${matches.length} runs: ${matches.slice(0, 5).join(", ")}${matches.length > 5 ? ", …" : ""}`
    );
  throw new UsageError(`there is no run "${ref}" in ${runsDirectory}, and no run folder of that name`);
}

interface ReadOptions {
  readonly stored?: Stored; // how the folder names a file that it keeps; an archive does otherwise than a run
}

/** Reads a run folder; throws a `UsageError` when it is none. */
export async function readRun(folder: string, {stored = storedPath}: ReadOptions = {}): Promise<Recording> {
  const path = resolve(folder);
  const live = isHeld(path);
  const journal = await readFileOf(path, "journal.ndjson");
  const {events, run, damage, prev} = readJournal(journal, {writing: live});
  const changed = events.findLast((event) => event.type === "document-changed");
  const begun = await readKept(path, events[0]?.type === "run-started" ? events[0].includes : {}, stored);
  // as it was gone on with last
  const document = changed?.type === "document-changed" ? await readKept(join(path, changed.folder), changed.includes, stored) : begun;
  return {
    folder: path,
    id: run.start?.run ?? basename(path),
    ...document,
    begun,
    path: run.start?.runbook.path ?? join(path, "runbook.md"),
    events,
    run,
    live,
    damage,
    sha256: prev
  };
}

type Includes = Readonly<Record<string, string>>;
type Stored = typeof storedPath;

async function readKept(folder: string, includes: Includes, stored: Stored): Promise<Document> {
  return {bytes: await readFileOf(folder, "runbook.md"), included: await readIncluded(folder, includes, stored)};
}

/** What is gone is left out: whoever parses the runbook says so at its include. */
async function readIncluded(folder: string, includes: Includes, stored: Stored): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const file of Object.keys(includes)) {
    const bytes = await readFile(join(folder, "includes", stored(file))).catch(() => null);
    if (bytes) found.set(file, bytes);
  }
  return found;
}

/**
 * The events of a run after number `after`, as they are written, in groups; ends after `run-ended`, when the runner is gone, or at
 * damage. Whoever performs the run itself hears of them by `onEvents`, and sooner.
 */
export async function* followRun(
  folder: string,
  {after = 0, signal, everyMs = 100}: {after?: number; signal?: AbortSignal; everyMs?: number} = {}
): AsyncGenerator<readonly Event[], void, void> {
  const file = await open(join(folder, "journal.ndjson"), "r");
  try {
    let from = 0;
    let state: {run?: Run; prev?: string} = {};
    while (!signal?.aborted) {
      const live = isHeld(folder); // before reading: what a runner wrote last is read even if it has ended meanwhile
      const read = readJournal(await readFrom(file, from), {...state, writing: true});
      from += read.bytes;
      state = read;
      const fresh = read.events.filter(({seq}) => seq > after);
      if (fresh.length > 0) yield fresh;
      if (read.run.ended !== null || read.damage !== null || !live) return;
      await new Promise((wake) => setTimeout(wake, everyMs));
    }
  } finally {
    await file.close();
  }
}

async function readFrom(file: FileHandle, from: number): Promise<Buffer> {
  const {size} = await file.stat();
  const length = Math.max(0, size - from);
  const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}

async function namesOf(runsDirectory: string): Promise<readonly string[]> {
  const entries = await readdir(runsDirectory, {withFileTypes: true}).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UsageError(`the runs in ${runsDirectory} cannot be read: ${error.message}`);
  });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

const holdsJournal = (folder: string): Promise<boolean> =>
  stat(join(folder, "journal.ndjson")).then(
    (found) => found.isFile(),
    () => false
  );

async function readFileOf(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    throw new UsageError(`${folder} is no run folder: ${error instanceof Error ? error.message : String(error)}`);
  }
}

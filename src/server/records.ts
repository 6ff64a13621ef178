/** Runs that are opened to be read: as a row of a list, as a document, and as the events of their journal. */
import {stat} from "node:fs/promises";
import {basename, join} from "node:path";

import type {Event} from "../model/event.ts";
import type {AnyKind} from "../model/kind.ts";
import type {RunId} from "../model/runbook.ts";
import type {ServedRecord, ServedRun} from "../model/served.ts";
import {runStanding, settled} from "../model/standing.ts";
import {findRun, listRuns, readRun} from "../runtime/runs.ts";
import {readRunbook} from "./library.ts";

export interface Records {
  list(): Promise<readonly ServedRun[]>;
  open(id: string, reader: {name: string; here: (id: RunId) => boolean}): Promise<ServedRecord | null>;
  events(id: string): Promise<{readonly run: RunId; readonly live: boolean; readonly events: readonly Event[]} | null>;
  /** Where a cell's whole output lies; null for anything else. */
  output(id: string, file: string): Promise<{readonly path: string; readonly bytes: number} | null>;
}

export function openRecords({runsDirectory, kinds}: {runsDirectory: string; kinds: readonly AnyKind[]}): Records {
  const find = async (id: string): Promise<string | null> => {
    if (!/^[0-9a-f-]{36}$/.test(id)) return null;
    try {
      return await findRun(runsDirectory, id);
    } catch {
      return null;
    }
  };
  return {
    async list() {
      const found = await listRuns(runsDirectory);
      return found.map(toRow).sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
    },
    async open(id, {name, here}) {
      const folder = await find(id);
      if (folder === null) return null;
      const {bytes, path, run, live, damage} = await readRun(folder);
      const {runbook, highlights} = await readRunbook(bytes, {path, directory: folder, kinds});
      const known = (run.start?.run ?? id) as RunId;
      return {id: known, name: path, runbook, highlights, you: name, live, here: here(known), damage};
    },
    async events(id) {
      const folder = await find(id);
      if (folder === null) return null;
      const {events, live} = await readRun(folder);
      return {run: id as RunId, live, events};
    },
    async output(id, file) {
      const folder = await find(id);
      if (folder === null || basename(file) !== file || file.startsWith(".")) return null;
      const path = join(folder, "outputs", file);
      const found = await stat(path).catch(() => null);
      return found?.isFile() ? {path, bytes: found.size} : null;
    }
  };
}

type Listed = Awaited<ReturnType<typeof listRuns>>[number];

function toRow({id, run, live, damage}: Listed): ServedRun {
  const planned = run.start?.plan.steps.filter((step) => step.action !== "skip" && step.action !== "offer") ?? [];
  return {
    id,
    title: run.start?.runbook.title ?? "",
    path: run.start?.runbook.path ?? "",
    mode: run.start?.mode ?? "recovery",
    operator: run.start?.operator ?? "",
    startedAt: run.startedAt ?? "",
    lastMs: run.lastMs,
    standing: runStanding(run, live),
    passed: planned.filter(({step}) => settled(run.steps.get(step) ?? {status: "pending"})).length,
    steps: planned.length,
    damage
  };
}

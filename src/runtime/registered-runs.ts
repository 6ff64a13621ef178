/** What the folder of runs holds, beside what its register says was started and ended there. */
import {join} from "node:path";
import {isHeld} from "./lock.ts";
import type {RegisteredRun} from "./read-register.ts";
import {readRegister} from "./read-register.ts";
import {registerOf} from "./register.ts";
import {listRuns} from "./runs.ts";
import type {RunSummary} from "./summary.ts";

/** `gone`: its folder is no longer there. `differs`: the journal does not end with the line that the register has. */
export type Registration = "registered" | "not registered" | "end not registered" | "gone" | "differs";
export interface KnownRun extends RunSummary {
  readonly registration: Registration;
  readonly section: string | null; // the one that it was a run of; null: all, or the register does not know it
}
export interface KnownRuns {
  readonly runs: readonly KnownRun[]; // newest first
  readonly damage: string | null; // what is wrong with the register
}

export async function listKnownRuns(runsDirectory: string): Promise<KnownRuns> {
  const path = registerOf(runsDirectory);
  const register = await readRegister(path);
  const open = new Map(register.runs.map((entry) => [entry.run, entry]));
  const found = (await listRuns(runsDirectory)).map((summary): KnownRun => {
    const entry = open.get(summary.id);
    open.delete(summary.id);
    return {...summary, registration: entry ? compare(summary, entry) : "not registered", section: entry?.start.section ?? null};
  });
  const gone = [...open.values()].map((entry) => toGone(runsDirectory, entry));
  return {
    runs: [...found, ...gone].sort((a, b) => (a.id < b.id ? 1 : -1)),
    damage: register.damage === null ? null : `${path}: ${register.damage}`
  };
}

function compare({folder, endedAt, journal}: RunSummary, {end}: RegisteredRun): Registration {
  if (end !== null) return end.journal === journal ? "registered" : "differs";
  return endedAt === null || isHeld(folder) ? "registered" : "end not registered"; // its runner is about to say it
}

/** All that is left of a run whose folder is gone. */
function toGone(runsDirectory: string, {run, startedAt, start, endedAt, end}: RegisteredRun): KnownRun {
  return {
    id: run,
    folder: join(runsDirectory, start.folder),
    title: start.title,
    path: start.path,
    directory: "",
    mode: start.mode,
    operator: start.operator,
    startedAt,
    endedAt,
    durationMs: endedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)),
    standing: end?.outcome ?? "interrupted",
    reason: "",
    journal: null,
    registration: "gone",
    section: start.section
  };
}

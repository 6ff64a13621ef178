/** A run in one line, from the beginning and the end of its journal alone. */
import {createHash} from "node:crypto";
import type {FileHandle} from "node:fs/promises";
import {open} from "node:fs/promises";
import {basename, join} from "node:path";
import type {Event, Mode} from "../model/event.ts";
import type {runStanding} from "../model/standing.ts";
import {readEvent} from "../model/wire.ts";
import {isHeld} from "./lock.ts";

export interface RunSummary {
  readonly id: string;
  readonly folder: string;
  readonly title: string;
  readonly path: string;
  readonly directory: string; // of the runbook, absolute; empty where nobody wrote it down
  readonly mode: Mode | null; // null: nothing of its journal can be read
  readonly operator: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null; // up to the last event
  readonly standing: ReturnType<typeof runStanding>;
  readonly reason: string; // of its end
  readonly journal: string | null; // sha256 of its last line, what people said afterwards apart; null: no line is whole
}

/** Null for a folder that holds no journal. */
export async function summarize(folder: string): Promise<RunSummary | null> {
  try {
    const file = await open(join(folder, "journal.ndjson"), "r");
    try {
      const [first, end] = [await readFirst(file), await readEnd(file)];
      const last = end?.event ?? null;
      const started = first?.type === "run-started" ? first : null;
      const ended = last?.type === "run-ended" ? last : null;
      const standing = started === null ? "not started" : (ended?.outcome ?? (isHeld(folder) ? "running" : "interrupted"));
      return {
        id: started?.run ?? basename(folder),
        folder,
        title: started?.runbook.title ?? basename(folder),
        path: started?.runbook.path ?? "",
        directory: started?.directory ?? "",
        mode: started?.mode ?? null,
        operator: started?.operator ?? "",
        startedAt: started?.at ?? null,
        endedAt: ended?.at ?? null,
        durationMs: last?.ms ?? null,
        standing,
        reason: ended?.reason ?? "",
        journal: end?.sha256 ?? null
      };
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

async function readFirst(file: FileHandle): Promise<Event | null> {
  let line = Buffer.alloc(0);
  for (let at = 0; ; at = line.length) {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(65_536), 0, 65_536, at);
    line = Buffer.concat([line, buffer.subarray(0, bytesRead)]);
    const end = line.indexOf(10, at);
    if (end !== -1) return tryRead(line.subarray(0, end));
    if (bytesRead === 0) return null;
  }
}

/** The last whole line that is no closing answer, which may follow the end of a run. */
async function readEnd(file: FileHandle): Promise<{readonly event: Event | null; readonly sha256: string} | null> {
  const {size} = await file.stat();
  for (let length = 65_536; ; length *= 4) {
    const from = Math.max(0, size - length);
    const {buffer} = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    for (let end = buffer.lastIndexOf(10) + 1; end > 0; ) {
      const begin = end < 2 ? 0 : buffer.lastIndexOf(10, end - 2) + 1;
      if (begin === 0 && from > 0) break; // its beginning has not been read
      const line = buffer.subarray(begin, end);
      const event = tryRead(line);
      if (event?.type !== "closing-answered") return {event, sha256: createHash("sha256").update(line).digest("hex")};
      end = begin;
    }
    if (from === 0) return null;
  }
}

function tryRead(line: Uint8Array): Event | null {
  try {
    return readEvent(Buffer.from(line).toString().trimEnd());
  } catch {
    return null;
  }
}

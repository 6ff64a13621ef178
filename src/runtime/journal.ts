/**
 * The append-only file of a run. Durable events are synced before anybody hears of them; grouped ones are written at most 50 ms
 * or 256 KiB late, heard after they are written, and synced with the next durable event.
 */
import {createHash} from "node:crypto";
import {writeSync} from "node:fs";
import type {FileHandle} from "node:fs/promises";
import {open} from "node:fs/promises";
import {join} from "node:path";
import type {Event, Fact} from "../model/event.ts";
import {stampFact, toLine} from "../model/wire.ts";
import type {Lock} from "./lock.ts";
import {takeLock} from "./lock.ts";

export interface Journal {
  /** Resolves once the event is on disk and was heard. */
  append(fact: Fact): Promise<Event>;
  /** Writes with the next group; it is heard once it is written. */
  write(fact: Fact): Event;
  /** Adds something that is asked, before each group is written, to `write` what it has so far. Returns its removal. */
  addSource(drain: () => void): () => void;
  /** A source has this much more to write; the group goes out at once when that makes it large. */
  expect(bytes: number): void;
  /** Resolves once what was given so far is written, though not synced. */
  settle(): Promise<void>;
  /** Milliseconds since the run began, by a clock that never steps. */
  elapsedMs(): number;
  readonly syncs: number;
  /** Aborts, with the reason, once the file cannot be written any more. */
  readonly failure: AbortSignal;
  close(): Promise<void>;
}

export const firstPrev = "0".repeat(64);
const groupMs = 50;
const groupBytes = 256 * 1024;
const syncBytes = 64 * 1024;

export interface JournalListener {
  /** Throws for an event that cannot have happened; it is not written then. */
  accept(event: Event): void;
  /** Hears of events once they are written: in order, each once. */
  hear(events: readonly Event[]): void;
}

/** Starts the journal of a new run in its folder, which must not have one, and takes the folder's lock. */
export async function openJournal(folder: string, listener: JournalListener): Promise<Journal> {
  const lock = takeLock(folder);
  try {
    return new JournalFile(await open(join(folder, "journal.ndjson"), "ax"), lock, listener);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Where a journal that others began goes on. */
export interface JournalEnd {
  readonly seq: number;
  readonly prev: string; // sha256 of the last line
  readonly bytes: number; // how long the file is up to there; what follows is cut off
  readonly ms: number; // of what comes next
}

/** Goes on with the journal of a run folder of which the caller holds the lock. */
export async function continueJournal(folder: string, lock: Lock, end: JournalEnd, listener: JournalListener): Promise<Journal> {
  const file = await open(join(folder, "journal.ndjson"), "a");
  try {
    await file.truncate(end.bytes);
    await file.datasync(); // what a killed runner had not waited for has been seen all the same
    return new JournalFile(file, lock, listener, end);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class JournalFile implements Journal {
  syncs = 0;
  readonly #file: FileHandle;
  readonly #lock: Lock;
  readonly #listener: JournalListener;
  readonly #began = performance.now();
  readonly #sources = new Set<() => void>();
  #seq = 0;
  #prev = firstPrev;
  #events: Event[] = [];
  #lines: string[] = [];
  #durable = false; // something in the group waits for a sync
  #expected = 0; // bytes given or announced since the last group
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null; // the next group, while the last one is being written
  readonly #failure = new AbortController();

  readonly #before: number; // milliseconds of the run before this runner

  constructor(
    file: FileHandle,
    lock: Lock,
    listener: JournalListener,
    {seq, prev, ms}: Omit<JournalEnd, "bytes"> = {seq: 0, prev: firstPrev, ms: 0}
  ) {
    this.#file = file;
    this.#lock = lock;
    this.#listener = listener;
    this.#seq = seq;
    this.#prev = prev;
    this.#before = ms;
  }

  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  async append(fact: Fact): Promise<Event> {
    this.#drain();
    const event = this.#enqueue(fact);
    this.#durable = true;
    await this.#flush();
    return event;
  }

  write(fact: Fact): Event {
    const event = this.#enqueue(fact);
    this.#schedule();
    return event;
  }

  addSource(drain: () => void): () => void {
    this.#sources.add(drain);
    return () => this.#sources.delete(drain);
  }

  expect(bytes: number): void {
    this.#expected += bytes;
    this.#schedule();
  }

  async settle(): Promise<void> {
    this.#drain();
    await this.#flush();
  }

  elapsedMs(): number {
    return this.#before + Math.round(performance.now() - this.#began);
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    try {
      if (!this.failure.aborted) await this.settle();
    } finally {
      await this.#file.close();
      this.#lock.release();
    }
  }

  #enqueue(fact: Fact): Event {
    this.failure.throwIfAborted();
    const event = stampFact(fact, {seq: this.#seq + 1, at: new Date().toISOString(), ms: this.elapsedMs()});
    this.#listener.accept(event);
    this.#seq = event.seq;
    const line = toLine(event, this.#prev);
    this.#prev = createHash("sha256").update(line).digest("hex");
    this.#events.push(event);
    this.#lines.push(line);
    this.#expected += line.length;
    return event;
  }

  #schedule(): void {
    if (this.#expected >= groupBytes)
      void this.#flush().catch(() => {}); // the next call hears why
    else this.#timer ??= setTimeout(() => void this.#flush().catch(() => {}), groupMs);
  }

  #drain(): void {
    for (const drain of this.#sources) drain();
  }

  /** Writes all that was given until the write begins: whoever comes while another group is being written shares the next one. */
  #flush(): Promise<void> {
    if (this.failure.aborted) return Promise.reject(this.failure.reason);
    this.#queued ??= this.#writing = this.#writing
      .catch(() => {})
      .then(() => {
        this.#queued = null;
        return this.#writeGroup();
      });
    return this.#queued;
  }

  async #writeGroup(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.failure.throwIfAborted();
    this.#drain();
    const [events, lines, durable] = [this.#events, this.#lines, this.#durable];
    [this.#events, this.#lines, this.#durable, this.#expected] = [[], [], false, 0];
    if (events.length === 0) return;
    try {
      const group = lines.join("");
      // What fits the page cache at once is not worth a way through the thread pool.
      if (group.length <= syncBytes) writeWhole(this.#file.fd, group);
      else await this.#file.appendFile(group);
      if (durable) {
        await this.#file.datasync();
        this.syncs++;
      }
    } catch (error) {
      this.#failure.abort(new JournalWriteError(error));
      throw this.failure.reason;
    }
    this.#listener.hear(events);
  }
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** The journal cannot be written any more; nothing may go on, because nobody would know of it. */
export class JournalWriteError extends Error {
  override name = "JournalWriteError";
  constructor(cause: unknown) {
    super(`the journal cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
}

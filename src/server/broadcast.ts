/**
 * Tells everybody at a runbook what happens, as server-sent events. What came in 50 ms is serialised once and the same bytes go to
 * all. Nothing is queued for a slow reader: each has a place of its own in the list and gets the next bytes when it took the last.
 */
import type {ServerResponse} from "node:http";

import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";

interface Batch {
  readonly lastSeq: number;
  readonly bytes: Buffer;
}
interface Follower {
  readonly outgoing: ServerResponse;
  readonly name: string;
  next: number; // index of the batch it gets next
  unread: Set<string>; // notices that changed since it was told
  blockedSince: number | null;
}

const pauseMs = 50;
const beatMs = 15_000;
const patienceMs = 30_000; // a reader that took nothing for so long is cut off; it resumes from where it was

export class Broadcast {
  #run: RunId | null = null;
  #batches: Batch[] = [];
  #waiting: Event[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #notices = new Map<string, string>();
  readonly #followers = new Set<Follower>();
  readonly #beat = setInterval(() => this.#pulse(), beatMs).unref();
  readonly #onPresence: () => void;

  constructor(onPresence: () => void = () => {}) {
    this.#onPresence = onPresence;
  }

  /** Who has a page open, each once. */
  get present(): readonly string[] {
    return [...new Set([...this.#followers].map(({name}) => name))];
  }

  /** From now on these are the events of another run. */
  reset(run: RunId | null): void {
    this.#run = run;
    this.#batches = [];
    this.#waiting = [];
    for (const follower of this.#followers) follower.next = 0;
  }

  publish(events: readonly Event[]): void {
    for (const event of events) this.#waiting.push(event);
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#flush(), pauseMs);
  }

  /** Something of which only the latest matters. */
  announce(name: string, value: unknown): void {
    this.#notices.set(name, JSON.stringify(value));
    for (const follower of this.#followers) {
      follower.unread.add(name);
      this.#feed(follower);
    }
  }

  /** Serves one reader until it goes; `lastId` is what it had, as `run/seq`. */
  follow(outgoing: ServerResponse, {name, lastId}: {name: string; lastId: string | null}): void {
    const [run, seq] = (lastId ?? "").split("/");
    const known = run === this.#run ? Number(seq) || 0 : 0;
    const first = this.#batches.findIndex(({lastSeq}) => lastSeq > known);
    const follower: Follower = {
      outgoing,
      name,
      next: first === -1 ? this.#batches.length : first,
      unread: new Set(this.#notices.keys()),
      blockedSince: null
    };
    outgoing.writeHead(200, {
      ...Object.fromEntries(Object.entries(outgoing.getHeaders()).map(([key, value]) => [key, String(value)])),
      "Content-Type": "text/event-stream; charset=utf-8",
      "X-Accel-Buffering": "no"
    });
    outgoing.on("drain", () => {
      follower.blockedSince = null;
      this.#feed(follower);
    });
    outgoing.on("close", () => {
      this.#followers.delete(follower);
      this.#onPresence();
    });
    outgoing.on("error", () => outgoing.destroy());
    this.#followers.add(follower);
    outgoing.write("retry: 1000\n\n");
    this.#onPresence();
    this.#feed(follower);
  }

  close(): void {
    clearInterval(this.#beat);
    if (this.#timer) this.#flush();
    for (const {outgoing} of this.#followers) outgoing.end();
    this.#followers.clear();
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return;
    this.#batches.push({lastSeq: events.at(-1)!.seq, bytes: Buffer.from(events.map((event) => toFrame(this.#run, event)).join(""))});
    for (const follower of this.#followers) this.#feed(follower);
  }

  #feed(follower: Follower): void {
    if (follower.blockedSince !== null) return;
    const write = (bytes: Buffer | string): void => {
      if (!follower.outgoing.write(bytes)) follower.blockedSince = Date.now();
    };
    for (const name of follower.unread) {
      follower.unread.delete(name);
      write(`event: ${name}\ndata: ${this.#notices.get(name)}\n\n`);
    }
    while (follower.blockedSince === null && follower.next < this.#batches.length) write(this.#batches[follower.next++]!.bytes);
  }

  #pulse(): void {
    for (const follower of this.#followers) {
      if (follower.blockedSince !== null && Date.now() - follower.blockedSince > patienceMs) follower.outgoing.destroy();
      else if (follower.blockedSince === null && !follower.outgoing.write("event: beat\ndata: {}\n\n")) follower.blockedSince = Date.now();
    }
  }
}

export const toFrame = (run: RunId | null, event: Event): string => `id: ${run}/${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;

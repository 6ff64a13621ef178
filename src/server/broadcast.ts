/**
 * Tells everybody at a runbook what happens, as server-sent events. What came in 50 ms is serialised once and the same bytes go to
 * all. Nothing is queued for a slow reader: each has a place of its own in the list.
 */
import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import type {Line} from "./line.ts";

interface Batch {
  readonly lastSeq: number;
  readonly bytes: Buffer;
}
interface Follower {
  readonly line: Line;
  next: number; // index of the batch it gets next
  isTold: boolean; // it has the newest state
}

const pauseMs = 50;
const pieceLength = 64 * 1024; // characters; a reader that has taken one is alive

export class Broadcast {
  #run: RunId | null = null;
  #batches: Batch[] = [];
  #waiting: Event[] = [];
  #timer: NodeJS.Timeout | null = null;
  #state: Buffer | null = null; // null: it has changed since it was last serialised
  readonly #followers = new Set<Follower>();
  readonly #readState: () => unknown;

  /** `readState` gives what everybody shares beside the events; only the newest matters. */
  constructor(readState: () => unknown) {
    this.#readState = readState;
  }

  /** Who has a page open, each once. */
  get present(): readonly string[] {
    return [...new Set([...this.#followers].map(({line}) => line.name))];
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
    if (events.length > 0) this.#arm();
  }

  /** The state is another one. */
  announce(): void {
    this.#state = null;
    for (const follower of this.#followers) follower.isTold = false;
    this.#arm();
  }

  /** What has been told of the run so far, as JSON, in groups with commas between. */
  *past(): Generator<string> {
    for (const {bytes} of [...this.#batches])
      yield bytes
        .toString()
        .slice(0, -2)
        .replaceAll(/(?:\n\n)?^id: .*\ndata: /gm, ",")
        .slice(1);
  }

  /** Serves one reader until it goes; `lastId` is what it had, as `run/seq`. */
  follow(line: Line, lastId: string | null): void {
    const [run, seq] = (lastId ?? "").split("/");
    const known = run === this.#run ? Number(seq) || 0 : 0;
    const first = this.#batches.findIndex(({lastSeq}) => lastSeq > known);
    const follower: Follower = {line, next: first === -1 ? this.#batches.length : first, isTold: false};
    const others = this.present;
    this.#followers.add(follower);
    line.onFree(() => this.#feed(follower));
    line.onClose(() => {
      if (this.#followers.delete(follower) && !this.present.includes(line.name)) this.announce();
    });
    if (!others.includes(line.name)) this.announce();
    this.#feed(follower);
  }

  close(): void {
    this.#flush();
    const lines = [...this.#followers].map(({line}) => line);
    this.#followers.clear();
    for (const line of lines) line.end();
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => this.#flush(), pauseMs);
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const before = this.#batches.length;
    for (const batch of toBatches(this.#run, this.#waiting)) this.#batches.push(batch);
    this.#waiting = [];
    const length = this.#batches.slice(before).reduce((sum, {bytes}) => sum + bytes.length, 0);
    for (const follower of this.#followers) {
      if (follower.line.isFree) this.#feed(follower);
      else if (length > 0) follower.line.miss(length);
    }
  }

  #feed(follower: Follower): void {
    const {line} = follower;
    if (line.isFree && !follower.isTold) {
      follower.isTold = true;
      this.#state ??= Buffer.from(`event: desk\ndata: ${JSON.stringify(this.#readState())}\n\n`);
      line.write(this.#state);
    }
    while (line.isFree && follower.next < this.#batches.length) line.write(this.#batches[follower.next++]!.bytes);
  }
}

function* toBatches(run: RunId | null, events: readonly Event[]): Generator<Batch> {
  let text = "";
  for (const [place, event] of events.entries()) {
    text += toFrame(run, event);
    if (text.length < pieceLength && place < events.length - 1) continue;
    yield {lastSeq: event.seq, bytes: Buffer.from(text)};
    text = "";
  }
}

export const toFrame = (run: RunId | null, event: Event): string => `id: ${run}/${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;

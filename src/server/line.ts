/**
 * The connection of one browser, over which it may follow several runbooks. A reader that is slow is not waited for: it gets the
 * next bytes when it took the last, and is cut off when it takes nothing while much comes. It resumes from where it was.
 */
import type {ServerResponse} from "node:http";

export interface Line {
  readonly name: string; // whose it is
  readonly isFree: boolean; // what was written last has been taken
  write(bytes: Buffer | string): void;
  /** So much came for it while it was not free. */
  miss(bytes: number): void;
  onFree(listener: () => void): void;
  onClose(listener: () => void): void;
  end(): void;
}

const mostMissed = 1024 * 1024; // bytes
const slowMs = 1000; // whoever takes a piece within it only has a slow line
const beatMs = 5000;
const patienceMs = 30_000; // a reader that took nothing for so long is cut off, however little came

export function openLine(outgoing: ServerResponse, name: string): Line {
  let blockedSince: number | null = null;
  let missed = 0;
  const freed: (() => void)[] = [];
  const closed: (() => void)[] = [];
  const write = (bytes: Buffer | string): void => {
    if (!outgoing.write(bytes)) blockedSince ??= performance.now();
  };
  const beat = (): void => {
    if (blockedSince === null) write("event: beat\ndata: {}\n\n");
    else if (performance.now() - blockedSince > patienceMs) outgoing.destroy();
  };
  outgoing.writeHead(200, {
    ...Object.fromEntries(Object.entries(outgoing.getHeaders()).map(([key, value]) => [key, String(value)])),
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no"
  });
  outgoing.on("drain", () => {
    blockedSince = null;
    missed = 0;
    for (const listener of freed) listener();
  });
  outgoing.on("close", () => {
    stopBeating(beat);
    for (const listener of closed) listener();
  });
  outgoing.on("error", () => outgoing.destroy());
  startBeating(beat);
  write("retry: 1000\n\n");
  return {
    name,
    get isFree() {
      return blockedSince === null && !outgoing.destroyed;
    },
    write,
    miss(bytes) {
      missed += bytes;
      if (missed > mostMissed && blockedSince !== null && performance.now() - blockedSince > slowMs) outgoing.destroy();
    },
    onFree: (listener) => void freed.push(listener),
    onClose: (listener) => void closed.push(listener),
    end: () => void outgoing.end()
  };
}

const hearts = new Set<() => void>();
let pulse: NodeJS.Timeout | undefined;

function startBeating(beat: () => void): void {
  hearts.add(beat);
  pulse ??= setInterval(() => {
    for (const one of hearts) one();
  }, beatMs).unref();
}

function stopBeating(beat: () => void): void {
  hearts.delete(beat);
  if (hearts.size > 0) return;
  clearInterval(pulse);
  pulse = undefined;
}

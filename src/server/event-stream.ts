import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import {toFrame} from "./broadcast.ts";

const beatMs = 15_000;

const together = 256;

/** Events that have happened, as JSON, in groups with commas between. */
export function* toGroups(events: readonly Event[]): Generator<string> {
  for (let at = 0; at < events.length; at += together)
    yield events
      .slice(at, at + together)
      .map((event) => JSON.stringify(event))
      .join(",");
}

/** Such groups as one JSON array. */
export function* toList(groups: Iterable<string>): Generator<string> {
  let before = "[";
  for (const group of groups) {
    yield before + group;
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

/** Events as they come, as server-sent events; at the end it says so. The reader's pace is the writer's. */
export function streamEvents(run: RunId, events: AsyncGenerator<readonly Event[]>, stop: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let beat: NodeJS.Timeout | undefined;
  return new ReadableStream({
    start(controller) {
      beat = setInterval(() => controller.enqueue(encoder.encode("event: beat\ndata: {}\n\n")), beatMs).unref();
    },
    async pull(controller) {
      const {value, done} = await events.next();
      if (done !== true) return controller.enqueue(encoder.encode(value.map((event) => toFrame(run, event)).join("")));
      clearInterval(beat);
      controller.enqueue(encoder.encode("event: end\ndata: {}\n\n"));
      controller.close();
    },
    cancel() {
      clearInterval(beat);
      stop();
    }
  });
}

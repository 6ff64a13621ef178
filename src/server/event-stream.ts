import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import {toFrame} from "./broadcast.ts";

type Read = () => Promise<{readonly run: RunId; readonly live: boolean; readonly events: readonly Event[]} | null>;

const pauseMs = 500;
const batch = 200;

/** The events of a run that somebody else performs, or that is over, as server-sent events: what there is, then what comes. */
export function streamEvents(read: Read, lastId: string | null): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let sent = Number((lastId ?? "").split("/")[1]) || 0;
  let found: Awaited<ReturnType<Read>> = null;
  let gone = false;
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const fresh = found?.events.filter(({seq}) => seq > sent).slice(0, batch) ?? [];
        if (fresh.length > 0) {
          sent = fresh.at(-1)!.seq;
          controller.enqueue(encoder.encode(fresh.map((event) => toFrame(found!.run, event)).join("")));
          return;
        }
        if (found !== null && !found.live) {
          controller.enqueue(encoder.encode("event: end\ndata: {}\n\n"));
          controller.close();
          return;
        }
        if (found !== null) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        if (gone) return;
        found = await read();
      }
    },
    cancel() {
      gone = true;
    }
  });
}

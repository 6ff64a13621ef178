/** A page's place among those who follow a runbook: by the connection that the tabs of this browser share, where it can share one. */
import type {FromHub, ToHub} from "./hub.ts";
import type {Heard} from "./stream.ts";
import {openStream} from "./stream.ts";

/** Follows from `lastId` until it is called off. Without a network it says so at once, and sits down again when there is one. */
export function takeSeat(runbook: string, lastId: () => string | null, heard: Heard): () => void {
  let leave: (() => void) | null = null;
  const sit = (): void => {
    leave ??= sharesConnection ? sitAtHub(runbook, lastId, heard) : sitAlone(runbook, lastId, heard);
  };
  const stand = (): void => {
    leave?.();
    leave = null;
  };
  const lose = (): void => {
    stand();
    heard.connection("lost");
  };
  const listeners = {pageshow: sit, pagehide: stand, online: sit, offline: lose};
  for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener);
  sit();
  return () => {
    for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name, listener);
    stand();
  };
}

const sharesConnection = typeof SharedWorker !== "undefined" && "locks" in navigator;

function sitAlone(runbook: string, lastId: () => string | null, heard: Heard): () => void {
  const address = (): string => `/api/events?runbook=${encodeURIComponent(runbook)}&after=${encodeURIComponent(lastId() ?? "")}`;
  const stream = openStream(address, heard);
  return () => stream.close();
}

function sitAtHub(runbook: string, lastId: () => string | null, heard: Heard): () => void {
  const {port} = new SharedWorker(new URL("./hub.ts", import.meta.url), {type: "module", name: "runbook"});
  const lock = crypto.randomUUID();
  let isGone = false;
  let unlock = (): void => {};
  port.onmessage = ({data}: MessageEvent<FromHub>) => {
    if (isGone) return;
    if (data.type === "events") heard.events(data.events, "");
    else if (data.type === "desk") heard.desk(data.state);
    else heard.connection(data.state);
  };
  const tell = (message: ToHub): void => port.postMessage(message);
  // The lock first: the hub waits for it to learn that this page is gone.
  void navigator.locks.request(lock, () => {
    if (isGone) return;
    tell({type: "sit", runbook, after: lastId(), lock});
    return new Promise<void>((resolve) => {
      unlock = resolve;
    });
  });
  return () => {
    isGone = true;
    tell({type: "leave"});
    unlock();
    port.close();
  };
}

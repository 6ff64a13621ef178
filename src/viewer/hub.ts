/**
 * Shared by all tabs of a browser: it holds their one connection to the server, and hands on to each what concerns its runbook. A tab
 * holds a lock as long as it lives, so that one which died without a word leaves its seat too.
 */
import type {Stream} from "./stream.ts";
import {openStream} from "./stream.ts";

export type ToHub =
  | {readonly type: "sit"; readonly runbook: string; readonly after: string | null; readonly lock: string}
  | {readonly type: "leave"};
export type FromHub =
  | {readonly type: "events"; readonly events: readonly string[]}
  | {readonly type: "desk"; readonly state: string}
  | {readonly type: "connection"; readonly state: "open" | "lost"};

interface Seat {
  readonly runbook: string;
  after: string | null; // what the tab has, as `run/seq`
}

const seats = new Map<MessagePort, Seat>();
const runs = new Map<string, string>(); // run → runbook
let stream: Stream | null = null;
let state: "opening" | "open" | "lost" = "opening";

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]!;
  port.onmessage = ({data}: MessageEvent<ToHub>) => {
    if (data.type === "leave") leave(port);
    else sit(port, data);
  };
});

function sit(port: MessagePort, {runbook, after, lock}: Extract<ToHub, {type: "sit"}>): void {
  seats.set(port, {runbook, after});
  void navigator.locks.request(lock, () => leave(port)); // granted when the tab is gone
  if (state === "lost") tell(port, {type: "connection", state});
  if (stream === null) stream = openStream(address, {events, desk, connection, end: () => {}});
  else stream.again();
}

function leave(port: MessagePort): void {
  if (!seats.delete(port)) return;
  if (seats.size > 0) {
    stream?.again();
    return;
  }
  stream?.close();
  stream = null;
  state = "opening";
}

/** Each runbook once, from where the tab stands that has least of it; what the others have already, they pass over. */
function address(): string {
  const wanted = new Map<string, string | null>();
  for (const {runbook, after} of seats.values()) {
    const known = wanted.get(runbook);
    wanted.set(runbook, known === undefined ? after : earlier(known, after));
  }
  return `/api/events?${[...wanted].map(([runbook, after]) => `runbook=${encodeURIComponent(runbook)}&after=${encodeURIComponent(after ?? "")}`).join("&")}`;
}

function earlier(one: string | null, other: string | null): string | null {
  const [run, seq] = (one ?? "").split("/");
  const [otherRun, otherSeq] = (other ?? "").split("/");
  return run !== otherRun ? null : Number(seq) < Number(otherSeq) ? one : other;
}

function events(list: readonly string[], run: string): void {
  const runbook = runs.get(run);
  const last = /"seq":(\d+)/.exec(list.at(-1)!)?.[1];
  for (const [port, seat] of seats) {
    if (seat.runbook !== runbook) continue;
    if (last !== undefined) seat.after = further(seat.after, run, Number(last));
    tell(port, {type: "events", events: list});
  }
}

function further(after: string | null, run: string, seq: number): string {
  const [known, had] = (after ?? "").split("/");
  return known === run && Number(had) > seq ? after! : `${run}/${seq}`;
}

function desk(text: string): void {
  const {name, run} = JSON.parse(text) as {name: string; run: string | null};
  if (run !== null) runs.set(run, name);
  for (const [port, seat] of seats) if (seat.runbook === name) tell(port, {type: "desk", state: text});
}

function connection(now: "open" | "lost"): void {
  state = now;
  for (const port of seats.keys()) tell(port, {type: "connection", state: now});
}

const tell = (port: MessagePort, message: FromHub): void => port.postMessage(message);

/** Where a page gets its run from. A live page and one that is opened from a file differ in this and in nothing else. */

import type {Said} from "../model/closing.ts";
import type {Command} from "../model/command.ts";
import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import type {DeskState, ServedDocument, ServedRecord} from "../model/served.ts";
import {takeSeat} from "./seat.ts";
import type {Heard} from "./stream.ts";
import {openStream} from "./stream.ts";

export interface RunSource {
  document(): Promise<ServedDocument | ServedRecord>;
  /** What has happened so far, in one piece; empty where it cannot be had so. */
  past(): Promise<readonly Event[]>;
  /** Tells of everything after `lastId` (`run/seq`), and goes on until it is called off. */
  follow(lastId: () => string | null, listener: Listener): () => void;
  readonly commands: Commands | null; // null: a record can be read, not run
  /** Says what people know of a run that is over; gives what was recorded, or in words why not. Null: nobody can, here. */
  readonly say: ((run: RunId, said: Said) => Promise<Event | string>) | null;
  readonly isAlone: boolean; // nothing else can be reached from the page: no other runbook, no other run
  /** What was printed beyond what the journal holds, which is up to byte `from`; as much of it as is worth showing. */
  readRest(run: RunId, file: string, from: number): Promise<Rest | null>;
  /** The bytes of it from byte `from` on, as many as there are at once; null where only the journal is at hand. */
  readBytes(run: RunId, file: string, from: number): Promise<Uint8Array | null>;
  /** Where the whole output of a cell can be had; null where only the journal is at hand. */
  outputUrl(run: RunId, file: string): string | null;
  imageUrl(name: string, file: string): string | null;
}
/** A part of an output, and where in its bytes it stands. */
export interface Rest {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}
export interface Listener {
  events(events: readonly Event[]): void;
  desk(state: DeskState): void;
  connection(state: Connection): void;
}
/** `over`: nothing more will come. `unknown`: the server is another one, which does not know this page. */
export type Connection = "opening" | "open" | "lost" | "over" | "unknown";
export interface Judged {
  readonly wrong: string | null;
  readonly note: string | null; // what a person should know of it all the same
}
export interface Commands {
  /** Null when it was taken, else the reason why not. */
  send(command: Command): Promise<string | null>;
  /** What is wrong with a value for an input, by what only the server can judge; null when it will do. */
  judge(name: string, value: string): Promise<Judged>;
}

/** A runbook on the server, with the run that people make of it. */
export function live(name: string): RunSource {
  const query = `runbook=${encodeURIComponent(name)}`;
  return {
    document: () => getJson<ServedDocument>(`/api/document?${query}`),
    past: () => readPast(`/api/past?${query}`),
    follow: (lastId, listener) => takeSeat(name, lastId, toHeard(noticeStrangers(listener))),
    commands: {
      send: (command) => postCommand(`/api/commands?${query}`, command),
      judge: (input, value) => judge(`/api/inputs?${query}`, {name: input, value})
    },
    say: postSaid,
    isAlone: false,
    readRest: readTail,
    readBytes,
    outputUrl,
    imageUrl
  };
}

/** A run on the server that is opened to be read. */
export function recorded(id: string): RunSource {
  const address = `/api/runs/${encodeURIComponent(id)}`;
  return {
    document: () => getJson<ServedRecord>(address),
    past: () => readPast(`${address}/past`),
    follow: (lastId, listener) => {
      const stream = openStream(() => `${address}/events?after=${encodeURIComponent(lastId() ?? "")}`, toHeard(listener));
      return () => stream.close();
    },
    commands: null,
    say: postSaid,
    isAlone: false,
    readRest: readTail,
    readBytes,
    outputUrl,
    imageUrl: () => null
  };
}

const outputUrl = (run: RunId, file: string): string => `/api/runs/${encodeURIComponent(run)}/outputs/${encodeURIComponent(file)}`;
const tailBytes = 32 * 1024;

/** Of an output that may be very long, its end. */
async function readTail(run: RunId, file: string): Promise<Rest | null> {
  const response = await fetch(`${outputUrl(run, file)}?tail=${tailBytes}`);
  if (!response.ok) return null;
  const to = Number(response.headers.get("X-Total-Bytes"));
  return {text: await response.text(), from: Math.max(0, to - tailBytes), to};
}

async function readBytes(run: RunId, file: string, from: number): Promise<Uint8Array | null> {
  const response = await fetch(`${outputUrl(run, file)}?from=${from}`);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}
const imageUrl = (name: string, file: string): string => `/api/image?runbook=${encodeURIComponent(name)}&file=${encodeURIComponent(file)}`;

/** An event source does not say why it failed: whether the server knows this page has to be asked. */
function noticeStrangers(listener: Listener): Listener {
  let isUnknown = false;
  const ask = async (): Promise<void> => {
    const response = await fetch("/", {method: "HEAD"}).catch(() => null);
    if (response?.status !== 401) return;
    isUnknown = true;
    listener.connection("unknown");
  };
  return {
    ...listener,
    connection(state) {
      if (state === "lost") void ask();
      if (state === "open") isUnknown = false;
      if (!isUnknown) listener.connection(state);
    }
  };
}

/** One answer instead of thousands of messages. Whatever it lacks comes to those who follow. */
async function readPast(address: string): Promise<readonly Event[]> {
  try {
    const response = await fetch(address);
    return response.ok ? ((await response.json()) as Event[]) : [];
  } catch {
    return [];
  }
}

/** Events as a listener folds them. */
const toHeard = (listener: Listener): Heard => ({
  events: (events) => listener.events(events.map((text) => JSON.parse(text) as Event)),
  desk: (state) => listener.desk(JSON.parse(state) as DeskState),
  connection: (state) => listener.connection(state),
  end: () => listener.connection("over")
});

export async function getJson<T>(address: string): Promise<T> {
  const response = await fetch(address, {headers: {Accept: "application/json"}});
  if (!response.ok) throw new Error(await readMessage(response));
  return (await response.json()) as T;
}

async function postCommand(address: string, command: Command): Promise<string | null> {
  try {
    const response = await fetch(address, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(command)});
    return response.ok ? null : await readMessage(response);
  } catch {
    return "the server does not answer; nothing was sent";
  }
}

async function postSaid(run: RunId, said: Said): Promise<Event | string> {
  try {
    const response = await fetch(`/api/runs/${encodeURIComponent(run)}/closing`, {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify(said)
    });
    return response.ok ? ((await response.json()) as Event) : await readMessage(response);
  } catch {
    return "the server does not answer; nothing was recorded";
  }
}

async function judge(address: string, given: {name: string; value: string}): Promise<Judged> {
  const nothing: Judged = {wrong: null, note: null};
  const response = await fetch(address, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(given)
  }).catch(() => null);
  return response?.ok ? ((await response.json()) as Judged) : nothing;
}

async function readMessage(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null && "message" in body && typeof body.message === "string"
    ? body.message
    : `the server answered ${response.status}`;
}

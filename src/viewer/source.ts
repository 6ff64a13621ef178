/** Where a page gets its run from. A live page and one that is opened from a file differ in this and in nothing else. */
import type {Command} from "../model/command.ts";
import type {Event} from "../model/event.ts";
import type {RunId} from "../model/runbook.ts";
import type {DeskState, ServedDocument, ServedRecord} from "../model/served.ts";

export interface RunSource {
  document(): Promise<ServedDocument | ServedRecord>;
  /** Tells of everything after `lastId` (`run/seq`), and goes on until it is called off. */
  follow(lastId: () => string | null, listener: Listener): () => void;
  readonly commands: Commands | null; // null: a record can be read, not run
  /** Where the whole output of a cell can be had; null where only the journal is at hand. */
  outputUrl(run: RunId, file: string): string | null;
  imageUrl(name: string, file: string): string | null;
}
export interface Listener {
  events(events: readonly Event[]): void;
  desk(state: DeskState): void;
  connection(state: Connection): void;
}
/** `over`: nothing more will come. */
export type Connection = "opening" | "open" | "lost" | "over";
export interface Commands {
  /** Null when it was taken, else the reason why not. */
  send(command: Command): Promise<string | null>;
}

/** A runbook on the server, with the run that people make of it. */
export function live(name: string): RunSource {
  const query = `runbook=${encodeURIComponent(name)}`;
  return {
    document: () => getJson<ServedDocument>(`/api/document?${query}`),
    follow: (lastId, listener) => followServer((after) => `/api/events?${query}${after}`, lastId, listener),
    commands: {send: (command) => postCommand(`/api/commands?${query}`, command)},
    outputUrl,
    imageUrl
  };
}

/** A run on the server that is opened to be read. */
export function recorded(id: string): RunSource {
  const address = `/api/runs/${encodeURIComponent(id)}`;
  return {
    document: () => getJson<ServedRecord>(address),
    follow: (lastId, listener) => followServer((after) => `${address}/events?${after}`, lastId, listener),
    commands: null,
    outputUrl,
    imageUrl: () => null
  };
}

/** A run that stands in the page itself. */
export function archived({document, events}: {document: ServedRecord; events: readonly Event[]}): RunSource {
  return {
    document: async () => document,
    follow(_lastId, listener) {
      listener.events(events);
      listener.connection("over");
      return () => {};
    },
    commands: null,
    outputUrl: () => null,
    imageUrl: () => null
  };
}

const outputUrl = (run: RunId, file: string): string => `/api/runs/${encodeURIComponent(run)}/outputs/${encodeURIComponent(file)}`;
const imageUrl = (name: string, file: string): string => `/api/image?runbook=${encodeURIComponent(name)}&file=${encodeURIComponent(file)}`;

const silenceMs = 40_000; // the server beats every 15 s
const retryMs = 1500;

function followServer(address: (after: string) => string, lastId: () => string | null, listener: Listener): () => void {
  let stream: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Event[] = [];
  const open = (): void => {
    const after = lastId();
    stream = new EventSource(address(after === null ? "" : `&after=${encodeURIComponent(after)}`));
    stream.onopen = () => {
      listener.connection("open");
      listen();
    };
    stream.onmessage = ({data}) => {
      listen();
      // One frame of the wire holds many events: they are folded together.
      if (waiting.push(JSON.parse(data) as Event) === 1) queueMicrotask(flush);
    };
    stream.addEventListener("desk", ({data}) => {
      flush();
      listener.desk(JSON.parse(data) as DeskState);
    });
    stream.addEventListener("beat", listen);
    stream.addEventListener("end", () => {
      flush();
      leave();
      listener.connection("over");
    });
    stream.onerror = again;
  };
  const flush = (): void => {
    const events = waiting;
    waiting = [];
    if (events.length > 0) listener.events(events);
  };
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(again, silenceMs);
  };
  // Opened anew instead of left to the browser, so that it resumes from what was folded and not from what was received.
  const again = (): void => {
    close();
    listener.connection("lost");
    timer = setTimeout(open, retryMs);
  };
  const close = (): void => {
    clearTimeout(timer);
    stream?.close();
    stream = null;
  };
  const leave = (): void => {
    window.removeEventListener("offline", again);
    close();
  };
  window.addEventListener("offline", again); // known before any byte is missed
  open();
  return leave;
}

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

async function readMessage(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null && "message" in body && typeof body.message === "string"
    ? body.message
    : `the server answered ${response.status}`;
}

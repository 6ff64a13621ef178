/** One connection to the server, opened again whenever it is lost. It runs in a page, and in the worker that the tabs share. */
export interface Stream {
  /** Opens it anew, from what `address` gives now. */
  again(): void;
  close(): void;
}
export interface Heard {
  events(events: readonly string[], run: string): void; // as JSON
  desk(state: string): void;
  connection(state: "open" | "lost"): void;
  end(): void; // nothing more will come
}

const silenceMs = 12_000; // the server beats every 5 s
const retryMs = 1500;

export function openStream(address: () => string, heard: Heard): Stream {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: string[] = [];
  let run = "";
  const open = (): void => {
    source = new EventSource(address());
    source.onopen = () => {
      listen();
      heard.connection("open");
    };
    source.onmessage = ({data, lastEventId}) => {
      listen();
      const of = lastEventId.slice(0, lastEventId.lastIndexOf("/"));
      if (of !== run) flush();
      run = of;
      // One frame of the wire holds many events. Each is a turn of its own to the browser, but they are handed on together.
      if (waiting.push(data as string) === 1) setTimeout(flush);
    };
    source.addEventListener("desk", ({data}) => {
      flush();
      heard.desk(data as string);
    });
    source.addEventListener("beat", listen);
    source.addEventListener("end", () => {
      flush();
      close();
      heard.end();
    });
    source.onerror = lose;
  };
  const flush = (): void => {
    const events = waiting;
    waiting = [];
    if (events.length > 0) heard.events(events, run);
  };
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(lose, silenceMs);
  };
  // Opened anew instead of left to the browser, so that it resumes from what was folded and not from what was received.
  const lose = (): void => {
    close();
    timer = setTimeout(open, retryMs);
    heard.connection("lost");
  };
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
    waiting = [];
  };
  open();
  return {
    again() {
      close();
      open();
    },
    close
  };
}

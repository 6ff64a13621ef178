/** Somebody who came in by the server's link and hears of every event of the runbook `a.md`. */
export interface Visit {
  send(command: object): Promise<void>;
  /** Everything that was heard, once something was. */
  until(heard: RegExp): Promise<string>;
  leave(): void;
}

export async function visit(url: string): Promise<Visit> {
  const entered = await fetch(url, {redirect: "manual"});
  const headers = {
    cookie: entered.headers.get("set-cookie")!.split(";")[0]!,
    origin: new URL(url).origin,
    "content-type": "application/json"
  };
  const gone = new AbortController();
  const response = await fetch(new URL("/api/events?runbook=a.md", url), {headers, signal: gone.signal});
  let frames = "";
  void (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) frames += chunk;
  })().catch(() => {});
  return {
    async send(command) {
      const {status} = await fetch(new URL("/api/commands?runbook=a.md", url), {method: "POST", headers, body: JSON.stringify(command)});
      if (status !== 202) throw new Error(`the command was answered with ${status}`);
    },
    async until(heard) {
      for (const end = Date.now() + 30_000; !heard.test(frames); ) {
        if (Date.now() > end) throw new Error(`never heard ${heard}; last: ${frames.slice(-500)}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return frames;
    },
    leave: () => gone.abort()
  };
}

import {connect} from "node:net";
import {afterEach, expect, test} from "vitest";

import type {Event} from "../../src/model/event.ts";
import {fold} from "../../src/model/run.ts";
import type {DeskState} from "../../src/model/served.ts";
import type {Stage} from "../viewer/stage.ts";
import {setStage} from "../viewer/stage.ts";
import {stands} from "./kitchen.ts";

let stage: Stage | undefined;
afterEach(() => stage?.end());

const book = "# A\n\n```bash {#count}\nfor i in 1 2 3 4 5 6; do echo line $i; sleep 0.1; done\n```\n\n```bash {#last}\necho done\n```\n";

test("events reach everybody who follows, each once and in order, and a reader that comes back misses none", async () => {
  stage = await setStage({"a.md": book}, {invite: ["grace"]});
  const ada = await follow(stage.serving.url, "a.md");
  const grace = await follow(stage.serving.inviteUrls.grace!, "a.md");
  await ada.until(({desk}) => desk?.present.length === 2);
  await send(stage.serving.url, "a.md", {type: "run", to: null, section: null});
  await grace.until(({events}) => events.some(({type}) => type === "output-written"));
  const cut = grace.events.at(-1)!;
  const lastId = grace.lastId;
  grace.leave();
  await ada.until(
    ({desk, events}) => desk?.following === null && events.some((event) => event.type === "cell-ended" && event.step === "last")
  );
  const again = await follow(stage.serving.inviteUrls.grace!, "a.md", lastId);
  await again.until(({events}) => events.at(-1)?.seq === ada.events.at(-1)!.seq);
  expect(ada.events.map(({seq}) => seq)).toEqual(ada.events.map((_, place) => place + 1));
  expect(again.events.find(({seq}) => seq === cut.seq + 1)).toBeDefined();
  const joined = fold([...grace.events, ...again.events]);
  expect(stands(joined, "last")).toBe("passed");
  expect(JSON.stringify(joined)).toBe(JSON.stringify(fold(ada.events)));
  ada.leave();
  again.leave();
});

test("a reader that takes nothing holds up nobody, and the server closes while people follow", async () => {
  stage = await setStage({
    "a.md": "# A\n\n```bash {#flood}\nfor i in $(seq 1 40); do head -c 1500 /dev/zero | tr '\\0' x; sleep 0.02; done\n```\n"
  });
  const {url} = stage.serving;
  const cookie = await enter(url);
  const {host, hostname, port} = new URL(url);
  const stalled = connect(Number(port), hostname);
  stalled.on("error", () => {});
  stalled.pause();
  for (let i = 0; i < 3; i++) stalled.write(`GET /api/events?runbook=a.md HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`);
  const reader = await follow(url, "a.md");
  await send(url, "a.md", {type: "run", to: null, section: null});
  await reader.until(({events}) => events.some(({type}) => type === "cell-ended"));
  const began = Date.now();
  await stage.end();
  stage = undefined;
  expect(Date.now() - began).toBeLessThan(5000);
  await reader.ended;
  stalled.destroy();
});

test("a run that is over is told from its journal, and then the end", async () => {
  stage = await setStage({"a.md": "# A\n\n```bash {#one}\necho one\n```\n"});
  const {url} = stage.serving;
  const live = await follow(url, "a.md");
  await send(url, "a.md", {type: "run", to: null, section: null});
  await live.until(({events}) => events.some(({type}) => type === "cell-ended"));
  await send(url, "a.md", {type: "finish"});
  await live.until(({events}) => events.at(-1)?.type === "run-ended");
  const {run} = live.desk!;
  live.leave();
  const record = await follow(url, null, null, `/api/runs/${run}/events`);
  await record.ended;
  expect(record.events).toEqual(live.events);
  expect(await readPast(url, `/api/runs/${run}/past`)).toEqual(live.events);
});

test("what has happened can be had in one piece, and following goes on behind it", async () => {
  stage = await setStage({"a.md": book});
  const {url} = stage.serving;
  expect(await readPast(url, "/api/past?runbook=a.md")).toEqual([]);
  const ada = await follow(url, "a.md");
  await send(url, "a.md", {type: "run", to: null, section: null});
  await ada.until(({events}) => events.some(({type}) => type === "output-written"));
  const past = await readPast(url, "/api/past?runbook=a.md");
  expect(past.length).toBeGreaterThan(0);
  const later = await follow(url, "a.md", `${ada.desk!.run}/${past.at(-1)!.seq}`);
  await ada.until(
    ({desk, events}) => desk?.following === null && events.some((event) => event.type === "cell-ended" && event.step === "last")
  );
  await later.until(({events}) => events.at(-1)?.seq === ada.events.at(-1)!.seq);
  expect(fold([...past, ...later.events])).toEqual(fold(ada.events));
  expect(past).toEqual(ada.events.slice(0, past.length));
  for (const path of ["/api/past?runbook=none.md", "/api/runs/00000000-0000-7000-8000-000000000000/past"])
    expect((await fetch(new URL(path, url), {headers: {cookie: await enter(url)}})).status).toBe(404);
  ada.leave();
  later.leave();
});

test("a port that is taken is said in words", async () => {
  stage = await setStage({"a.md": "# A\n"});
  const {port} = new URL(stage.serving.url);
  const {serve} = await import("../../src/server/index.ts");
  const again = serve({
    path: stage.folder,
    port: Number(port),
    runsDirectory: stage.runsDirectory,
    operator: "x",
    mode: "drill",
    kinds: [],
    environment: {}
  });
  await expect(again).rejects.toThrow(`port ${port} is taken`);
  await expect(
    serve({path: "/nowhere/at/all", runsDirectory: stage.runsDirectory, operator: "x", mode: "drill", kinds: [], environment: {}})
  ).rejects.toThrow('there is no file or folder "/nowhere/at/all"');
});

async function readPast(url: string, path: string): Promise<readonly Event[]> {
  const response = await fetch(new URL(path, url), {headers: {cookie: await enter(url)}});
  expect(response.headers.get("content-type")).toBe("application/json");
  return (await response.json()) as Event[];
}

interface Follower {
  readonly events: Event[];
  desk: DeskState | null;
  lastId: string | null;
  readonly ended: Promise<void>;
  until(holds: (follower: Follower) => boolean): Promise<void>;
  leave(): void;
}

async function follow(
  url: string,
  name: string | null,
  lastId: string | null = null,
  path = `/api/events?runbook=${name}`
): Promise<Follower> {
  const gone = new AbortController();
  const headers = {cookie: await enter(url), ...(lastId !== null && {"last-event-id": lastId})};
  const response = await fetch(new URL(path, url), {headers, signal: gone.signal});
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  let changed = (): void => {};
  const follower: Follower = {
    events: [],
    desk: null,
    lastId: null,
    ended: read(),
    async until(holds) {
      const end = Date.now() + 15_000;
      while (!holds(follower)) {
        if (Date.now() > end) throw new Error(`waited in vain; last: ${JSON.stringify(follower.events.at(-1))}`);
        await new Promise<void>((resolve) => {
          changed = resolve;
          setTimeout(resolve, 100);
        });
      }
    },
    leave: () => gone.abort()
  };
  return follower;

  async function read(): Promise<void> {
    let rest = "";
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        const frames = (rest + chunk).split("\n\n");
        rest = frames.pop()!;
        for (const frame of frames) take(frame);
        changed();
      }
    } catch {
      // it left, or the server did
    }
  }

  function take(frame: string): void {
    const field = (key: string): string | undefined => new RegExp(`^${key}: (.*)$`, "m").exec(frame)?.[1];
    const name = field("event");
    if (name === "desk") follower.desk = JSON.parse(field("data")!) as DeskState;
    if (name !== undefined || field("data") === undefined) return;
    follower.events.push(JSON.parse(field("data")!) as Event);
    follower.lastId = field("id")!;
  }
}

async function enter(url: string): Promise<string> {
  const response = await fetch(url, {redirect: "manual"});
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

async function send(url: string, name: string, command: object): Promise<void> {
  const {origin} = new URL(url);
  const headers = {cookie: await enter(url), origin, "content-type": "application/json"};
  const response = await fetch(new URL(`/api/commands?runbook=${name}`, url), {method: "POST", headers, body: JSON.stringify(command)});
  expect([response.status, await response.json()]).toEqual([202, {}]);
}

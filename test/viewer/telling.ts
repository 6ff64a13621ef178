/** A run that is told to a page as a list of facts, over the wire that the server speaks: any output, without executing anything. */
import type {ServerResponse} from "node:http";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";

import type {Event, Fact, Output} from "../../src/model/event.ts";
import {planRun} from "../../src/model/plan.ts";
import type {RunId, StepId} from "../../src/model/runbook.ts";
import {stampFact} from "../../src/model/wire.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {readAssets} from "../../src/server/assets.ts";
import {toGroups, toList} from "../../src/server/event-stream.ts";
import {safeHeaders} from "../../src/server/headers.ts";
import {readRunbook} from "../../src/server/library.ts";
import {began, ending, passed} from "../model/story.ts";

export interface Telling {
  readonly url: string;
  /** Tells what happened next, to whoever looks now and to whoever comes later. */
  tell(...facts: readonly Fact[]): void;
  close(): Promise<void>;
}

const run = "01900000-0000-7000-8000-000000000000" as RunId;

export async function tellRun(text: string, ...first: readonly Fact[]): Promise<Telling> {
  const path = "told.md";
  const {runbook, highlights} = await readRunbook(new TextEncoder().encode(text), {path, kinds, readFile: () => null});
  const assets = await readAssets();
  const events: Event[] = [];
  const followers = new Set<ServerResponse>();
  const tell = (...facts: readonly Fact[]): void => {
    const fresh = facts.map((fact, place): Event => {
      const seq = events.length + place + 1;
      return stampFact(fact, {seq, at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(), ms: seq * 1000});
    });
    events.push(...fresh);
    for (const follower of followers) follower.write(frames(fresh));
  };
  const {title, digest} = runbook;
  const plan = planRun(runbook);
  const by = {host: "vm", user: "ada", pid: 1, tools: {}};
  tell(
    {
      type: "run-started",
      v: 1,
      run,
      runbook: {path, title, revision: null, digest, git: null},
      files: {},
      includes: {},
      directory: "/",
      mode: "drill",
      operator: "ada",
      by,
      plan
    },
    ...first
  );
  const server = createServer((request, response) => {
    const {pathname} = new URL(request.url ?? "/", "http://told");
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
    if (pathname === `/api/runs/${run}`) {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({id: run, name: path, runbook, highlights, you: "ada", live: true, here: false, damage: null}));
    } else if (pathname === `/api/runs/${run}/past`) {
      response.end([...toList(toGroups(events))].join(""));
    } else if (pathname === `/api/runs/${run}/events`) {
      const after = Number(new URL(request.url ?? "/", "http://told").searchParams.get("after")?.split("/")[1]) || 0;
      response.writeHead(200, {"Content-Type": "text/event-stream"});
      response.write(`: hello\n\n${frames(events.slice(after))}`);
      followers.add(response);
      response.on("close", () => followers.delete(response));
    } else {
      const asset = assets.get(pathname.startsWith("/run/") ? "/index.html" : pathname);
      response.writeHead(asset ? 200 : 404, {"Content-Type": asset?.type ?? "text/plain"}).end(asset?.bytes ?? "nothing");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/run/${run}`,
    tell,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  };
}

const frames = (events: readonly Event[]): string =>
  events.map((event) => `id: ${run}/${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join("");

/** A cell that brought these outputs and passed. */
export const ran = (step: string, ...outputs: readonly Output[]): readonly Fact[] => [
  began(step),
  ...outputs.map((output) => wrote(step, output)),
  passed(step)
];
export const wrote = (step: string, output: Output, attempt = 1): Fact => ({type: "output-written", step: step as StepId, attempt, output});
export const text = (text: string, stream: "stdout" | "stderr" = "stdout"): Output => ({type: "text", stream, text});
export const table = (
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  total = rows.length,
  statement = 1
): Output => ({
  type: "table",
  statement,
  line: 1,
  columns: columns.map((one) => ({name: one.split(":")[0]!, type: one.split(":")[1] ?? "text"})),
  rows,
  total
});
export const broke = (step: string, message: string, line: number, column: number): Fact => ({
  type: "cell-ended",
  step: step as StepId,
  attempt: 1,
  outcome: {type: "failed", message, place: {line, column}},
  ending: {...ending, sqlstate: "42703"}
});

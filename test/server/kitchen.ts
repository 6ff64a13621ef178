/** A server's parts over a folder of runbooks, for tests that need no socket. */
import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";

import type {Command} from "../../src/model/command.ts";
import type {Mode} from "../../src/model/event.ts";
import type {Run} from "../../src/model/run.ts";
import {stepRun} from "../../src/model/run.ts";
import type {SectionId, StepId} from "../../src/model/runbook.ts";
import type {Standing} from "../../src/model/standing.ts";
import {standing} from "../../src/model/standing.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {perform} from "../../src/runtime/perform.ts";
import type {Access} from "../../src/server/access.ts";
import {createAccess} from "../../src/server/access.ts";
import type {App} from "../../src/server/app.ts";
import {createApp} from "../../src/server/app.ts";
import type {Desk} from "../../src/server/desk.ts";
import {createDesks} from "../../src/server/desks.ts";
import {openLibrary} from "../../src/server/library.ts";
import {openRecords} from "../../src/server/records.ts";

export interface Kitchen {
  readonly root: string;
  readonly folder: string;
  readonly runsDirectory: string;
  readonly access: Access;
  readonly app: App;
  desk(name: string): Promise<Desk>;
  /** A request of the operator's own page. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  command(name: string, command: Command): Promise<Response>;
  /** Ends the server, and keeps its folder. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function openKitchen(
  files: Readonly<Record<string, string>>,
  {mode = "drill" as Mode, beside = null as Kitchen | null} = {}
): Promise<Kitchen> {
  const root = beside?.root ?? (await mkdtemp(join(tmpdir(), "runbook-server-")));
  const folder = join(root, "runbooks");
  const runsDirectory = join(root, "runs");
  await mkdir(folder, {recursive: true});
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), text);
  }
  const library = await openLibrary(folder, kinds);
  const environment = {PATH: process.env.PATH ?? "", HOME: root, LANG: "C.UTF-8"};
  const desks = createDesks(library, {runsDirectory, mode, kinds, environment, perform});
  const access = createAccess({operator: "ada", invite: ["grace"], host: "127.0.0.1", port: 4000, hosts: ["127.0.0.1", "localhost"]});
  const page = {bytes: new TextEncoder().encode("<!doctype html>"), type: "text/html"};
  const app = createApp({access, assets: new Map([["/index.html", page]]), library, desks, records: openRecords({runsDirectory, kinds})});
  const cookie = `runbook-4000=${new URL(access.links[0]!.url).searchParams.get("token")}`;
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.fetch(new Request(`http://127.0.0.1:4000${path}`, {...init, headers: {host: "127.0.0.1:4000", cookie, ...init.headers}}));
  return {
    root,
    folder,
    runsDirectory,
    access,
    app,
    ask,
    async desk(name) {
      const desk = await desks.find(name);
      if (!desk) throw new Error(`no runbook ${name}`);
      return desk;
    },
    command: (name, command) =>
      ask(`/api/commands?runbook=${encodeURIComponent(name)}`, {
        method: "POST",
        headers: {"content-type": "application/json", origin: "http://127.0.0.1:4000"},
        body: JSON.stringify(command)
      }),
    stop: () => desks.close(),
    async close() {
      await desks.close();
      await rm(root, {recursive: true, force: true});
    }
  };
}

export const step = (id: string): StepId => id as StepId;
export const section = (id: string): SectionId => id as SectionId;
export const stands = (run: Run, id: string): Standing => standing(stepRun(run, step(id)));

/** Waits until something holds; fails with what was there instead. */
export async function until(holds: () => boolean, what: () => unknown = () => "it never did"): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify(what())}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

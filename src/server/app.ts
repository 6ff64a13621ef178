/** What the server answers to which address. It can be asked without a socket: `app.fetch(new Request(…))`. */
import {createReadStream} from "node:fs";
import {readFile} from "node:fs/promises";
import {extname} from "node:path";
import {Readable} from "node:stream";

import type {HttpBindings} from "@hono/node-server";
import {RESPONSE_ALREADY_SENT} from "@hono/node-server/utils/response";
import type {Context} from "hono";
import {Hono} from "hono";

import type {RunId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Access} from "./access.ts";
import type {Asset} from "./assets.ts";
import {imageTypes} from "./assets.ts";
import type {Desks} from "./desks.ts";
import {streamEvents, toGroups, toList} from "./event-stream.ts";
import {findInOutput} from "./find-in-output.ts";
import {safeHeaders} from "./headers.ts";
import {readHome} from "./home.ts";
import {judgeInput} from "./judge-input.ts";
import type {Library} from "./library.ts";
import {openLine} from "./line.ts";
import {CommandError, readCommand, readSaidOf} from "./read-command.ts";
import type {Records} from "./records.ts";

interface Env {
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: {person: string};
}
export interface AppParts {
  readonly access: Access;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly library: Library;
  readonly desks: Desks;
  readonly records: Records;
}
export type App = Hono<Env>;

const longestBody = 256 * 1024;
const longestPart = 1024 ** 2; // of an output that is read as it goes on

export function createApp({access, assets, library, desks, records}: AppParts): App {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(safeHeaders)) context.header(name, value);
    const admission = access.admit(context.req.raw);
    if (admission.type === "refused") return refuse(context, admission.status, admission.message);
    if (admission.type === "entered") {
      context.header("Set-Cookie", admission.cookie);
      return context.redirect(admission.location, 303);
    }
    context.set("person", admission.name);
    await next();
    return undefined;
  });
  app.onError((error, context) => {
    for (const [name, value] of Object.entries(safeHeaders)) context.header(name, value);
    return refuse(context, error instanceof CommandError || error instanceof UsageError ? 400 : 500, error.message);
  });
  app.notFound((context) => refuse(context, 404, `there is nothing at "${context.req.path}"`));

  app.get("/api/home", async (context) => context.json(await readHome({library, desks, records, you: context.get("person")})));
  app.get("/api/document", async (context) => {
    const name = context.req.query("runbook") ?? "";
    const desk = await desks.find(name);
    if (desk === null) return unknownRunbook(context, name);
    const {runbook, highlights, directory} = await desk.refresh();
    const lastMs = await records.lastDurations({name, directory}, desk.run.start?.run ?? null);
    return context.json({name, runbook, highlights, you: context.get("person"), lastMs});
  });
  app.get("/api/events", async (context) => {
    const names = context.req.queries("runbook") ?? [];
    const found = await Promise.all(names.map((name) => desks.find(name)));
    const missing = found.indexOf(null);
    if (names.length === 0 || missing !== -1) return unknownRunbook(context, names[missing] ?? "");
    const outgoing = context.env?.outgoing;
    if (!outgoing) return refuse(context, 426, "events need a connection that stays open");
    for (const [header, value] of Object.entries(safeHeaders)) outgoing.setHeader(header, value);
    const line = openLine(outgoing, context.get("person"));
    const after = context.req.queries("after") ?? []; // one for each runbook, in their order
    const lastId = context.req.header("last-event-id");
    for (const [place, desk] of found.entries()) desk!.broadcast.follow(line, lastId ?? after[place] ?? null);
    return RESPONSE_ALREADY_SENT;
  });
  app.get("/api/past", async (context) => {
    const name = context.req.query("runbook") ?? "";
    const desk = await desks.find(name);
    return desk === null ? unknownRunbook(context, name) : list(desk.broadcast.past());
  });
  app.post("/api/commands", async (context) => {
    const name = context.req.query("runbook") ?? "";
    const desk = await desks.find(name);
    if (desk === null) return unknownRunbook(context, name);
    const reason = await desk.command(readCommand(await readBody(context)), context.get("person"));
    return reason === null ? context.json({}, 202) : refuse(context, 409, reason);
  });
  app.post("/api/inputs", async (context) => {
    const name = context.req.query("runbook") ?? "";
    const desk = await desks.find(name);
    return desk === null ? unknownRunbook(context, name) : context.json(await judgeInput(desk.document, await readBody(context)));
  });
  app.get("/api/image", async (context) => {
    const path = await library.locate(context.req.query("runbook") ?? "", context.req.query("file") ?? "");
    const type = path === null ? undefined : imageTypes[extname(path).toLowerCase()];
    if (path === null || type === undefined) return refuse(context, 404, "there is no such image beside the runbook");
    return context.body(new Uint8Array(await readFile(path)), 200, {
      "Content-Type": type,
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    });
  });
  app.get("/api/compare/:first/:second", async (context) => {
    const found = await records.compare(context.req.param("first"), context.req.param("second"));
    return found === null ? unknownRun(context) : context.json(found);
  });
  app.get("/api/runs/:id", async (context) => {
    const record = await records.open(context.req.param("id"), {name: context.get("person"), here: (id) => desks.holds(id)});
    return record === null ? unknownRun(context) : context.json(record);
  });
  app.get("/api/runs/:id/past", async (context) => {
    const events = await records.past(context.req.param("id"));
    return events === null ? unknownRun(context) : list(toGroups(events));
  });
  app.get("/api/runs/:id/events", async (context) => {
    const id = context.req.param("id");
    const after = Number((context.req.header("last-event-id") ?? context.req.query("after") ?? "").split("/")[1]) || 0;
    const gone = new AbortController();
    const events = await records.follow(id, {after, signal: gone.signal});
    if (events === null) return unknownRun(context);
    const headers = {...safeHeaders, "Content-Type": "text/event-stream; charset=utf-8"};
    return new Response(
      streamEvents(id as RunId, events, () => gone.abort()),
      {headers}
    );
  });
  app.post("/api/runs/:id/closing", async (context) => {
    const id = context.req.param("id");
    const said = readSaidOf(await readBody(context));
    const event = await records.say(id, {type: "closing-answered", ...said, by: context.get("person"), via: "page"});
    if (event === null) return unknownRun(context);
    desks.hear(id as RunId, event);
    return context.json(event, 201);
  });
  app.get("/api/runs/:id/outputs/:file", async (context) => {
    const file = context.req.param("file");
    const output = await records.output(context.req.param("id"), file);
    if (output === null) return refuse(context, 404, `this run has no output "${file}"`);
    const sought = context.req.query("find") ?? "";
    if (sought !== "") return context.json(await findInOutput(output.path, sought, {signal: context.req.raw.signal}));
    const [tail, from] = [Number(context.req.query("tail")), Number(context.req.query("from"))];
    const start = tail > 0 ? Math.max(0, output.bytes - tail) : from > 0 ? Math.min(from, output.bytes) : 0;
    const end = from > 0 ? Math.min(output.bytes, start + longestPart) : output.bytes;
    const stream = Readable.toWeb(createReadStream(output.path, {start, end: Math.max(start, end - 1)})) as ReadableStream;
    const disposition: Record<string, string> =
      tail > 0 || from > 0 ? {} : {"Content-Disposition": `attachment; filename="${file.replaceAll('"', "")}.txt"`};
    return new Response(end === start ? "" : stream, {
      headers: {...safeHeaders, "Content-Type": "text/plain; charset=utf-8", "X-Total-Bytes": String(output.bytes), ...disposition}
    });
  });

  app.get("*", (context) => {
    const {path} = context.req;
    const isPage = path === "/" || path.startsWith("/runbook/") || path.startsWith("/run/") || path.startsWith("/compare/");
    const asset = assets.get(isPage ? "/index.html" : path);
    return asset ? context.body(asset.bytes, 200, {"Content-Type": asset.type}) : context.notFound();
  });
  return app;
}

async function readBody(context: Context<Env>): Promise<unknown> {
  if (!/^application\/json\b/.test(context.req.header("content-type") ?? ""))
    throw new CommandError("a command must come as application/json");
  if (Number(context.req.header("content-length") ?? 0) > longestBody) throw new CommandError(`a command may be ${longestBody} bytes long`);
  const text = await context.req.text();
  if (text.length > longestBody) throw new CommandError(`a command may be ${longestBody} bytes long`);
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError("a command must be JSON");
  }
}

/** One JSON text a line, at the pace of the reader. */
const list = (groups: Iterable<string>): Response =>
  new Response(Readable.toWeb(Readable.from(toList(groups), {highWaterMark: 1})) as ReadableStream, {
    headers: {...safeHeaders, "Content-Type": "application/json"}
  });

const unknownRunbook = (context: Context<Env>, name: string): Response => refuse(context, 404, `there is no runbook "${name}" here`);
const unknownRun = (context: Context<Env>): Response => refuse(context, 404, "there is no such run here");

function refuse(context: Context<Env>, status: 400 | 401 | 403 | 404 | 409 | 421 | 426 | 500, message: string): Response {
  const wantsPage = context.req.header("sec-fetch-dest") === "document" || (context.req.header("accept") ?? "").startsWith("text/html");
  return wantsPage ? context.text(`${message}\n`, status) : context.json({message}, status);
}

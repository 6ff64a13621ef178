/** What a bag of a run holds, and where it comes from. */
import {existsSync, lstatSync, readdirSync} from "node:fs";
import {basename, join} from "node:path";
import type {Material} from "../evidence/material.ts";
import type {Format} from "../evidence/views.ts";
import {formats, views} from "../evidence/views.ts";
import type {DocumentChanged, RunStarted} from "../model/event.ts";
import {UsageError} from "../model/usage-error.ts";
import {storedPath} from "../runtime/run-folder.ts";
import {bagPath, isSafePath} from "./manifest.ts";

/** A file of the payload: its bytes, or the file of the run folder that has them. */
export type Part = {readonly path: string} & ({readonly bytes: Uint8Array} | {readonly file: string});

const names: Readonly<Record<Format, string>> = {
  json: "drill.json",
  md: "notebook.md",
  html: "notebook.html",
  ipynb: "notebook.ipynb",
  junit: "junit.xml"
};
export const environmentPath = "data/environment.json";
export const viewPath = (format: Format): string => `data/${names[format]}`;

/** The payload of the bag of a run folder, sorted by path. */
export function planPayload(material: Material, folder: string): readonly Part[] {
  return [...planRecord(material, folder), ...planViews(material)].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What the run left, as it left it. Whatever else lies in its folder is no part of it: locks, states of shells. */
function planRecord({events}: Material, folder: string): readonly Part[] {
  const documents = events.flatMap((event): readonly {event: RunStarted | DocumentChanged; inside: string}[] =>
    event.type === "run-started" ? [{event, inside: ""}] : event.type === "document-changed" ? [{event, inside: event.folder}] : []
  );
  const outputs = existsSync(join(folder, "outputs")) ? readdirSync(join(folder, "outputs")) : [];
  const paths: (readonly [path: string, file: string])[] = [
    ["journal.ndjson", "journal.ndjson"],
    ...documents.flatMap(({event, inside}) => planDocument(event, inside)),
    ...outputs.map((name) => [join("outputs", bagPath(name)), join("outputs", name)] as const)
  ];
  return paths.map(([path, file]) => {
    if (!isSafePath(path) || !isSafePath(file))
      throw new UsageError(`the journal names a file that is none of a run folder: ${JSON.stringify(file)}`);
    if (!lstatSync(join(folder, file), {throwIfNoEntry: false})?.isFile())
      throw new UsageError(`the run folder ${folder} is not whole: ${file} is missing, or no plain file`);
    return {path: `data/${path}`, file: join(folder, file)};
  });
}

const planDocument = ({files, includes}: RunStarted | DocumentChanged, inside: string): readonly (readonly [string, string])[] => [
  [join(inside, "runbook.md"), join(inside, "runbook.md")],
  ...Object.keys(files).map((name) => [join(inside, "files", bagPath(name)), join(inside, "files", storedPath(name))] as const),
  ...Object.keys(includes).map((name) => [join(inside, "includes", bagPath(name)), join(inside, "includes", storedPath(name))] as const)
];

/** What is made of it: always the same bytes. */
export function planViews(material: Material): readonly (Part & {readonly bytes: Uint8Array})[] {
  return [
    ...formats.map((format) => ({path: viewPath(format), bytes: Buffer.from(views[format](material))})),
    {path: environmentPath, bytes: Buffer.from(environmentText(material))}
  ];
}

/** Where the run took place: the part of the record that is about machines. */
function environmentText({events}: Material): string {
  const runners = events.flatMap((event) =>
    event.type === "run-started" || event.type === "run-resumed" ? [{at: event.at, operator: event.operator, ...event.by}] : []
  );
  const servers = events.flatMap((event) =>
    event.type === "connection-opened" ? [{at: event.at, connection: event.connection, session: event.session, ...event.server}] : []
  );
  return `${JSON.stringify({runners, servers}, null, 2)}\n`;
}

/** `<date>-<runbook>-<short id>`: the day it began in UTC, and the end of its id, which chance made. */
export function bagName({run: {start, startedAt}}: Material): string {
  const book = basename(start!.runbook.path)
    .replace(/\.[^.]*$/, "")
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return [startedAt!.slice(0, 10), book === "" ? "runbook" : book, start!.run.slice(-8)].join("-");
}

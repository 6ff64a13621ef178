/**
 * The page that stands alone: the viewer with the record in one file. It asks nobody for anything, its own script is the only one
 * that its policy lets run, and what it says can be read where no script runs at all.
 */
import {createHash} from "node:crypto";
import type {RunId} from "../model/runbook.ts";
import type {ArchivedOutput, ArchivedRun} from "../model/served.ts";
import {compress} from "./compress.ts";
import {escapeHtml} from "./html-table.ts";
import type {KeptOutput, Material, View} from "./material.ts";
import {toInline} from "./page-program.ts";
import {toStaticPage} from "./static-page.ts";

/** A shorter record stands in the page as it is, and can be searched with any tool. */
const longestPlain = 1024 * 1024;

export const toHtml: View = (material) => {
  const {script, style} = toInline(material.page);
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const {runbook, run} = material;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(runbook.title)}: ${escapeHtml(run.startedAt?.slice(0, 10) ?? "not started")}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    toStaticPage(material),
    recordScript(material),
    `<script type="module">${script}</script>`,
    "</body>",
    "</html>",
    ""
  ].join("\n");
};

function recordScript(material: Material): string {
  const parts = recordParts(material);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= longestPlain) return `<script id="record" type="application/json">${parts.join("").replaceAll("<", "\\u003c")}</script>`;
  return `<script id="record" type="application/gzip">${compress(parts)}</script>`;
}

/** JSON in parts, so that a long record is never one text. */
function recordParts({runbook, run, events, live, journal, outputs, page}: Material): readonly string[] {
  const archived: ArchivedRun = {
    document: {
      id: run.start?.run ?? ("" as RunId),
      name: runbook.path,
      runbook,
      highlights: page.highlights,
      you: "",
      live,
      here: false,
      damage: journal.damage
    },
    outputs: Object.fromEntries([...outputs].map(([name, kept]) => [name, toArchived(kept)])),
    events: []
  };
  const empty = JSON.stringify(archived); // ends with ,"events":[]}
  return [empty.slice(0, -2), ...events.map((event, place) => `${place === 0 ? "" : ","}${JSON.stringify(event)}`), "]}"];
}

/** Bytes that are no text are kept as they are. */
function toArchived({head, bytes}: KeptOutput): ArchivedOutput {
  try {
    return {bytes, text: new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(head, {stream: head.length < bytes})};
  } catch {
    return {bytes, base64: Buffer.from(head).toString("base64")};
  }
}

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

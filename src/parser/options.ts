import type {AnyKind} from "../model/kind.ts";
import {choices} from "../model/nearest.ts";
import type {CellOptions, Span} from "../model/runbook.ts";
import type {Attributes} from "./attributes.ts";
import {type Document, readerOf} from "./document.ts";
import type {Reader} from "./reader.ts";

export const DEFAULT_TIMEOUT_MS = 30 * 60_000;
const DEFAULT_EVERY_MS = 2000;

export interface ReadOptions {
  readonly id: string | null;
  readonly options: CellOptions;
  readonly config: unknown;
  readonly prompt: string | null; // of a transcript
}

/** The options of a cell: those of every cell, and its kind's own. */
export function readOptions(document: Document, attributes: Attributes, kind: AnyKind, transcript: boolean, span: Span): ReadOptions {
  const reader = readerOf(document, attributes);
  const id = reader.id();
  const options = readCommon(document, reader, kind);
  const prompt = transcript ? reader.text("prompt") : null;
  const own: Record<string, string> = {};
  for (const name of kind.options) {
    const found = reader.find(name);
    if (found) own[name] = found.value ?? "";
  }
  const config: unknown = kind.read(own, (message) =>
    document.report.add("cell-option", message, attributes.list.length > 0 ? attributes.span : span)
  );
  reader.finish("option", "cell-option");
  return {id, options, config, prompt};
}

function readCommon(document: Document, reader: Reader, kind: AnyKind): CellOptions {
  const {report} = document;
  const timeout = reader.duration("timeout", {none: true});
  const withinMs = asMs(reader.duration("within"));
  const everyMs = asMs(reader.duration("every"));
  const retries = reader.count("retries");
  const confirm = reader.find("confirm");
  const phrase = confirm?.value ?? null;
  const destructive = reader.text("destructive");
  const safe = reader.text("safe");
  const ready = reader.pattern("ready");
  const background = reader.flag("background");
  const tty = reader.flag("tty");
  const session = reader.text("session") ?? "main";
  const output = reader.oneOf("output", ["none"]);
  const against = (name: string, message: string) => report.add("cell-option", message, reader.find(name)!.span);

  if (everyMs !== null && withinMs === null && retries === null)
    against("every", '"every" needs "within" or "retries": until when is it tried again?');
  if (withinMs !== null && everyMs !== null && everyMs > withinMs) against("every", '"every" is longer than "within"');
  if (confirm !== null && phrase?.trim() === "")
    reader.refuse(confirm, '"confirm" stands alone, or has the phrase to type: confirm="phrase"');
  if (destructive !== null && safe !== null) against("safe", 'a cell is either "destructive" or "safe"');
  if (background && ready === null) against("background", '"background" needs "ready": when may the next cell start?');
  if (tty && ready !== null) against("tty", 'a cell with "tty" ends when its program does; it cannot be "ready" before');
  if (!/^[A-Za-z0-9][\w-]*$/.test(session))
    reader.refuse(reader.find("session")!, `session "${session}" must be letters, digits, "_" and "-"`);

  return {
    timeoutMs: timeout === "none" ? null : (timeout ?? document.timeoutMs),
    withinMs,
    everyMs: everyMs ?? DEFAULT_EVERY_MS,
    retries,
    continueOnError: reader.flag("continue-on-error"),
    when: reader.expression("when", "when"),
    confirm: confirm !== null,
    phrase,
    destructive,
    safe,
    session,
    ready,
    background,
    keep: reader.flag("keep"),
    tty,
    recordOutput: output !== "none",
    on: readTarget(document, reader, kind)
  };
}

function readTarget({settings, report}: Document, reader: Reader, {targets, name}: AnyKind): string | null {
  const on = reader.text("on");
  if (on === null) return null;
  const known = Object.keys(targets === "hosts" ? settings.hosts : settings.connections);
  if (known.includes(on) || on === (targets === "hosts" ? "local" : "default")) return on;
  const other = Object.keys(targets === "hosts" ? settings.connections : settings.hosts).includes(on);
  const noun = targets === "hosts" ? "host" : "connection";
  const more = other
    ? `; "${on}" is a ${targets === "hosts" ? "connection" : "host"}, and a ${name} cell runs on a ${noun}`
    : choices(on, known);
  report.add("cell-target", `the frontmatter has no ${noun} "${on}"${more}`, reader.find("on")!.span);
  return null;
}

const asMs = (duration: number | "none" | null): number | null => (duration === "none" ? null : duration);

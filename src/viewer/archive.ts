/** The record that stands in a page: as JSON where it is short, else as gzip in base64, which the browser itself unpacks. */
import type {RunId} from "../model/runbook.ts";
import type {ArchivedOutput, ArchivedRun} from "../model/served.ts";
import type {RunSource} from "./source.ts";

export async function readArchive(script: HTMLScriptElement): Promise<ArchivedRun> {
  const text = script.textContent;
  if (script.type === "application/json") return JSON.parse(text) as ArchivedRun;
  script.remove(); // it is not needed twice
  const unpacked = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(unpacked).json()) as ArchivedRun;
}

export function archived({document, events, outputs}: ArchivedRun): RunSource {
  const urls = new Map<string, string>();
  return {
    document: async () => document,
    past: async () => events,
    follow(_lastId, listener) {
      listener.connection("over");
      return () => {};
    },
    commands: null,
    say: null,
    isAlone: true,
    readRest: async (_run, file, from) => {
      const kept = outputs[file];
      if (kept === undefined) return null;
      const bytes = bytesOf(kept);
      return {text: new TextDecoder().decode(bytes.subarray(from)), from, to: bytes.length};
    },
    readBytes: async (_run, file, from) => {
      const kept = outputs[file];
      return kept === undefined ? null : bytesOf(kept).subarray(from);
    },
    outputUrl(_run: RunId, file: string) {
      const kept = outputs[file];
      if (kept === undefined) return null;
      const url = urls.get(file) ?? URL.createObjectURL(new Blob([bytesOf(kept)], {type: "text/plain"}));
      urls.set(file, url);
      return url;
    },
    imageUrl: () => null
  };
}

/** Newer browsers do this themselves, and much faster. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as {fromBase64?: (text: string) => Uint8Array<ArrayBuffer>}).fromBase64;
  return native ? native.call(Uint8Array, text) : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function bytesOf(kept: ArchivedOutput): Uint8Array<ArrayBuffer> {
  return "text" in kept ? new TextEncoder().encode(kept.text) : fromBase64(kept.base64);
}

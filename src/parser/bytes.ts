import type {Problem, Span} from "../model/runbook.ts";
import {Report, Source} from "./source.ts";

export const LARGEST = 4 * 1024 * 1024;

/** The text of a file, or why it is not parsed at all. */
export function readBytes(bytes: Uint8Array, path: string): {readonly source: Source; readonly problem: Problem | null} {
  const report = new Report(path);
  const nothing = new Source(path, "");
  const refuse = (rule: "too-large" | "not-utf-8" | "nul-byte" | "empty", message: string, span: Span) => {
    report.add(rule, message, span);
    return {source: nothing, problem: report.problems[0]!};
  };
  const top: Span = {line: 1, column: 1, endLine: 1, endColumn: 1};

  if (bytes.length > LARGEST)
    return refuse("too-large", "the file is larger than the 4 MiB that a runbook may have; split it, and include the parts", top);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return refuse("not-utf-8", "the file looks like UTF-16; save it as UTF-8", top);
  const wrong = invalidAt(bytes);
  if (wrong !== null)
    return refuse(
      "not-utf-8",
      `byte 0x${bytes[wrong]!.toString(16).padStart(2, "0")} is not valid UTF-8; save the file as UTF-8`,
      placeOf(bytes, wrong)
    );
  const nul = bytes.indexOf(0);
  if (nul >= 0) return refuse("nul-byte", "the file holds a NUL; is it text?", placeOf(bytes, nul));

  const text = new TextDecoder("utf-8").decode(bytes).replace(/\r\n?/g, "\n");
  if (text.trim() === "") return refuse("empty", "the file is empty; a runbook starts with a heading, such as # Restore the database", top);
  return {source: new Source(path, text), problem: null};
}

/** The offset of the first byte that is not UTF-8; null if all are. */
function invalidAt(bytes: Uint8Array): number | null {
  try {
    new TextDecoder("utf-8", {fatal: true}).decode(bytes);
    return null;
  } catch {
    // Halve: the longest prefix that is valid up to an unfinished character at its end.
    let [good, bad] = [0, bytes.length];
    while (good < bad) {
      const middle = (good + bad + 1) >> 1;
      if (isPrefix(bytes.subarray(0, middle))) good = middle;
      else bad = middle - 1;
    }
    return startOf(bytes, Math.min(good, bytes.length - 1));
  }
}

/** A character cut short is at fault, not the byte that came instead of its rest. */
function startOf(bytes: Uint8Array, at: number): number {
  for (let back = 1; back <= 3 && at - back >= 0 && bytes[at - back]! >= 0x80; back++) {
    const lead = bytes[at - back]!;
    if (lead >= 0xc0) return (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2) > back ? at - back : at;
  }
  return at;
}

function isPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", {fatal: true}).decode(bytes, {stream: true});
    return true;
  } catch {
    return false;
  }
}

function placeOf(bytes: Uint8Array, offset: number): Span {
  const before = new TextDecoder("utf-8").decode(bytes.subarray(0, offset)).replace(/\r\n?/g, "\n");
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  return {line, column, endLine: line, endColumn: column + 1};
}

/** What the record holds of an attempt that its runner did not see the end of: read from the journal and the files of `outputs/`. */
import {createHash, type Hash} from "node:crypto";
import {createReadStream} from "node:fs";
import {join} from "node:path";
import type {Stream} from "../model/event.ts";
import type {Attempt} from "../model/run.ts";

export type EarlierOutput = Readonly<Record<Stream, EarlierStream>>;
export interface EarlierStream {
  readonly hash: Hash; // of all of it, to be gone on with
  readonly bytes: number;
  readonly head: Uint8Array[]; // what the journal holds, while there is no file
  readonly inJournal: number;
  readonly inFile: number; // how far the file reaches that holds the whole stream; 0: there is none
  readonly redactions: number;
}

export async function readEarlierOutput(attempt: Attempt, folder: string): Promise<EarlierOutput> {
  return {stdout: await readStream(attempt, "stdout", folder), stderr: await readStream(attempt, "stderr", folder)};
}

const mark = Buffer.from("[redacted:");

async function readStream({outputs}: Attempt, stream: Stream, folder: string): Promise<EarlierStream> {
  const hash = createHash("sha256");
  let bytes = 0;
  let redactions = 0;
  let tail: Buffer = Buffer.alloc(0);
  const take = (part: Buffer): void => {
    hash.update(part);
    bytes += part.length;
    const text = Buffer.concat([tail, part]);
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) redactions++;
    tail = text.subarray(Math.max(0, text.length - mark.length + 1));
  };
  const ours = outputs.toArray().flatMap((output) => ("stream" in output && output.stream === stream ? [output] : []));
  const parts = ours.flatMap((output) =>
    output.type === "text" ? [Buffer.from(output.text)] : output.type === "base64" ? [Buffer.from(output.base64, "base64")] : []
  );
  const inJournal = parts.reduce((sum, {length}) => sum + length, 0);
  const file = ours.findLast((output) => output.type === "overflowed");
  if (file?.type === "overflowed") {
    const read = createReadStream(join(folder, "outputs", file.file), {end: file.bytes - 1});
    for await (const part of read) take(part as Buffer);
    return {hash, bytes, head: [], inJournal, inFile: file.bytes, redactions};
  }
  for (const part of parts) take(part);
  return {hash, bytes, head: parts, inJournal, inFile: 0, redactions};
}

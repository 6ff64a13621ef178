/** What one attempt prints, on its way to the journal, to the files of `outputs/` and, as it was printed, to the expressions. */
import {createHash} from "node:crypto";
import {rmSync} from "node:fs";
import {join} from "node:path";
import type {Output, Stream, StreamTotal} from "../model/event.ts";
import type {Emit, RawOutput} from "../model/kind.ts";
import type {StepId} from "../model/runbook.ts";
import type {EarlierOutput} from "./earlier-output.ts";
import type {Journal} from "./journal.ts";
import type {OutputFile} from "./output-file.ts";
import {openOutputFile} from "./output-file.ts";
import type {RedactedStream, Redactor} from "./redact.ts";
import {redactOutput} from "./redact-fact.ts";
import {readText} from "./utf8.ts";

export interface AttemptOutput {
  readonly emit: Emit;
  /** What has come stands before what is written next. */
  flush(): void;
  /** Why not all of it can be recorded any more; null while it can. */
  readonly failure: string | null;
  /** Hands all that is held back to the journal and the files, and says what there was. */
  end(): Promise<OutputTotals>;
}
export interface OutputTotals {
  readonly streams: Readonly<Record<Stream, StreamTotal>>;
  readonly redactions: number;
  readonly failure: string | null; // why not all of it could be recorded
}

const journalBytes = 64 * 1024; // of an attempt, both streams together
const waitingRows = 5000;

export function recordOutput({
  journal,
  redactor,
  folder,
  step,
  attempt,
  earlier = null
}: {
  journal: Journal;
  redactor: Redactor;
  folder: string;
  step: StepId;
  attempt: number;
  earlier?: EarlierOutput | null;
}): AttemptOutput {
  let room = earlier === null ? journalBytes : Math.max(0, journalBytes - earlier.stdout.inJournal - earlier.stderr.inJournal);
  let redactions = earlier === null ? 0 : earlier.stdout.redactions + earlier.stderr.redactions;
  let rows = 0;
  let pending: {stream: StreamRecord; bytes: Uint8Array[]}[] = [];
  const streams = {stdout: openStream("stdout", "out"), stderr: openStream("stderr", "err")};
  const removeSource = journal.addSource(drain);

  return {
    emit(output) {
      if (output.type === "bytes") return take(streams[output.stream], streams[output.stream].redacted.write(output.bytes));
      return write(output);
    },
    flush: () => drain(),
    get failure() {
      return failureOf(streams);
    },
    async end() {
      try {
        for (const stream of Object.values(streams)) {
          await take(stream, stream.redacted.end());
          await stream.file?.close();
        }
        drain(true);
      } finally {
        removeSource();
      }
      return {
        streams: {stdout: totalOf(streams.stdout), stderr: totalOf(streams.stderr)},
        redactions: redactions + streams.stdout.redacted.count + streams.stderr.redacted.count,
        failure: failureOf(streams)
      };
    }
  };

  function openStream(name: Stream, extension: string): StreamRecord {
    const path = outputName(step, attempt, extension);
    const before = earlier?.[name];
    if (before?.inFile === 0) rmSync(join(folder, "outputs", path), {force: true}); // of which the journal does not know
    return {
      name,
      path,
      redacted: redactor.stream(),
      hash: before?.hash ?? createHash("sha256"),
      bytes: before?.bytes ?? 0,
      head: before?.head ?? [],
      rest: empty,
      file: before && before.inFile > 0 ? openFile(path, before.inFile) : null,
      stated: before?.inFile ?? 0,
      gap: before !== undefined
    };
  }

  function take(stream: StreamRecord, bytes: Uint8Array): void | Promise<void> {
    if (bytes.length === 0) return;
    stream.hash.update(bytes);
    stream.bytes += bytes.length;
    const here = room > 0 && stream.file === null ? bytes.subarray(0, room) : empty;
    if (here.length > 0) {
      room -= here.length;
      stream.head.push(here);
      const last = pending.at(-1);
      if (last?.stream === stream) last.bytes.push(here);
      else pending.push({stream, bytes: [here]});
      journal.expect(here.length);
    }
    if (here.length < bytes.length) return overflow(stream, bytes.subarray(here.length));
  }

  function overflow(stream: StreamRecord, bytes: Uint8Array): void | Promise<void> {
    if (stream.file === null) {
      stream.file = openFile(stream.path);
      for (const part of stream.head) void stream.file.write(part); // the file is the whole stream, so that its hash can be checked
      stream.head = [];
    }
    return stream.file.write(bytes);
  }

  /** The journal says how far the file reaches, each time that it reaches further: who reads along knows no other way. */
  function openFile(path: string, from = 0): OutputFile {
    return openOutputFile(join(folder, "outputs", path), {from, onWritten: () => journal.expect(0)});
  }

  function write(output: Exclude<RawOutput, {type: "bytes"}>): void | Promise<void> {
    drain();
    const redacted = redactOutput(redactor, output);
    redactions += redacted.count;
    journal.write({type: "output-written", step, attempt, output: redacted.output});
    rows += output.type === "table" ? output.rows.length : 1;
    if (rows < waitingRows) return;
    rows = 0;
    return journal.settle();
  }

  function drain(last = false): void {
    const group = pending;
    pending = [];
    for (const {stream, bytes} of group) {
      const read = readText(stream.rest, bytes);
      stream.rest = read.rest;
      put(read.output && {...read.output, stream: stream.name});
    }
    for (const stream of Object.values(streams)) {
      if (last && stream.rest.length > 0 && stream.file === null)
        put({type: "base64", stream: stream.name, base64: Buffer.from(stream.rest).toString("base64")});
      if (stream.file === null || stream.file.written === stream.stated) continue;
      stream.stated = stream.file.written;
      put({type: "overflowed", stream: stream.name, file: stream.path, bytes: stream.stated});
    }
  }

  function put(output: Output | null): void {
    if (output) journal.write({type: "output-written", step, attempt, output});
  }
}

interface StreamRecord {
  readonly name: Stream;
  readonly path: string; // in outputs/
  readonly redacted: RedactedStream;
  readonly hash: ReturnType<typeof createHash>;
  bytes: number;
  head: Uint8Array[]; // what the journal holds of it, while there is no file
  rest: Uint8Array; // the beginning of a character whose end has not come
  file: OutputFile | null;
  stated: number; // how far the journal says that the file reaches
  readonly gap: boolean; // nobody knows what was printed in between
}

const empty = new Uint8Array(0);

function totalOf({bytes, hash, file, gap}: StreamRecord): StreamTotal {
  return {bytes, sha256: hash.digest("hex"), truncated: gap || (file?.truncated ?? false)};
}

function failureOf(streams: Readonly<Record<Stream, StreamRecord>>): string | null {
  const failure = streams.stdout.file?.failure ?? streams.stderr.file?.failure;
  return failure ? `what it printed could not be recorded: ${failure.message}` : null;
}

/** A file name for an id: derived ids follow headings, which may be long and in any script. */
export function outputName(step: StepId, attempt: number, extension: string): string {
  const safe = step.replace(/[^\p{L}\p{N}._-]/gu, "_");
  const name =
    Buffer.byteLength(safe) <= 200 ? safe : `${safe.slice(0, 50)}-${createHash("sha256").update(step).digest("hex").slice(0, 16)}`;
  return `${name}.${attempt}.${extension}`;
}

/** Unpacks a zip that may be hostile. Everything is judged before the first byte is written. */
import {closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync} from "node:fs";
import {dirname, join} from "node:path";
import {Readable} from "node:stream";
import {crc32, createInflateRaw} from "node:zlib";
import {UsageError} from "../model/usage-error.ts";
import {isSafePath} from "./manifest.ts";

interface Entry {
  readonly name: string;
  readonly folder: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly offset: number;
}

const smallBytes = 64 * 1024 * 1024;
const mostTimes = 100; // so much more than it is itself a zip may unpack to, beyond that
const chunkBytes = 1024 * 1024;

/** Writes the files of a zip below a folder, which must be empty; gives the name of the one folder at its top. Throws a `UsageError`. */
export async function unpack(path: string, to: string): Promise<string> {
  const file = openSync(path, "r");
  try {
    const {size} = fstatSync(file);
    const entries = readDirectory(file, size);
    const top = judge(entries, size);
    let free = 0; // where the next file may begin
    for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
      const begin = beginOf(file, entry, size);
      if (entry.offset < free) refuse("its files overlap");
      free = begin + entry.packed;
      if (entry.folder) continue;
      await extract(file, entry, begin, join(to, entry.name));
    }
    return top;
  } finally {
    closeSync(file);
  }
}

function refuse(why: string): never {
  throw new UsageError(`the zip is refused: ${why}`);
}

function readDirectory(file: number, size: number): readonly Entry[] {
  const tail = read(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at === -1 || at + 22 > tail.length) throw new UsageError("it is no zip: the end of its directory is missing");
  const count = tail.readUInt16LE(at + 10);
  const [bytes, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  if (tail.readUInt16LE(at + 8) !== count || count === 0xffff || offset + bytes > size)
    refuse("its directory is damaged, or it is a zip64");
  if (bytes > smallBytes) refuse(`its directory has ${bytes} bytes`);
  const directory = read(file, offset, bytes);
  const entries: Entry[] = [];
  for (let place = 0, from = 0; place < count; place++) {
    if (from + 46 > directory.length || directory.readUInt32LE(from) !== 0x0201_4b50) refuse("its directory is damaged");
    const [nameBytes, extra, comment] = [
      directory.readUInt16LE(from + 28),
      directory.readUInt16LE(from + 30),
      directory.readUInt16LE(from + 32)
    ];
    const raw = directory.subarray(from + 46, from + 46 + nameBytes);
    entries.push(toEntry(directory, from, raw));
    from += 46 + nameBytes + extra + comment;
  }
  return entries;
}

function toEntry(directory: Buffer, from: number, raw: Buffer): Entry {
  const name = raw.toString();
  if (!Buffer.from(name).equals(raw)) refuse("a name in it is no UTF-8");
  const kind = (directory.readUInt32LE(from + 38) >>> 28) & 0xf; // of a Unix mode
  const folder = name.endsWith("/");
  if (kind !== 0 && kind !== 8 && kind !== 4) refuse(`${JSON.stringify(name)} is a link or no plain file`);
  if ((kind === 4) !== folder && kind !== 0) refuse(`${JSON.stringify(name)} is called a folder and is none, or the other way round`);
  if (directory.readUInt16LE(from + 8) & 1) refuse(`${JSON.stringify(name)} is encrypted`);
  const method = directory.readUInt16LE(from + 10);
  if (method !== 0 && method !== 8) refuse(`${JSON.stringify(name)} is compressed by method ${method}`);
  if (!isSafePath(folder ? name.slice(0, -1) : name)) refuse(`the name ${JSON.stringify(name)} leads out of it, or is none everywhere`);
  return {
    name,
    folder,
    method,
    crc: directory.readUInt32LE(from + 16),
    packed: directory.readUInt32LE(from + 20),
    bytes: directory.readUInt32LE(from + 24),
    offset: directory.readUInt32LE(from + 42)
  };
}

/** The name of the folder that holds everything. */
function judge(entries: readonly Entry[], size: number): string {
  const names = new Set<string>();
  const files = new Set<string>();
  for (const {name, folder} of entries) {
    const key = (folder ? name.slice(0, -1) : name).normalize("NFC").toLowerCase(); // some systems make them one file
    if (names.has(key)) refuse(`the name ${JSON.stringify(name)} stands in it twice`);
    names.add(key);
    if (!folder) files.add(key);
  }
  for (const name of names)
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1))
      if (files.has(name.slice(0, at))) refuse(`${JSON.stringify(name)} lies in a file`);
  const total = entries.reduce((sum, {bytes}) => sum + bytes, 0);
  if (total > smallBytes && total > mostTimes * size)
    refuse(`it would unpack to ${total} bytes, more than ${mostTimes} times its own size; unpack it yourself, and verify the folder`);
  const tops = new Set(entries.map(({name}) => name.split("/")[0]!));
  if (tops.size !== 1 || files.has([...tops][0]!.toLowerCase())) refuse("a bag has one folder at its top");
  return [...tops][0]!;
}

/** Where the bytes of a file begin; what its own header says must be what the directory says. */
function beginOf(file: number, {name, offset, method, packed}: Entry, size: number): number {
  const head = read(file, offset, 30);
  if (head.length < 30 || head.readUInt32LE(0) !== 0x0403_4b50) refuse(`the header of ${JSON.stringify(name)} is damaged`);
  const [nameBytes, extra] = [head.readUInt16LE(26), head.readUInt16LE(28)];
  const begin = offset + 30 + nameBytes + extra;
  if (read(file, offset + 30, nameBytes).toString() !== name || head.readUInt16LE(8) !== method || begin + packed > size)
    refuse(`the header of ${JSON.stringify(name)} says something else than the directory`);
  return begin;
}

async function extract(file: number, {name, method, crc, packed, bytes}: Entry, begin: number, to: string): Promise<void> {
  mkdirSync(dirname(to), {recursive: true});
  const out = openSync(to, "wx", 0o644);
  let sum = 0;
  let written = 0;
  const put = (part: Uint8Array): void => {
    written += part.length;
    if (written > bytes) refuse(`${JSON.stringify(name)} is longer than it says`);
    sum = crc32(part, sum);
    for (let at = 0; at < part.length; ) at += writeSync(out, part, at);
  };
  try {
    const parts = function* () {
      for (let at = 0; at < packed; at += chunkBytes) yield read(file, begin + at, Math.min(chunkBytes, packed - at));
    };
    if (method === 0) for (const part of parts()) put(part);
    else await inflate(parts(), put);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    refuse(`${JSON.stringify(name)} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    closeSync(out);
  }
  if (written !== bytes || sum !== crc) refuse(`${JSON.stringify(name)} is damaged: its sum is another one`);
}

async function inflate(parts: Iterable<Uint8Array>, put: (part: Uint8Array) => void): Promise<void> {
  const stream = createInflateRaw();
  Readable.from(parts)
    .on("error", (error) => stream.destroy(error))
    .pipe(stream);
  for await (const part of stream) put(part as Uint8Array);
}

function read(file: number, from: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  let got = 0;
  while (got < length) {
    const more = readSync(file, buffer, got, length - got, from + got);
    if (more === 0) break;
    got += more;
  }
  return buffer.subarray(0, got);
}

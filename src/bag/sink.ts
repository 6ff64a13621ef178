/** Where a bag is written to: a folder or a zip, with the same bytes in it. */
import {closeSync, constants, copyFileSync, mkdirSync, openSync, writeSync} from "node:fs";
import {dirname, join} from "node:path";
import {crc32} from "node:zlib";
import {UsageError} from "../model/usage-error.ts";
import {readChunks} from "./tree.ts";

export interface Sink {
  /** Files come one after the other: `begin`, then `write` as often as need be. */
  begin(path: string): void;
  write(bytes: Uint8Array): void;
  /** A whole file; `hear` gets the bytes that are in the bag then. */
  copy(path: string, file: string, hear: (chunk: Uint8Array) => void): void;
  close(): void;
}

export function openFolderSink(root: string): Sink {
  let file: number | null = null;
  const end = (): void => {
    if (file !== null) closeSync(file);
    file = null;
  };
  return {
    begin(path) {
      end();
      const to = join(root, path);
      mkdirSync(dirname(to), {recursive: true});
      file = openSync(to, "wx", 0o644);
    },
    write: (bytes) => writeWhole(file!, bytes),
    copy(path, from, hear) {
      end();
      const to = join(root, path);
      mkdirSync(dirname(to), {recursive: true});
      copyFileSync(from, to, constants.COPYFILE_EXCL); // the system copies without showing us the bytes
      readChunks(to, hear);
    },
    close: end
  };
}

const mostBytes = 0xffff_ffff; // beyond it a zip has another format
const mostFiles = 0xffff;
const dosDate = 0x0021; // 1980-01-01 00:00, in every time zone

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  crc: number;
  bytes: number;
}

/** Nothing is compressed: compressors differ from version to version and from machine to machine, and a bag must not. */
export function openZipSink(path: string, top: string): Sink {
  const file = openSync(path, "wx", 0o644);
  const entries: Entry[] = [];
  let at = 0;
  let entry: Entry | null = null;
  const put = (bytes: Uint8Array): void => {
    writeWhole(file, bytes);
    at += bytes.length;
    if (at > mostBytes || entries.length > mostFiles)
      throw new UsageError("the bag is too large for a zip (4 GiB, 65535 files): archive it without --zip");
  };
  const end = (): void => {
    if (entry) writeWhole(file, header(entry).subarray(0, 30), entry.offset); // now its sum and size are known
    entry = null;
  };
  const begin = (name: string): void => {
    end();
    entry = {name: Buffer.from(`${top}/${name}`), offset: at, crc: 0, bytes: 0};
    entries.push(entry);
    put(header(entry));
  };
  const write = (bytes: Uint8Array): void => {
    entry!.crc = crc32(bytes, entry!.crc);
    entry!.bytes += bytes.length;
    put(bytes);
  };
  return {
    begin,
    write,
    copy(name, from, hear) {
      begin(name);
      readChunks(from, (chunk) => {
        hear(chunk);
        write(chunk);
      });
    },
    close() {
      try {
        end();
        const directory = at;
        for (const one of entries) put(directoryEntry(one));
        put(endOfDirectory(entries.length, at - directory, directory));
      } finally {
        closeSync(file);
      }
    }
  };
}

function header({name, crc, bytes}: Entry): Buffer {
  const head = Buffer.alloc(30 + name.length);
  head.writeUInt32LE(0x0403_4b50, 0);
  head.set(fields({crc, bytes, name}), 4);
  head.set(name, 30);
  return head;
}

function directoryEntry(entry: Entry): Buffer {
  const head = Buffer.alloc(46 + entry.name.length);
  head.writeUInt32LE(0x0201_4b50, 0);
  head.writeUInt16LE(0x0314, 4); // made on Unix
  head.set(fields(entry), 6);
  head.writeUInt32LE(0o100644 * 0x1_0000, 38);
  head.writeUInt32LE(entry.offset, 42);
  head.set(entry.name, 46);
  return head;
}

/** What both headers of a file say alike. */
function fields({crc, bytes, name}: Pick<Entry, "crc" | "bytes" | "name">): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x0800, 2); // names are UTF-8
  common.writeUInt16LE(dosDate, 8);
  common.writeUInt32LE(crc, 10);
  common.writeUInt32LE(bytes, 14);
  common.writeUInt32LE(bytes, 18);
  common.writeUInt16LE(name.length, 22);
  return common;
}

function endOfDirectory(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

function writeWhole(file: number, bytes: Uint8Array, position: number | null = null): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position === null ? null : position + at);
}

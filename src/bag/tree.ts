import {createHash} from "node:crypto";
import {closeSync, lstatSync, openSync, readdirSync, readSync} from "node:fs";
import {join} from "node:path";

export interface Tree {
  readonly files: readonly string[]; // paths from the root, sorted
  readonly strange: readonly string[]; // links, sockets, empty folders
}

/** Everything below a folder. No link is followed. */
export function readTree(root: string): Tree {
  const files: string[] = [];
  const strange: string[] = [];
  const walk = (inside: string): void => {
    const names = readdirSync(join(root, inside));
    if (names.length === 0 && inside !== "") strange.push(`${inside} is an empty folder`);
    for (const name of names) {
      const path = inside === "" ? name : `${inside}/${name}`;
      const stat = lstatSync(join(root, path));
      if (stat.isDirectory()) walk(path);
      else if (stat.isFile()) files.push(path);
      else strange.push(`${path} is ${stat.isSymbolicLink() ? "a link" : "no plain file"}`);
    }
  };
  walk("");
  return {files: files.sort(), strange: strange.sort()};
}

const chunk = Buffer.alloc(1024 * 1024);

/** Whoever hears of a chunk must be done with it before the next. `most`: no more than that many bytes of the file. */
export function readChunks(path: string, hear: (chunk: Uint8Array) => void, most = Number.POSITIVE_INFINITY): void {
  const file = openSync(path, "r");
  try {
    for (let at = 0; at < most; ) {
      const length = readSync(file, chunk, 0, Math.min(chunk.length, most - at), null);
      if (length === 0) break;
      hear(chunk.subarray(0, length));
      at += length;
    }
  } finally {
    closeSync(file);
  }
}

export function hashFile(path: string, most?: number): {readonly sha256: string; readonly bytes: number} {
  const hash = createHash("sha256");
  let bytes = 0;
  readChunks(
    path,
    (part) => {
      hash.update(part);
      bytes += part.length;
    },
    most
  );
  return {sha256: hash.digest("hex"), bytes};
}

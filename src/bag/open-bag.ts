/** A bag as it was given: a folder, or a zip that is unpacked for as long as it is looked at. */
import {closeSync, mkdtempSync, openSync, readSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, join, resolve} from "node:path";
import {UsageError} from "../model/usage-error.ts";
import {unpack} from "./zip-reader.ts";

export interface OpenBag {
  readonly root: string; // a folder
  readonly name: string;
  readonly zip: boolean;
}

export async function withBag<T>(path: string, use: (bag: OpenBag) => Promise<T>): Promise<T> {
  const found = statSync(path, {throwIfNoEntry: false});
  if (found?.isDirectory()) return use({root: resolve(path), name: basename(resolve(path)), zip: false});
  if (!found?.isFile()) throw new UsageError(`there is no archive ${path}`);
  if (!isZip(path)) throw new UsageError(`${path} is no archive of a run: expected a folder or a zip`);
  const folder = mkdtempSync(join(tmpdir(), "runbook-bag-"));
  try {
    const name = await unpack(path, folder);
    return await use({root: join(folder, name), name, zip: true});
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function isZip(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(4);
    return readSync(file, head, 0, 4, 0) === 4 && head.readUInt16LE(0) === 0x4b50;
  } finally {
    closeSync(file);
  }
}

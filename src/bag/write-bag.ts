/** Writes the bag of a run: whole, or not at all. */
import {createHash, randomUUID} from "node:crypto";
import {existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync} from "node:fs";
import {join, resolve} from "node:path";
import type {Material} from "../evidence/material.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Waiver} from "./bag-info.ts";
import {bagInfo, bagitText, describeFinding} from "./bag-info.ts";
import type {Part} from "./layout.ts";
import {bagName, planPayload} from "./layout.ts";
import {manifestText} from "./manifest.ts";
import type {Finding} from "./scan.ts";
import {createScanner} from "./scan.ts";
import type {Sink} from "./sink.ts";
import {openFolderSink, openZipSink} from "./sink.ts";
import {readChunks} from "./tree.ts";
import {verifyText} from "./verify-md.ts";

export interface BagRequest {
  readonly material: Material;
  readonly folder: string; // of the run
  readonly out: string; // the folder to make it in
  readonly zip: boolean;
  readonly version: string; // of this program
  readonly secrets: ReadonlyMap<string, string>; // values that this process knows, to look for
  readonly accept: string | null; // why findings are taken over
  /** What stands in `signatures/`, by name, for the bytes of tagmanifest-sha256.txt. */
  sign(tagmanifest: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>>;
}
export interface WrittenBag {
  readonly path: string;
  readonly tagmanifest: string; // its sha256: what stands for the whole bag
  readonly accepted: readonly string[]; // findings, in words
}

/** Throws a `FindingsError` when something in it looks like a secret and nobody accepted that. */
export async function writeBag(request: BagRequest): Promise<WrittenBag> {
  const {material, folder, out, zip, accept} = request;
  const name = bagName(material);
  const path = join(resolve(out), zip ? `${name}.zip` : name);
  if (existsSync(path)) throw new UsageError(`${path} is already there; an archive is not written over`);
  const parts = planPayload(material, folder);
  const waiver = judge(scan(parts, request.secrets), parts, accept);
  mkdirSync(out, {recursive: true});
  const temporary = join(resolve(out), `.${name}.${randomUUID().slice(0, 8)}`);
  if (!zip) mkdirSync(temporary);
  try {
    const sink = zip ? openZipSink(temporary, name) : openFolderSink(temporary);
    let tagmanifest: Buffer;
    try {
      tagmanifest = writeAll(sink, parts, request, waiver);
      for (const [file, bytes] of [...(await request.sign(tagmanifest))].sort(([a], [b]) => (a < b ? -1 : 1)))
        put(sink, `signatures/${file}`, bytes);
    } finally {
      sink.close();
    }
    publish(temporary, path, zip);
    return {path, tagmanifest: sha256(tagmanifest), accepted: waiver?.findings ?? []};
  } catch (error) {
    rmSync(temporary, {recursive: true, force: true});
    throw error;
  }
}

/** Something in the archive looks like a secret. */
export class FindingsError extends Error {
  override name = "FindingsError";
  readonly findings: readonly string[];
  constructor(findings: readonly string[]) {
    super(`${findings.length} ${findings.length === 1 ? "place looks" : "places look"} like a secret`);
    this.findings = findings;
  }
}

/** Everything but the signatures; gives the bytes of the tag manifest. */
function writeAll(sink: Sink, parts: readonly Part[], {material, version}: BagRequest, waiver: Waiver | null): Buffer {
  const hashes = new Map<string, string>();
  let bytes = 0;
  for (const part of parts) {
    const hash = createHash("sha256");
    const hear = (chunk: Uint8Array): void => {
      hash.update(chunk);
      bytes += chunk.length;
    };
    if ("file" in part) sink.copy(part.path, part.file, hear);
    else {
      put(sink, part.path, part.bytes);
      hear(part.bytes);
    }
    hashes.set(part.path, hash.digest("hex"));
  }
  const tags: readonly (readonly [path: string, text: string])[] = [
    ["VERIFY.md", verifyText(material)],
    ["bag-info.txt", bagInfo(material, {bytes, files: parts.length, version, waiver})],
    ["bagit.txt", bagitText],
    ["manifest-sha256.txt", manifestText(hashes)]
  ];
  for (const [path, text] of tags) put(sink, path, Buffer.from(text));
  const tagmanifest = Buffer.from(manifestText(new Map(tags.map(([path, text]) => [path, sha256(Buffer.from(text))]))));
  put(sink, "tagmanifest-sha256.txt", tagmanifest);
  return tagmanifest;
}

function put(sink: Sink, path: string, bytes: Uint8Array): void {
  sink.begin(path);
  sink.write(bytes);
}

function scan(parts: readonly Part[], secrets: ReadonlyMap<string, string>): readonly Finding[] {
  const scanner = createScanner(secrets);
  for (const part of parts) {
    scanner.begin(part.path);
    if ("file" in part) readChunks(part.file, (chunk) => scanner.write(chunk));
    else scanner.write(part.bytes);
  }
  return scanner.end();
}

const mostListed = 100;

function judge(findings: readonly Finding[], parts: readonly Part[], accept: string | null): Waiver | null {
  if (findings.length === 0) return null;
  const byPath = new Map(parts.map((part) => [part.path, part]));
  const words = findings.slice(0, mostListed).map((finding) => describeFinding(finding, lineOf(byPath.get(finding.path)!, finding.offset)));
  if (findings.length > mostListed) words.push(`and ${findings.length - mostListed} more`);
  const all = [...new Set(words)];
  if (accept === null) throw new FindingsError(all);
  return {why: accept, findings: all};
}

function lineOf(part: Part, offset: number): number {
  const bytes = "bytes" in part ? part.bytes : readFileSync(part.file);
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

/** Under its name only once it is whole; never in place of something else. */
export function publish(temporary: string, path: string, file: boolean): void {
  try {
    if (file) {
      linkSync(temporary, path);
      rmSync(temporary);
    } else renameSync(temporary, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(code)) throw new UsageError(`${path} is already there; an archive is not written over`);
    if (!file) throw error;
    renameSync(temporary, path); // a file system without links
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

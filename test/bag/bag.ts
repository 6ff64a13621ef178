/** Bags as tests handle them: all their bytes at once, and verified in this process. */
import {createHash} from "node:crypto";
import {lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {bagPath, manifestText} from "../../src/bag/manifest.ts";
import type {Trust, Verification} from "../../src/bag/verify-bag.ts";
import {verifyBag} from "../../src/bag/verify-bag.ts";
import {readMaterial} from "../../src/cli/material.ts";
import {version} from "../../src/runtime/version.ts";

export type Files = ReadonlyMap<string, Buffer>;

/** The files below a folder, by path. */
export function readFiles(root: string, inside = ""): Files {
  const found = new Map<string, Buffer>();
  for (const name of readdirSync(join(root, inside)).toSorted()) {
    const path = inside === "" ? name : `${inside}/${name}`;
    if (lstatSync(join(root, path)).isDirectory()) for (const [deeper, bytes] of readFiles(root, path)) found.set(deeper, bytes);
    else found.set(path, readFileSync(join(root, path)));
  }
  return found;
}

export function writeFiles(root: string, files: Files): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), bytes);
  }
}

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** One hash for a whole folder. */
export const digestOf = (root: string): string =>
  sha256([...readFiles(root)].map(([path, bytes]) => `${path} ${sha256(bytes)}\n`).join(""));

/** Writes both manifests anew, as somebody would who wants a change to go unnoticed. */
export function rewriteManifests(root: string): void {
  const files = readFiles(root);
  const put = (name: string, wanted: (path: string) => boolean): void => {
    const hashes = new Map([...files].flatMap(([path, bytes]) => (wanted(path) ? [[path, sha256(bytes)] as const] : [])));
    const text = manifestText(hashes);
    writeFileSync(join(root, name), text);
    (files as Map<string, Buffer>).set(name, Buffer.from(text));
  };
  put("manifest-sha256.txt", (path) => path.startsWith("data/"));
  put("tagmanifest-sha256.txt", (path) => ["VERIFY.md", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"].includes(path));
}

export const verify = (root: string, trust: Partial<Trust> = {}): Promise<Verification> =>
  verifyBag({
    root,
    trust: {allowedSigners: null, authority: null, require: [], ...trust},
    version,
    readMaterial: (folder) => readMaterial(folder, {stored: bagPath})
  });

/** What a verification found wrong, in lines. */
export const problemsOf = ({checks}: Verification): readonly string[] =>
  checks.flatMap(({check, problems}) => problems.map((problem) => `${check}: ${problem}`));

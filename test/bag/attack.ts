/** A small signed bag, and what is done to copies of it. */
import {closeSync, cpSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync, writeSync} from "node:fs";
import {dirname, join} from "node:path";
import {execa} from "execa";

import {checkFixity} from "../../src/bag/fixity.ts";
import {sign} from "../../src/bag/signature.ts";
import type {Trust} from "../../src/bag/verify-bag.ts";
import {checkSignatures} from "../../src/bag/verify-bag.ts";
import type {Place} from "../cli/command.ts";
import {fence} from "../cli/command.ts";
import {readFiles, verify} from "./bag.ts";

export interface Target {
  readonly root: string;
  readonly trust: Trust;
  readonly other: string; // a key that nobody vouches for
}

export async function makeTarget(place: Place): Promise<Target> {
  const at = (name: string): string => join(place.folder, name);
  for (const name of ["ada", "bob", "eve"]) await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)]);
  const line = (name: string, space: string): string => `${name} namespaces="${space}" ${readFileSync(at(`${name}.pub`), "utf8")}`;
  place.file("signers", line("ada", "runbook-evidence") + line("bob", "runbook-evidence-approver"));
  place.file("small.md", `# Small\n\n${fence("bash {#one}", "echo one")}${fence("bash {#two}", "exit 3")}`);
  const made = await place.runbook("exec", "small.md", "--drill", "--quiet", "--archive", "bags", "--sign", "ada");
  if (made.exit !== 1) throw new Error(made.stderr);
  const {stdout} = await execa("ls", [at("bags")]);
  const root = join(at("bags"), stdout.trim());
  await place.runbook("archive", "--countersign", root, "--sign", "bob", "--role", "approver");
  return {root, trust: {allowedSigners: at("signers"), authority: null, require: ["operator", "approver"]}, other: at("eve")};
}

/** Does something to a copy, and says whether it is detected. */
export async function attack({root, trust}: Target, change: (copy: string) => unknown): Promise<boolean> {
  const copy = copyOf(root);
  await change(copy);
  return !(await verify(copy, trust)).holds;
}

/** The same for what happens to one file: by those checks of a verification that the file is of. */
export async function attackFile({root, trust}: Target, path: string, change: (copy: string, path: string) => void): Promise<boolean> {
  const copy = copyOf(root);
  change(copy, path);
  return isDetected(copy, path, trust);
}

function copyOf(root: string): string {
  const copy = `${root}.copy`;
  rmSync(copy, {recursive: true, force: true});
  cpSync(root, copy, {recursive: true});
  return copy;
}

/** What may happen to one file. */
export const fileAttacks: Readonly<Record<string, (copy: string, path: string) => void>> = {
  removed: (copy, path) => rmSync(join(copy, path)),
  emptied: (copy, path) => writeFileSync(join(copy, path), ""),
  "made longer": (copy, path) => writeFileSync(join(copy, path), "\n", {flag: "a"}),
  renamed: (copy, path) => renameSync(join(copy, path), join(copy, `${path}.old`)),
  copied: (copy, path) => cpSync(join(copy, path), join(copy, `${path}.copy`)),
  "swapped for a link to itself": (copy, path) => {
    renameSync(join(copy, path), join(dirname(copy), "elsewhere"));
    symlinkSync(join(dirname(copy), "elsewhere"), join(copy, path));
  },
  "swapped for a folder": (copy, path) => {
    rmSync(join(copy, path));
    mkdirSync(join(copy, path));
  },
  moved: (copy, path) => {
    mkdirSync(join(copy, "data/deeper"), {recursive: true});
    renameSync(join(copy, path), join(copy, "data/deeper", path.replaceAll("/", "-")));
  }
};

/** Flips bits of bytes of a copy, one at a time; gives how many were tried, and where nothing was detected. */
export async function flip(
  {root, trust}: Target,
  {every, bits}: {readonly every: (path: string, length: number) => number; readonly bits: (offset: number) => readonly number[]}
): Promise<{readonly tried: number; readonly missed: readonly string[]}> {
  const copy = `${root}.flipped`;
  rmSync(copy, {recursive: true, force: true});
  cpSync(root, copy, {recursive: true});
  let tried = 0;
  const missed: string[] = [];
  for (const [path, bytes] of readFiles(copy)) {
    const file = openSync(join(copy, path), "r+");
    const put = (offset: number, byte: number): unknown => writeSync(file, Uint8Array.of(byte), 0, 1, offset);
    for (let offset = 0; offset < bytes.length; offset += every(path, bytes.length)) {
      for (const bit of bits(offset)) {
        put(offset, bytes[offset]! ^ (1 << bit));
        tried++;
        if (!(await isDetected(copy, path, trust))) missed.push(`${path} at ${offset}, bit ${bit}`);
      }
      put(offset, bytes[offset]!);
    }
    closeSync(file);
  }
  return {tried, missed};
}

/** A verification fails when one of its checks does. */
async function isDetected(root: string, path: string, trust: Trust): Promise<boolean> {
  const fixity = checkFixity(root);
  if (fixity.problems.length > 0) return true;
  return path.startsWith("signatures/") && (await checkSignatures(root, fixity, trust, null)).status === "failed";
}

/** Signs a copy anew with another key. */
export async function signAgain(copy: string, key: string, role: string): Promise<void> {
  const {name, bytes} = await sign(readFileSync(join(copy, "tagmanifest-sha256.txt")), {key, role});
  writeFileSync(join(copy, "signatures", name), bytes);
}

/** Whether the files of a bag are those that its manifests name: each as it was, none more, none less. */
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {bagitText} from "./bag-info.ts";
import {readManifest} from "./manifest.ts";
import type {Tree} from "./tree.ts";
import {hashFile, readTree} from "./tree.ts";

export interface Fixity {
  readonly problems: readonly string[];
  readonly hashes: ReadonlyMap<string, string>; // of the payload, as it is, by path
  readonly bytes: number; // of the payload
  readonly tagmanifest: Uint8Array;
}

const tags = ["VERIFY.md", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"];

export function checkFixity(root: string): Fixity {
  const tree = readTree(root);
  const problems = [...tree.strange];
  const signatures = tree.files.filter((path) => path.startsWith("signatures/"));
  problems.push(...signatures.filter((path) => path.split("/").length > 2).map((path) => `${path} is no signature`));
  const payload = tree.files.filter((path) => path.startsWith("data/"));
  const top = tree.files.filter((path) => !path.startsWith("data/") && !path.startsWith("signatures/"));
  for (const path of top) if (!tags.includes(path) && path !== "tagmanifest-sha256.txt") problems.push(`${path} is no part of the archive`);
  const tagmanifest = top.includes("tagmanifest-sha256.txt") ? readFileSync(join(root, "tagmanifest-sha256.txt")) : Buffer.alloc(0);
  const named = hold(
    root,
    "tagmanifest-sha256.txt",
    tree,
    top.filter((path) => tags.includes(path)),
    problems
  );
  for (const tag of tags) if (!named.has(tag)) problems.push(`${tag} is not in tagmanifest-sha256.txt`);
  if (top.includes("bagit.txt") && readFileSync(join(root, "bagit.txt"), "utf8") !== bagitText)
    problems.push("bagit.txt says another version of BagIt");
  const held = hold(root, "manifest-sha256.txt", tree, payload, problems);
  return {
    problems,
    hashes: new Map([...held].map(([path, {sha256}]) => [path, sha256])),
    bytes: [...held.values()].reduce((sum, {bytes}) => sum + bytes, 0),
    tagmanifest
  };
}

/** Holds files against a manifest; gives what the files that are there hash to. */
function hold(
  root: string,
  name: string,
  {files}: Tree,
  wanted: readonly string[],
  problems: string[]
): ReadonlyMap<string, ReturnType<typeof hashFile>> {
  const found = new Map(wanted.map((path) => [path, hashFile(join(root, path))]));
  if (!files.includes(name)) {
    problems.push(`${name} is missing`);
    return found;
  }
  const manifest = readManifest(decode(readFileSync(join(root, name))));
  if (typeof manifest === "string") {
    problems.push(`${name}: ${manifest}`);
    return found;
  }
  for (const [path, sha256] of manifest) {
    const now = found.get(path);
    if (!now) problems.push(`${path} is missing`);
    else if (now.sha256 !== sha256) problems.push(`${path} was changed`);
  }
  for (const path of found.keys()) if (!manifest.has(path)) problems.push(`${path} was added`);
  return found;
}

/** Bytes that are no UTF-8 become what no manifest holds. */
const decode = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes).toString();
  return Buffer.from(text).equals(bytes) ? text : "\u0000";
};

/** Adds to the signatures of a bag that is already there; nothing else of it changes. */
import {randomUUID} from "node:crypto";
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {UsageError} from "../model/usage-error.ts";
import {checkFixity} from "./fixity.ts";
import {withBag} from "./open-bag.ts";
import {openZipSink} from "./sink.ts";
import {readTree} from "./tree.ts";

/** Gives the names of what was added. Throws a `UsageError`, with the bag left as it was, where it is damaged or has such a signature. */
export async function addSignatures(
  path: string,
  sign: (tagmanifest: Uint8Array) => Promise<ReadonlyMap<string, Uint8Array>>
): Promise<readonly string[]> {
  return withBag(path, async ({root, name, zip}) => {
    const {problems, tagmanifest} = checkFixity(root);
    if (problems.length > 0) throw new UsageError(`${path} is not whole, and nothing was signed: ${problems.join("; ")}`);
    const added = await sign(tagmanifest);
    for (const file of added.keys())
      if (existsSync(join(root, "signatures", file))) throw new UsageError(`${path} has ${file} already; nothing was signed`);
    const folder = join(root, "signatures");
    mkdirSync(folder, {recursive: true});
    for (const [file, bytes] of added) {
      const temporary = join(dirname(root), `.${file}.${randomUUID().slice(0, 8)}`);
      writeFileSync(temporary, bytes, {flag: "wx"});
      renameSync(temporary, join(folder, file));
    }
    if (zip) packAgain(path, root, name);
    return [...added.keys()];
  });
}

/** The zip that `archive --zip` would have made with these signatures. */
function packAgain(path: string, root: string, name: string): void {
  const temporary = `${resolve(path)}.${randomUUID().slice(0, 8)}`;
  try {
    const sink = openZipSink(temporary, name);
    try {
      for (const file of readTree(root).files.toSorted((a, b) => rank(a) - rank(b))) {
        sink.begin(file);
        sink.write(readFileSync(join(root, file)));
      }
    } finally {
      sink.close();
    }
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, {force: true});
  }
}

/** The order in which an archive is written; sorting leaves files of one rank as they are. */
const rank = (path: string): number =>
  path.startsWith("data/") ? 0 : path.startsWith("signatures/") ? 3 : path === "tagmanifest-sha256.txt" ? 2 : 1;

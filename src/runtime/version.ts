import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

/** The version of this program, from the nearest package.json above this file: the same from source and from a bundle. */
export const version: string = findVersion(dirname(fileURLToPath(import.meta.url)));

function findVersion(folder: string): string {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (typeof read === "object" && read !== null && "version" in read && typeof read.version === "string") return read.version;
  } catch {
    // not in this folder
  }
  const parent = dirname(folder);
  return parent === folder ? "unknown" : findVersion(parent);
}

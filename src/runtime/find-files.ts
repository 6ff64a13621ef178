/** Files that a runbook names by globs: `*` and `?` within a name, `**` for any folders. */
import {readdir} from "node:fs/promises";
import {join, resolve} from "node:path";
import {UsageError} from "../model/usage-error.ts";
import {findRoot, isInside, nameOf} from "./beside.ts";

/**
 * Paths relative to the folder, sorted, each once; throws a `UsageError` for a glob that finds nothing, or leaves what the folder is
 * part of.
 */
export async function findFiles(folder: string, globs: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const glob of globs) {
    const parts = glob.split("/").filter((part) => part !== "" && part !== ".");
    const inside = parts.findIndex((part) => part !== "..");
    const up = parts.slice(0, Math.max(0, inside)).join("/");
    const wanted = parts.slice(Math.max(0, inside));
    const root = findRoot(folder);
    if (glob.startsWith("/") || wanted.includes("..") || !isInside(root, resolve(folder, up)))
      throw new UsageError(`files: "${glob}" leaves ${nameOf(root, folder)}`);
    const matches = await walk(folder, up, wanted);
    if (matches.length === 0) throw new UsageError(`files: "${glob}" finds no file in ${folder}`);
    for (const match of matches) found.add(match);
  }
  return [...found].sort();
}

async function walk(folder: string, path: string, [part, ...rest]: readonly string[]): Promise<readonly string[]> {
  if (part === undefined) return [];
  const entries = await readdir(join(folder, path), {withFileTypes: true}).catch(() => []);
  const found: string[] = part === "**" && rest.length > 0 ? [...(await walk(folder, path, rest))] : [];
  const pattern = toPattern(part);
  for (const entry of entries) {
    const name = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) {
      if (part === "**" && !entry.name.startsWith(".")) found.push(...(await walk(folder, name, [part, ...rest])));
      else if (rest.length > 0 && pattern.test(entry.name)) found.push(...(await walk(folder, name, rest)));
    } else if (rest.length === 0 && (part === "**" ? !entry.name.startsWith(".") : pattern.test(entry.name))) found.push(name);
  }
  return found;
}

function toPattern(part: string): RegExp {
  const source = part
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*+/g, "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`^${/^[*?]/.test(part) ? "(?!\\.)" : ""}${source}$`, "u");
}

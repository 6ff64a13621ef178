import {readdir, stat} from "node:fs/promises";
import {join, relative} from "node:path";

import type {Problem} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {isError, openDocument} from "./document.ts";
import {countProblems, inOrder, problemLines} from "./problems.ts";
import {count} from "./terminal/amounts.ts";
import {paintFor} from "./terminal/paint.ts";

/** `runbook check`: the problems of documents; 2 when one of them is an error. */
export async function check(paths: readonly string[], {format}: {format: "text" | "json"}): Promise<number> {
  const files = (await Promise.all(paths.map(findDocuments))).flat();
  const problems: Problem[] = [];
  for (const file of files) problems.push(...(await openDocument(file)).problems);
  if (format === "json") process.stdout.write(`${JSON.stringify(inOrder(problems), null, 2)}\n`);
  else {
    const lines = problemLines(problems, paintFor(process.stdout));
    process.stdout.write([...lines, `${countProblems(problems)} in ${count(files.length, "runbook")}`, ""].join("\n"));
  }
  return problems.some(isError) ? 2 : 0;
}

export async function findDocuments(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) return [path]; // what is wrong with a path that is no file is said where it is read
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(^|\/)(node_modules|\.[^./][^/]*)\//.test(relative(path, file)))
    .toSorted();
  if (files.length === 0) throw new UsageError(`${path}: expected Markdown files in this folder, found none`);
  return files;
}

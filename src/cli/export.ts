import {writeFileSync} from "node:fs";
import {resolve} from "node:path";

import type {Format} from "../evidence/views.ts";
import {formats, views} from "../evidence/views.ts";
import {hint} from "../model/nearest.ts";
import {UsageError} from "../model/usage-error.ts";
import {findRun} from "../runtime/runs.ts";
import {readMaterial} from "./material.ts";

export interface ExportOptions {
  readonly to: string;
  readonly out?: string;
  readonly runsDir: string;
}

/** `runbook export`: a run as a file for other people, on stdout or in FILE. */
export async function exportRun(reference: string, {to, out, runsDir}: ExportOptions): Promise<number> {
  const format = readFormat(to);
  const text = views[format](await readMaterial(await findRun(resolve(runsDir), reference)));
  if (out === undefined) process.stdout.write(text);
  else writeOut(out, text);
  return 0;
}

export function readFormat(word: string): Format {
  const format = formats.find((name) => name === word);
  if (format === undefined) throw new UsageError(`"${word}" is no format${hint(word, formats)}; there are ${formats.join(", ")}`);
  return format;
}

function writeOut(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

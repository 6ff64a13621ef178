import {resolve} from "node:path";

import type {Format} from "../evidence/views.ts";
import {formats, views} from "../evidence/views.ts";
import {hint} from "../model/nearest.ts";
import {UsageError} from "../model/usage-error.ts";
import {findRun} from "../runtime/runs.ts";
import {readMaterial} from "./material.ts";
import {writeWhole} from "./write-whole.ts";

export interface ExportOptions {
  readonly to: string;
  readonly out?: string;
  readonly runsDir: string;
}

/** `runbook export`: a run as a file for other people, on stdout or in FILE. */
export async function exportRun(reference: string, {to, out, runsDir}: ExportOptions): Promise<number> {
  const format = readFormat(to);
  const material = await readMaterial(await findRun(resolve(runsDir), reference));
  if (material.live)
    throw new UsageError(`run ${material.run.start?.run ?? reference} is still going on; it can be exported when it is over`);
  const text = views[format](material);
  if (out === undefined) process.stdout.write(text);
  else writeWhole(out, text);
  return 0;
}

export function readFormat(word: string): Format {
  const format = formats.find((name) => name === word);
  if (format === undefined) throw new UsageError(`"${word}" is no format${hint(word, formats)}; there are ${formats.join(", ")}`);
  return format;
}

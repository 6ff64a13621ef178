import {accessSync, constants, statSync} from "node:fs";
import {dirname} from "node:path";

import type {Format} from "../evidence/views.ts";
import {views} from "../evidence/views.ts";
import {UsageError} from "../model/usage-error.ts";
import {readFormat} from "./export.ts";
import {readMaterial} from "./material.ts";
import {writeWhole} from "./write-whole.ts";

export interface Report {
  readonly format: Format;
  readonly file: string;
}

/** Reads `junit=FILE`; a place that cannot be written is said before anything runs. */
export function readReports(given: readonly string[]): readonly Report[] {
  return given.map((text) => {
    const at = text.indexOf("=");
    if (at <= 0 || at === text.length - 1) throw new UsageError(`--report expects FORMAT=FILE, like junit=report.xml; found "${text}"`);
    const [format, file] = [readFormat(text.slice(0, at)), text.slice(at + 1)];
    try {
      if (statSync(file, {throwIfNoEntry: false})?.isDirectory()) throw new Error("it is a folder");
      accessSync(dirname(file), constants.W_OK);
    } catch (error) {
      throw new UsageError(`--report ${text}: ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    return {format, file};
  });
}

/** Writes the reports of a run that is over. One that cannot be written fails a call that was good. */
export async function writeReports(folder: string, reports: readonly Report[], code: number): Promise<number> {
  if (reports.length === 0) return code;
  const material = await readMaterial(folder);
  for (const {format, file} of reports) {
    try {
      writeWhole(file, views[format](material));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      process.stderr.write(`runbook: ${error.message}\n`);
      code = code === 0 ? 1 : code;
    }
  }
  return code;
}

import {userInfo} from "node:os";
import {resolve} from "node:path";

import type {Run} from "../model/run.ts";
import {UsageError} from "../model/usage-error.ts";
import {findRun, readRun} from "../runtime/runs.ts";
import {sayAfterwards} from "../runtime/say-afterwards.ts";
import {parseClosing} from "./closing.ts";
import {readText} from "./given.ts";
import {nearbyPath} from "./nearby-path.ts";

export interface CloseOptions {
  readonly answers: string;
  readonly operator?: string;
  readonly runsDir: string;
}

/** `runbook close`: adds to the record of a run that is over what only people know of it. */
export async function close(reference: string, {answers, operator, runsDir}: CloseOptions): Promise<number> {
  const folder = await findRun(resolve(runsDir), reference);
  const written = parseClosing(answers, readText("--answers", answers));
  if (written === null) throw new UsageError(`${answers} has no "closing"`);
  const whys = findDeviations((await readRun(folder)).run, written.deviations);
  const by = operator ?? process.env.RUNBOOK_OPERATOR ?? userInfo().username;
  await sayAfterwards(folder, {type: "closing-answered", ...written.said, whys, by, via: "--answers"});
  process.stdout.write(`recorded in ${nearbyPath(folder)}\n`);
  return 0;
}

/** By the numbers of their events; a step stands for all its deviations. */
function findDeviations({deviations}: Run, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const whys: Record<string, string> = {};
  for (const [name, why] of Object.entries(given)) {
    const meant = [...deviations].filter(({seq, step}) => String(seq) === name || (step ?? "runbook") === name);
    if (meant.length === 0) throw new UsageError(`closing: deviations: this run did not deviate at "${name}"`);
    for (const {seq} of meant) whys[seq] = why;
  }
  return whys;
}

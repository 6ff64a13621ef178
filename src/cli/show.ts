import {resolve} from "node:path";

import {runStanding} from "../model/standing.ts";
import {openRunbook} from "../parser/index.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {findRun, readRun} from "../runtime/runs.ts";
import {nearbyPath} from "./nearby-path.ts";
import {paintFor} from "./terminal/paint.ts";
import {createTranscript} from "./terminal/transcript.ts";

/** `runbook show`: the record of a run, told as the run itself was told. */
export async function show(reference: string, {runsDir}: {runsDir: string}): Promise<number> {
  const {folder, bytes, included, path, events, run, live, damage} = await readRun(await findRun(resolve(runsDir), reference));
  const {runbook} = openRunbook(bytes, {path, kinds, readFile: (file) => included.get(file) ?? null});
  const paint = paintFor(process.stdout);
  const transcript = createTranscript(runbook, paint);
  for (const event of events) {
    const {outputs, facts} = transcript.hear(event);
    const lines = [...outputs, ...facts];
    if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  }
  const standing = runStanding(run, live);
  const rest = [
    ...transcript.open(),
    ...(run.ended === null
      ? ["", paint.yellow(standing === "interrupted" ? "interrupted: the runner is gone, and nothing after this was recorded" : standing)]
      : []),
    ...(damage === null ? [] : [paint.red(`the journal is damaged: ${damage}`)]),
    `  record: ${nearbyPath(folder)}`
  ];
  process.stdout.write(`${rest.join("\n")}\n`);
  return 0;
}

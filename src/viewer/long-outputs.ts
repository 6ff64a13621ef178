/** Looks for a text in outputs that are too long for the page; the server reads them. */
import type {Output, Stream} from "../model/event.ts";
import type {Attempt} from "../model/run.ts";
import {attemptsOf, goesOn, stepRun} from "../model/run.ts";
import type {FoundInOutput} from "../model/served.ts";
import {stepLabel} from "../model/step-label.ts";
import type {Hit} from "./search.ts";
import {getJson} from "./source.ts";
import type {RunStore} from "./store.ts";
import {number} from "./words.ts";

type Overflowed = Extract<Output, {type: "overflowed"}>;

/** Whether any output goes on beyond what the page holds, and can be asked for. */
export const hasLongOutputs = (store: RunStore): boolean => listLongOutputs(store).length > 0;

/** The places in all of them, in the order of the document. */
export async function searchLongOutputs(store: RunStore, query: string): Promise<{readonly hits: readonly Hit[]; readonly total: number}> {
  const found = await Promise.all(
    listLongOutputs(store).map(async ({hit, url}) => {
      const {lines, total} = await getJson<FoundInOutput>(`${url}?find=${encodeURIComponent(query)}`);
      const hits = lines.map(({line, from, text}): Hit => {
        const at = text.toLowerCase().indexOf(query.toLowerCase());
        return {
          ...hit,
          where: `${hit.where}, line ${number(line)}`,
          line: text,
          at: Math.max(0, at),
          beyond: {stream: hit.beyond!.stream, from, line}
        };
      });
      return {hits, total};
    })
  );
  return {hits: found.flatMap(({hits}) => hits), total: found.reduce((sum, {total}) => sum + total, 0)};
}

function listLongOutputs(store: RunStore): readonly {readonly hit: Hit; readonly url: string}[] {
  const run = store.run.start?.run;
  if (run === undefined) return [];
  return store.runbook.steps.flatMap((step) => {
    const now = stepRun(store.run, step.id);
    const attempts: readonly Attempt[] = goesOn(now) ? [...now.earlier, now.attempt] : attemptsOf(now);
    return attempts.flatMap((attempt) =>
      [...overflowsOf(attempt).values()].flatMap(({stream, file}) => {
        const url = store.source.outputUrl(run, file.slice(file.lastIndexOf("/") + 1));
        const hit = {
          anchor: `step:${step.id}`,
          title: stepLabel(step),
          where: stream,
          line: "",
          at: 0,
          attempt: attempt.number,
          row: null,
          beyond: {stream, from: 0, line: 1}
        };
        return url === null ? [] : [{hit, url}];
      })
    );
  });
}

function overflowsOf({outputs}: Attempt): ReadonlyMap<Stream, Overflowed> {
  const found = new Map<Stream, Overflowed>();
  for (const output of outputs) if (output.type === "overflowed") found.set(output.stream, output);
  return found;
}

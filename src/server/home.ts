import type {ServedHome, ServedRunbook} from "../model/served.ts";
import type {Desks} from "./desks.ts";
import type {Library} from "./library.ts";
import type {Records} from "./records.ts";

/** All that is here: the runbooks, and the runs that were made of them. */
export async function readHome({
  library,
  desks,
  records,
  you
}: {
  library: Library;
  desks: Desks;
  records: Records;
  you: string;
}): Promise<ServedHome> {
  const runbooks: ServedRunbook[] = [];
  for (const name of await library.list()) {
    const desk = desks.peek(name);
    const document = desk ? await desk.refresh() : await library.open(name).catch(() => null);
    if (!document) continue;
    const {runbook} = document;
    runbooks.push({
      name,
      title: runbook.title,
      owner: runbook.owner,
      steps: runbook.steps.length,
      errors: runbook.problems.filter(({severity}) => severity === "error").length,
      drillEveryMs: runbook.settings.drillEveryMs,
      run: desk?.run.start && !desk.run.ended ? desk.run.start.run : null
    });
  }
  return {folder: library.root, you, only: library.only, runbooks, runs: await records.list()};
}

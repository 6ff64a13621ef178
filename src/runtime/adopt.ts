/** Goes on with a cell in the background that was to be kept and is still there, though its runner is gone. */
import type {Outcome} from "../model/event.ts";
import type {Emit, Finish} from "../model/kind.ts";
import {stepRun} from "../model/run.ts";
import type {StepId} from "../model/runbook.ts";
import {recordOutput} from "./attempt-output.ts";
import {readEarlierOutput} from "./earlier-output.ts";
import type {Stage} from "./stage.ts";

/** False: it is not there any more. `unknown`: names of secrets that it may print, and that nobody supplied again. */
export async function adoptBackground(stage: Stage, step: StepId, unknown: readonly string[]): Promise<boolean> {
  const now = stepRun(stage.run, step);
  const cell = stage.steps.get(step);
  if (now.status !== "background" || now.process === null || cell?.type !== "cell") return false;
  const {journal, redactor, folder} = stage;
  const {number: attempt, startedMs} = now.attempt;
  const kind = stage.kindOf(cell);
  const silent = unknown.length > 0;
  const suppressed = silent || !cell.options.recordOutput;
  let over = false;
  const recorded = recordOutput({journal, redactor, folder, step, attempt, earlier: await readEarlierOutput(now.attempt, folder)});
  const emit: Emit = (output) => {
    if (over || suppressed || journal.failure.aborted) return;
    if (recorded.failure !== null) background?.end(false);
    else return recorded.emit(output);
  };
  const task = {
    cell,
    config: cell.config,
    attempt,
    timeoutMs: null,
    variables: stage.variables.bound,
    runLabel: `runbook ${stage.id} ${step}`,
    terminal: null,
    claim: null
  };
  const background = (await kind.adopt?.(task, await stage.sessions.open(kind, cell), now.process, emit)) ?? null;
  if (background === null) {
    await recorded.end();
    return false;
  }
  stage.backgrounds.follow(background, async (outcome, last) => {
    over = true;
    const {streams, redactions, failure} = await recorded.end();
    if (outcome === null) return;
    const failed: Outcome | null = failure === null ? null : {type: "failed", message: failure, place: null};
    await stage.record({
      type: "cell-ended",
      step,
      attempt,
      outcome: failed ?? outcome,
      ending: {
        ...toMeasures(last),
        durationMs: Math.max(0, Math.round(journal.elapsedMs() - startedMs)),
        rowCount: null,
        streams,
        redactions,
        detail: silent
          ? `after its runner was gone, what it printed was not recorded: ${unknown.join(", ")} was not given again`
          : toDetail(last)
      }
    });
  });
  return true;
}

const toMeasures = (last: Finish | null) => ({
  exit: last?.exit ?? null,
  signal: last?.signal ?? null,
  sqlstate: last?.sqlstate ?? null,
  state: last?.state ?? null,
  transaction: last?.transaction ?? null,
  leftovers: last?.leftovers ?? [],
  kept: last?.kept ?? []
});

const toDetail = (last: Finish | null): string =>
  [last?.detail, "what it printed while it had no runner was not recorded"].filter(Boolean).join("\n");

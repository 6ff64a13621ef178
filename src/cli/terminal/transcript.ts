import type {Event} from "../../model/event.ts";
import type {Run} from "../../model/run.ts";
import {apply, blank, stepRun} from "../../model/run.ts";
import type {Runbook, Step, StepId} from "../../model/runbook.ts";
import {stepsById} from "../../model/runbook.ts";
import {factLines} from "./facts.ts";
import type {OutputLines} from "./output-lines.ts";
import {createOutputLines} from "./output-lines.ts";
import type {Paint} from "./paint.ts";
import {headingsOf} from "./words.ts";

/** A run told line by line as its events come; `exec` and `show` tell it in the same words. */
export interface Transcript {
  readonly run: Run; // the fold so far
  hear(event: Event): Told;
  /** What a cell printed that has not ended. */
  open(): readonly string[];
}
/** What one event adds: what a cell printed comes before what is said about it. */
export interface Told {
  readonly outputs: readonly string[];
  readonly facts: readonly string[];
}

export function createTranscript(runbook: Runbook, paint: Paint, earlier: Run = blank): Transcript {
  const steps = stepsById(runbook);
  let run = earlier;
  let heading = "";
  const printing = new Map<StepId, OutputLines>(); // of the cells that have not ended

  return {
    get run() {
      return run;
    },
    hear(event) {
      run = apply(run, event);
      const before: string[] = [];
      const step = "step" in event && event.step !== null ? steps.get(event.step) : undefined;
      if (step && opens(event)) before.push(...enter(step));
      return {outputs: outputsOf(event), facts: [...before, ...factLines(runbook, steps, run, event, paint)]};
    },
    open: () => [...printing.values()].flatMap((lines) => lines.end())
  };

  function outputsOf(event: Event): readonly string[] {
    switch (event.type) {
      case "cell-started":
        printing.set(event.step, createOutputLines(paint));
        return [];
      case "output-written": {
        const lines = printing.get(event.step)?.add(event.output) ?? [];
        return stepRun(run, event.step).status === "background" ? lines.map((line) => named(event.step, line)) : lines;
      }
      case "cell-ready":
        return printing.get(event.step)?.end() ?? [];
      case "cell-ended": {
        const lines = printing.get(event.step)?.end() ?? [];
        printing.delete(event.step);
        return lines;
      }
      default:
        return [];
    }
  }

  /** Other cells print meanwhile. */
  function named(step: StepId, line: string): string {
    return `  ${paint.dim(step)} ${line.trimStart()}`;
  }

  /** Names the section once, where the record comes into it. */
  function enter(step: Step): readonly string[] {
    const now = headingsOf(runbook, step);
    if (now === heading) return [];
    heading = now;
    return ["", paint.underline(now)];
  }
}

const opens = ({type}: Event): boolean =>
  type === "cell-started" || type === "question-asked" || type === "step-skipped" || type === "input-asked";

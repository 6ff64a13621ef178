import type {Event} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import {blank} from "../model/run.ts";
import type {Runbook} from "../model/runbook.ts";
import {nearbyPath} from "./nearby-path.ts";
import {createGithubReporter} from "./terminal/github.ts";
import {lendsTo, lendTerminal} from "./terminal/lend.ts";
import {createLiveReporter} from "./terminal/live.ts";
import {paintFor} from "./terminal/paint.ts";
import {createTranscript} from "./terminal/transcript.ts";

/** Tells a run to whoever called: as it goes, and at its end. */
export interface Reporter {
  hear(events: readonly Event[]): void;
  end(end: RunEnding): void;
}
export interface RunEnding {
  readonly folder: string; // absolute
  readonly unanswered: string | null; // the open question, and how to answer it
}

/** Events for a program, a live view for a terminal, groups for GitHub Actions, plain lines for anything else; `earlier`: the run before. */
export function createReporter(
  runbook: Runbook,
  {json = false, quiet = false}: {json?: boolean; quiet?: boolean},
  earlier: Run = blank,
  lending: Parameters<typeof lendTerminal>[2] | null = null // where somebody can type into this terminal
): Reporter {
  if (json) return createJsonReporter();
  if (quiet) return createQuietReporter(runbook, earlier);
  if (process.env.GITHUB_ACTIONS === "true")
    return createGithubReporter(runbook, {write: writeOut, summaryFile: process.env.GITHUB_STEP_SUMMARY ?? null, earlier});
  if (process.stdout.isTTY && process.env.TERM !== "dumb") {
    const live = createLiveReporter(runbook, process.stdout, {earlier, ...(lending && {isShown: lendsTo(runbook)})});
    return lending ? lendTerminal(runbook, live, lending) : live;
  }
  return createPlainReporter(runbook, earlier);
}

const writeOut = (text: string): void => void process.stdout.write(text);

function createPlainReporter(runbook: Runbook, earlier: Run): Reporter {
  const transcript = createTranscript(runbook, paintFor(process.stdout), earlier);
  return {
    hear(events) {
      const lines = events.flatMap((event) => {
        const {outputs, facts} = transcript.hear(event);
        return [...outputs, ...facts];
      });
      if (lines.length > 0) writeOut(`${lines.join("\n")}\n`);
    },
    end: (ending) => writeOut(`${endingLines(ending).join("\n")}\n`)
  };
}

function createJsonReporter(): Reporter {
  return {
    hear: (events) => writeOut(events.map((event) => `${JSON.stringify(event)}\n`).join("")),
    end: ({unanswered}) => void (unanswered !== null && process.stderr.write(`stopped at ${unanswered}\n`))
  };
}

/** Says nothing of what went well. */
function createQuietReporter(runbook: Runbook, earlier: Run): Reporter {
  const transcript = createTranscript(runbook, paintFor(process.stderr), earlier);
  const wrong: string[] = [];
  return {
    hear(events) {
      for (const event of events) {
        const {facts} = transcript.hear(event);
        if (isWrong(event)) wrong.push(...facts);
      }
    },
    end(ending) {
      const {ended}: Run = transcript.run;
      if (ended?.outcome !== "passed")
        process.stderr.write(`${[...wrong.filter((line) => line !== ""), ...endingLines(ending)].join("\n")}\n`);
    }
  };
}

function isWrong(event: Event): boolean {
  if (event.type === "expectation-checked") return !event.met;
  if (event.type === "cell-ended") return event.outcome.type !== "passed";
  if (event.type === "objective-measured") return event.measure.result === "missed" || event.measure.result === "failed";
  if (event.type === "question-answered") return event.answer.type === "refused";
  return event.type === "run-ended" || event.type === "cancel-requested";
}

/** The open question, and where the record is. */
export function endingLines({folder, unanswered}: RunEnding): readonly string[] {
  return [...(unanswered === null ? [] : [`  stopped at ${unanswered}`]), `  record: ${nearbyPath(folder)}`];
}

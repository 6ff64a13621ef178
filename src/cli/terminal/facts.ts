/** Each fact of a run as the lines that tell it; outputs are told by `output-lines.ts`. Pure. */

import {formatDuration} from "../../model/duration.ts";
import type {Ending, Event, Outcome} from "../../model/event.ts";
import {locate} from "../../model/kind.ts";
import type {EndedAttempt, Run} from "../../model/run.ts";
import {stepRun} from "../../model/run.ts";
import type {Cell, Runbook, Step, StepId} from "../../model/runbook.ts";
import {pathOf} from "../../model/runbook.ts";
import {standing} from "../../model/standing.ts";
import {timeOver} from "../../model/time-over.ts";
import {unreachable} from "../../model/unreachable.ts";
import {count} from "./amounts.ts";
import type {Paint} from "./paint.ts";
import {measureLine, summaryLines} from "./summary.ts";
import {answerWords, markOf, nameOf, questionWords, quiet, serverWords, valueWords} from "./words.ts";

/** `run` has folded the event already. */
export function factLines(runbook: Runbook, steps: ReadonlyMap<StepId, Step>, run: Run, event: Event, paint: Paint): readonly string[] {
  const note = (text: string): string => `  ${paint.dim("·")} ${text}`;
  switch (event.type) {
    case "run-started": {
      const {title, path, revision} = event.runbook;
      const chosen = event.plan.section === null ? "" : `#${event.plan.section}`;
      return [
        `${paint.bold(quiet(title))}${revision === null ? "" : `, revision ${quiet(revision)}`} ${paint.dim(`(${quiet(path)}${chosen})`)}`,
        `${event.mode} by ${quiet(event.operator)} on ${quiet(event.by.host)}, run ${event.run}`
      ];
    }
    case "run-resumed":
      return [
        "",
        `resumed by ${quiet(event.operator)} on ${quiet(event.by.host)}, after ${formatDuration(event.idleMs)} without a runner`,
        ...event.adopted.flatMap((id) => {
          const step = steps.get(id);
          return step ? [note(`${nameOf(step, paint)} still goes on in the background`)] : [];
        })
      ];
    case "document-changed":
      return [note(`the runbook goes on as in ${quiet(event.folder)} of the record`)];
    case "journal-recovered":
      return [paint.yellow(`the journal had a broken end: ${count(event.cutLines, "line")} (${count(event.cutBytes, "byte")}) cut off`)];
    case "connection-opened":
      return [note(`${event.connection}${event.session === "main" ? "" : ` (session ${event.session})`}: ${serverWords(event.server)}`)];
    case "target-checked": {
      const pins = Object.entries(event.pins).map(([pin, value]) => `${pin}=${value}`);
      return event.problem === null ? [note(quiet(`${event.connection} is ${pins.join(", ")}: checked`))] : []; // the cell's end says why
    }
    case "input-asked":
      return [`${markOf("asked", paint)} input ${event.name}`];
    case "input-set":
      return [note(`${event.name} = ${valueWords(event.value)} ${paint.dim(`(${event.via})`)}`)];
    case "cell-started": {
      const step = steps.get(event.step);
      const again = event.attempt > 1 ? `, attempt ${event.attempt}` : "";
      return step
        ? [
            `${markOf("running", paint)} ${nameOf(step, paint)} ${paint.dim(`(${quiet(pathOf(runbook, step.span))}:${step.span.line}${again})`)}`
          ]
        : [];
    }
    case "output-written":
      return [];
    case "expectation-checked":
      return expectationLines(steps.get(event.step) as Cell, event, paint);
    case "variable-captured":
      return [note(`${event.name} = ${valueWords(event.value)}`)];
    case "cell-ready": {
      const step = steps.get(event.step);
      return step ? [`${markOf("passed", paint)} ${nameOf(step, paint)} ready, goes on in the background`] : [];
    }
    case "terminal-sized":
      return [];
    case "terminal-typed":
      return [note(`${quiet(event.by)} typed into it`)];
    case "prompt-answered":
      return [note(`a prompt was answered with ${event.secret}`)];
    case "cell-ended": {
      const now = stepRun(run, event.step);
      return now.status === "ended" ? endLines(runbook, steps.get(event.step) as Cell, now.attempt, paint) : [];
    }
    case "question-asked": {
      const step = steps.get(event.step)!;
      return [
        `${markOf("asked", paint)} ${questionWords(step, event.question)} ${paint.dim(`(${quiet(pathOf(runbook, step.span))}:${step.span.line})`)}`,
        ...questionDetail(event.question, note)
      ];
    }
    case "item-checked": {
      const step = steps.get(event.step);
      return [
        note(`[${event.checked ? "x" : " "}] ${step?.type === "checklist" ? quiet(step.items[event.item]?.text ?? "") : event.item + 1}`)
      ];
    }
    case "question-answered": {
      const step = steps.get(event.step)!;
      const mark = markOf(event.answer.type === "refused" ? "refused" : "answered", paint);
      return [
        `${mark} ${nameOf(step, paint)} ${answerWords(step, event.answer)} by ${quiet(event.by)} ${paint.dim(`(${event.via})`)}${event.note === "" ? "" : `: ${quiet(event.note)}`}`
      ];
    }
    case "step-skipped": {
      const step = steps.get(event.step);
      return [`${markOf("skipped", paint)} ${step ? nameOf(step, paint) : event.step} ${paint.dim(`skipped: ${quiet(event.reason)}`)}`];
    }
    case "milestone-reached":
      return [
        `${paint.cyan("◆")} ${quiet(runbook.milestones.find(({id}) => id === event.milestone)?.title ?? event.milestone)} ${paint.dim(event.time ?? event.at)}`
      ];
    case "objective-measured": {
      const objective = runbook.objectives.find(({id}) => id === event.objective);
      return objective ? [measureLine(objective, event.measure, paint)] : [];
    }
    case "reminder-due":
      return [paint.yellow(`! ${reminderWords(runbook, event.reminder)} is due${event.time > 1 ? ` again (${event.time})` : ""}`)];
    case "reminder-late":
      return [paint.yellow(`! ${reminderWords(runbook, event.reminder)} was not done in time`)];
    case "reminder-done":
      return [`${paint.green("✓")} ${reminderWords(runbook, event.reminder)} done by ${quiet(event.by)}`];
    case "deviation-recorded":
      return [
        paint.yellow(
          `! ${event.step ?? "the runbook"} ${event.deviation} by ${quiet(event.by)}${event.why === "" ? "" : `: ${quiet(event.why)}`}`
        )
      ];
    case "cancel-requested":
      return [paint.yellow(`! cancelled by ${quiet(event.by)}`)];
    case "closing-answered":
      return [paint.dim(`  ${quiet(event.by)} said what only people know (${event.via})`)];
    case "run-ended":
      return ["", ...summaryLines(runbook, run, paint)];
    default:
      return unreachable(event);
  }
}

function reminderWords({reminders}: Runbook, id: string): string {
  const reminder = reminders.find((reminder) => reminder.id === id);
  return `reminder "${quiet(reminder?.title ?? id)}"${reminder?.role ? ` (for ${quiet(reminder.role)})` : ""}`;
}

function expectationLines(
  cell: Cell,
  {index, met, actual}: Extract<Event, {type: "expectation-checked"}>,
  paint: Paint
): readonly string[] {
  const promise = quiet(cell.expectations[index]?.that.source ?? "");
  if (met) return [`  ${paint.green("✓")} ${paint.dim(promise)}`];
  return [`  ${paint.red("✗")} promised: ${promise}`, `    actually: ${quiet(actual)}`];
}

function endLines(runbook: Runbook, cell: Cell, attempt: EndedAttempt, paint: Paint): readonly string[] {
  const {outcome, ending} = attempt;
  const took = outcome.type === "lost" ? "" : ` ${paint.dim(`in ${formatDuration(ending.durationMs)}`)}`; // nobody knows how long it went on
  const mark = markOf(standing({status: "ended", attempt, confirmed: null, earlier: []}), paint);
  const rest = [
    ...(ending.detail === null ? [] : ending.detail.split("\n").map((line) => `    ${quiet(line)}`)),
    ...truncationLines(cell, ending),
    ...ending.leftovers.map((process) => `    ended what it left behind: ${quiet(process)}`),
    ...ending.kept.map((process) => `    left running on purpose: ${quiet(process)}`),
    ...(hasLostState(cell, ending) ? ["    the shell's state could not be taken; the earlier one stands"] : []),
    ...(ending.transaction === "open" ? ["    a transaction is open"] : []),
    ...(ending.transaction === "failed" ? ["    the transaction has failed and must be rolled back"] : []),
    ...(ending.redactions > 0 ? [`    ${count(ending.redactions, "secret")} hidden in its output`] : [])
  ].map((line) => paint.dim(line));
  return [`${mark} ${nameOf(cell, paint)} ${outcome.type}${took}${outcomeWords(runbook, cell, outcome)}`, ...rest];
}

function truncationLines({options}: Cell, {streams}: Ending): readonly string[] {
  if (!options.recordOutput) return ["    its output is not recorded, as output=none says"];
  return Object.entries(streams).flatMap(([stream, {truncated}]) => (truncated ? [`    ${stream} was longer than what is kept`] : []));
}

/** A cell that waits for a line has no end of its own, and its state is never taken. */
const hasLostState = ({options}: Cell, {state, exit, signal}: Ending): boolean =>
  state === "not taken" && options.ready === null && (exit !== null || signal !== null);

/** ": division by zero, at restore.md:42:8". */
export function outcomeWords(runbook: Runbook, cell: Cell, outcome: Outcome): string {
  switch (outcome.type) {
    case "passed":
    case "cancelled":
      return "";
    case "timed-out":
      return `: not done ${timeOver(cell.options, outcome.afterMs)}`;
    case "lost":
      return `: ${quiet(outcome.message)}`;
    case "failed": {
      if (outcome.place === null) return `: ${quiet(outcome.message)}`;
      const {line, column} = locate(cell, outcome.place);
      return `: ${quiet(outcome.message)}, at ${quiet(pathOf(runbook, cell.span))}:${line}${outcome.place.column === null ? "" : `:${column}`}`;
    }
    default:
      return unreachable(outcome);
  }
}

function questionDetail(question: Extract<Event, {type: "question-asked"}>["question"], note: (text: string) => string): readonly string[] {
  switch (question.type) {
    case "confirmation":
      return [
        ...question.reasons.map((reason) => note(quiet(reason))),
        ...question.unknown.map((reason) => note(`cannot be known: ${quiet(reason)}`)),
        ...Object.entries(question.values).map(([name, value]) => note(`${name} = ${quiet(value)}`))
      ];
    case "gate":
      return question.releases.flatMap(({step, target, text, values, unknown, sha256}) => [
        note(`leads to ${step}, ${quiet(target)}, sha256 ${sha256}`),
        ...text
          .replace(/\n+$/, "")
          .split("\n")
          .map((line) => note(`  | ${quiet(line)}`)),
        ...Object.entries(values).map(([name, value]) => note(`  ${name} = ${quiet(value)}`)),
        ...unknown.map((reason) => note(`  cannot be known: ${quiet(reason)}`))
      ]);
    case "decision":
      return question.why === null ? [] : [note(quiet(question.why))];
    default:
      return [];
  }
}

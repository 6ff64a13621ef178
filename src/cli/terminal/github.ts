import {randomUUID} from "node:crypto";
import {appendFileSync} from "node:fs";
import {formatDuration} from "../../model/duration.ts";
import type {Event} from "../../model/event.ts";
import {locate} from "../../model/kind.ts";
import type {Run} from "../../model/run.ts";
import {attemptsOf, stepRun} from "../../model/run.ts";
import type {Cell, Runbook, StepId} from "../../model/runbook.ts";
import {pathOf, stepName, stepsById} from "../../model/runbook.ts";
import {broke, standing} from "../../model/standing.ts";
import type {Reporter} from "../reporter.ts";
import {endingLines} from "../reporter.ts";
import {outcomeWords} from "./facts.ts";
import {plain} from "./paint.ts";
import {countSteps, measureLine} from "./summary.ts";
import {createTranscript} from "./transcript.ts";
import {quiet} from "./words.ts";

interface GithubOptions {
  write(text: string): void;
  readonly summaryFile: string | null; // $GITHUB_STEP_SUMMARY
  readonly earlier?: Run;
}

/** For a job of GitHub Actions: a group for each cell, an annotation at the document's line for each failure, a job summary. */
export function createGithubReporter(runbook: Runbook, {write, summaryFile, earlier}: GithubOptions): Reporter {
  const transcript = createTranscript(runbook, plain, earlier);
  const steps = stepsById(runbook);
  let open: {readonly step: StepId; readonly token: string} | null = null; // while a cell prints, the workflow's commands are switched off

  return {
    hear(events) {
      const lines = events.flatMap(told);
      if (lines.length > 0) write(`${lines.join("\n")}\n`);
    },
    end(ending) {
      const {run} = transcript;
      write(
        `${[...endingLines(ending), ...(ending.unanswered === null ? [] : [command("error", {...placeOfQuestion(runbook, run), title: "Stopped"}, ending.unanswered)])].join("\n")}\n`
      );
      if (summaryFile !== null) appendFileSync(summaryFile, jobSummary(runbook, run, ending.unanswered));
    }
  };

  function told(event: Event): readonly string[] {
    const {outputs, facts} = transcript.hear(event);
    if (event.type === "cell-started") {
      open = {step: event.step, token: randomUUID()};
      return [...facts.slice(0, -1), `::group::${stepTitle(event)}`, `::stop-commands::${open.token}`, ...facts.slice(-1)];
    }
    if (event.type !== "cell-ended" && event.type !== "cell-ready") return [...outputs, ...facts];
    const notes = event.type === "cell-ended" ? annotations(runbook, steps.get(event.step) as Cell, event, transcript.run) : [];
    if (open === null) return [...outputs, ...facts, ...notes];
    const {step, token} = open;
    if (step !== event.step)
      return [...outputs, ...facts, ...(notes.length > 0 ? [`::${token}::`, ...notes, `::stop-commands::${token}`] : [])];
    open = null;
    return [...outputs, `::${token}::`, "::endgroup::", ...facts, ...notes];
  }

  function stepTitle({step}: Extract<Event, {type: "cell-started"}>): string {
    const found = steps.get(step);
    return found ? quiet(stepName(found)) : step;
  }
}

function annotations(runbook: Runbook, cell: Cell, {outcome, step}: Extract<Event, {type: "cell-ended"}>, run: Run): readonly string[] {
  if (outcome.type === "passed") return [];
  const place = outcome.type === "failed" && outcome.place !== null ? locate(cell, outcome.place) : cell.span;
  const attempt = attemptsOf(stepRun(run, step)).at(-1);
  const unmet = attempt?.checks.toArray().filter(({met}) => !met) ?? [];
  const at = {file: pathOf(runbook, cell.span), line: String(place.line), title: `${stepName(cell)} ${outcome.type}`};
  const promises = unmet.map(({index, actual}) => {
    const promise = cell.expectations[index]?.that;
    return command(
      "error",
      {...at, line: String(promise?.span.line ?? place.line)},
      `promised: ${promise?.source ?? "?"}\nactually: ${actual}`
    );
  });
  return promises.length > 0
    ? promises
    : [command("error", at, `${stepName(cell)} ${outcome.type}${outcomeWords(runbook, cell, outcome)}`)];
}

/** Where the document asks what nobody answered. */
function placeOfQuestion(runbook: Runbook, run: Run): Readonly<Record<string, string>> {
  const asked =
    runbook.inputs.find(({name}) => run.inputs.get(name)?.status === "asked") ??
    runbook.steps.find(({id}) => stepRun(run, id).status === "asked");
  return asked ? {file: pathOf(runbook, asked.span), line: String(asked.span.line)} : {file: runbook.path};
}

/** A workflow command, with the escapes that its text and its properties need. */
function command(name: string, properties: Readonly<Record<string, string>>, text: string): string {
  const escaped = (value: string): string => value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (value: string): string => escaped(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${name} ${list.join(",")}::${escaped(text)}`;
}

/** The run in Markdown, for the page of the job. */
export function jobSummary(runbook: Runbook, run: Run, unanswered: string | null): string {
  const cell = (text: string): string => quiet(text).replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const rows = (run.start?.plan.steps ?? []).flatMap(({step, action}) => {
    const found = runbook.steps.find(({id}) => id === step);
    if (!found || action === "offer") return [];
    const now = stepRun(run, step);
    const last = attemptsOf(now).at(-1);
    const word = standing(now) === "pending" ? (action === "skip" ? "skipped" : "not reached") : standing(now);
    return [
      `| ${cell(stepName(found))} | ${broke(now) ? `**${word}**` : word} | ${last && last.outcome.type !== "lost" ? formatDuration(last.ending.durationMs) : ""} | ${cell(pathOf(runbook, found.span))}:${found.span.line} |`
    ];
  });
  const measures = runbook.objectives.flatMap((objective) => {
    const measure = run.measures.get(objective.id);
    return measure ? [`- ${cell(measureLine(objective, measure, plain))}`] : [];
  });
  return [
    `## ${cell(runbook.title)}: ${run.ended?.outcome ?? "not ended"}`,
    "",
    `${countSteps(runbook, run)}${run.ended ? `, after ${formatDuration(run.ended.ms)}` : ""}.${unanswered === null ? "" : ` Stopped at ${cell(unanswered)}.`}`,
    ...(measures.length > 0 ? ["", ...measures] : []),
    "",
    "| step | outcome | time | place |",
    "|---|---|---|---|",
    ...rows,
    "",
    ""
  ].join("\n");
}

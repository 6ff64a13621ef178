/** The run as JUnit XML, as Jenkins, GitLab and others read it: a case for each step, for each objective, and for the run itself. */
import {notChosen} from "../model/course.ts";
import type {EndedAttempt, StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Runbook, Step} from "../model/runbook.ts";
import {pathOf} from "../model/runbook.ts";
import {runStanding} from "../model/standing.ts";
import {judgeRun} from "../model/verdict.ts";
import type {Material, View} from "./material.ts";
import {blocksOf, blockText} from "./outputs.ts";
import {plainLine, plainText} from "./plain.ts";
import {resultOf} from "./record.ts";
import {allAttempts, messageOf} from "./steps.ts";

interface Case {
  readonly group: string;
  readonly name: string;
  readonly ms: number;
  readonly verdict: Verdict;
  readonly out: string;
  readonly err: string;
}
type Verdict =
  | {readonly type: "passed"}
  | {readonly type: "failure" | "error"; readonly kind: string; readonly message: string; readonly at?: string}
  | {readonly type: "skipped"; readonly message: string};

export const toJunit: View = (material) => {
  const {runbook, run} = material;
  const suites = [
    {name: runbook.title, cases: [...stepCases(material), runCase(material)]},
    {name: `${runbook.title}: objectives`, cases: objectiveCases(material)}
  ].filter(({cases}) => cases.length > 0);
  const all = suites.flatMap(({cases}) => cases);
  const time = seconds(run.ended?.ms ?? run.lastMs);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(runbook.title)} time="${time}" ${counts(all)}>`,
    ...suites.flatMap(({name, cases}, place) => [
      `  <testsuite name=${attribute(name)} ${counts(cases)} skipped="${count(cases, "skipped")}" time="${time}" timestamp="${(run.startedAt ?? "1970-01-01T00:00:00").slice(0, 19)}" hostname=${attribute(run.start?.by.host ?? "")}>`,
      ...(place === 0 ? properties(material) : []),
      ...cases.flatMap(caseLines),
      "  </testsuite>"
    ]),
    "</testsuites>",
    ""
  ].join("\n");
};

function stepCases({runbook, run}: Material): readonly Case[] {
  const planned = new Map((run.start?.plan.steps ?? []).map((one) => [one.step, one]));
  return runbook.steps.flatMap((step) => {
    const plan = planned.get(step.id);
    const now = stepRun(run, step.id);
    if (plan?.action === "offer") return []; // nobody has to tick it
    const why = plan === undefined ? null : notChosen(run, plan);
    const attempt = allAttempts(now).at(-1);
    const blocks = attempt === undefined ? [] : blocksOf(attempt);
    const errors = blocks.filter((block) => block.type === "text" && block.stream === "stderr");
    return [
      {
        group: runbook.sections.find(({id}) => id === step.section)?.title || runbook.title,
        name: step.title === null ? step.id : `${step.title} (${step.id})`,
        ms: attempt !== undefined && "outcome" in attempt ? attempt.ending.durationMs : 0,
        verdict: judgeStep(runbook, step, now, why),
        out: cut(blocks.filter((block) => !errors.includes(block)).map(blockText)),
        err: cut(errors.map(blockText))
      }
    ];
  });
}

function judgeStep(runbook: Runbook, step: Step, now: StepRun, notWanted: string | null): Verdict {
  switch (now.status) {
    case "pending":
    case "offered":
      return {type: "skipped", message: notWanted ?? "the run did not come to it"};
    case "asked":
      return {type: "skipped", message: `nobody answered: ${questionText(step)}`};
    case "answered":
      if (now.answer.type === "refused")
        return {type: "failure", kind: "refused", message: `refused by ${now.by}${now.note === "" ? "" : `: ${now.note}`}`};
      return step.type === "cell" && now.answer.type !== "done"
        ? {type: "skipped", message: `${now.answer.type} by ${now.by}, and not executed since`}
        : {type: "passed"};
    case "running":
      return {type: "error", kind: "lost", message: "it began, and has no end in the journal"};
    case "background":
      return {type: "passed"};
    case "skipped":
      return {type: "skipped", message: now.by === null ? now.reason : `by ${now.by}: ${now.reason}`};
    case "ended":
      return judgeAttempt(runbook, step, now.attempt);
  }
}

function judgeAttempt(runbook: Runbook, step: Step, attempt: EndedAttempt): Verdict {
  const {type} = attempt.outcome;
  if (type === "passed") return {type};
  const at = `${pathOf(runbook, step.span)}:${step.span.line}`;
  return {type: type === "failed" ? "failure" : "error", kind: type, message: messageOf(attempt) ?? type, at};
}

function questionText(step: Step): string {
  if (step.type === "checklist") return step.items.map(({text}) => text).join("; ");
  return step.title ?? step.id;
}

/** What no step of it shows: that it was cancelled, or has no end. */
function runCase({runbook, run, live}: Material): Case {
  const word = runStanding(run, live);
  const verdict: Verdict =
    run.ended === null
      ? {type: "error", kind: word, message: "the run has no end in its journal"}
      : word === "cancelled"
        ? {type: "error", kind: word, message: run.ended.reason}
        : {type: "passed"};
  return {group: runbook.title, name: "the run", ms: 0, verdict, out: run.ended?.reason ?? "", err: ""};
}

function objectiveCases({runbook, run}: Material): readonly Case[] {
  return judgeRun(runbook, run).objectives.map(({objective, measure, words}) => {
    const message = measure?.reason ? `${words}: ${measure.reason}` : words;
    const verdict: Verdict =
      measure === null || measure.result === "not-measured"
        ? {type: "skipped", message}
        : measure.result === "met"
          ? {type: "passed"}
          : {type: "failure", kind: measure.result, message};
    return {
      group: runbook.title,
      name: `${objective.metric.toUpperCase()} ${objective.title ?? objective.id}`,
      ms: 0,
      verdict,
      out: message,
      err: ""
    };
  });
}

function properties({run, live, journal}: Material): readonly string[] {
  const {start} = run;
  const facts: Readonly<Record<string, string | null | undefined>> = {
    run: start?.run,
    mode: start?.mode,
    outcome: runStanding(run, live),
    result: resultOf(run),
    operator: start?.operator,
    runbook: start?.runbook.path,
    sha256: start?.runbook.digest,
    revision: start?.runbook.revision,
    commit: start?.runbook.git?.commit,
    journal: journal.sha256
  };
  return [
    "    <properties>",
    ...Object.entries(facts).flatMap(([name, value]) => (value ? [`      <property name="${name}" value=${attribute(value)}/>`] : [])),
    "    </properties>"
  ];
}

function caseLines({group, name, ms, verdict, out, err}: Case): readonly string[] {
  const inside = [
    ...(verdict.type === "skipped" ? [`      <skipped message=${attribute(verdict.message)}/>`] : []),
    ...(verdict.type === "failure" || verdict.type === "error"
      ? [
          `      <${verdict.type} type="${verdict.kind}" message=${attribute(verdict.message)}>${text([verdict.message, ...(verdict.at ? [verdict.at] : [])].join("\n"))}</${verdict.type}>`
        ]
      : []),
    ...(out === "" ? [] : [`      <system-out>${text(out)}</system-out>`]),
    ...(err === "" ? [] : [`      <system-err>${text(err)}</system-err>`])
  ];
  const head = `    <testcase classname=${attribute(group)} name=${attribute(name)} time="${seconds(ms)}"`;
  return inside.length === 0 ? [`${head}/>`] : [`${head}>`, ...inside, "    </testcase>"];
}

const longest = 64 * 1024;

/** Readers of reports are no place for a long output: its end is what tells why it failed. */
function cut(texts: readonly string[]): string {
  const whole = texts.join("\n");
  return whole.length <= longest ? whole : `(the last ${longest} of ${whole.length} characters)\n${whole.slice(-longest)}`;
}

const count = (cases: readonly Case[], type: Verdict["type"]): number => cases.filter(({verdict}) => verdict.type === type).length;
const counts = (cases: readonly Case[]): string =>
  `tests="${cases.length}" failures="${count(cases, "failure")}" errors="${count(cases, "error")}"`;
const seconds = (ms: number): string => (Math.max(0, ms) / 1000).toFixed(3);

const escapes: Readonly<Record<string, string>> = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"};
const text = (value: string): string => plainText(value).replace(/[&<>"']/g, (character) => escapes[character]!);
const attribute = (value: string): string => `"${plainLine(value).replace(/[&<>"']/g, (character) => escapes[character]!)}"`;

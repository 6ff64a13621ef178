/** A run in a few sentences, for people: the same in every view. */
import {formatDuration} from "../model/duration.ts";
import type {StepRun} from "../model/run.ts";
import type {Step} from "../model/runbook.ts";
import {runStanding} from "../model/standing.ts";
import {judgeRun} from "../model/verdict.ts";
import {closingOf, unansweredOf} from "./closing.ts";
import type {Material} from "./material.ts";
import {findPeople} from "./people.ts";
import {plainLine, timeWords} from "./plain.ts";
import {resultOf} from "./record.ts";

export interface Summary {
  readonly title: string; // "DRILL passed: 3 of 3 steps passed"
  readonly facts: readonly string[];
}

export function summaryOf(material: Material): Summary {
  const {runbook, run, live, journal} = material;
  const {start, ended} = run;
  if (start === null) return {title: "Nothing was run", facts: []};
  const result = resultOf(run) ?? runStanding(run, live);
  const reason = ended === null ? "nobody saw its end" : ended.reason;
  return {
    title: `${start.mode.toUpperCase()} ${result}: ${plainLine(reason)}`,
    facts: [
      `run ${start.run}, started at ${timeWords(run.startedAt!)} by ${start.operator} on ${start.by.host} (${start.by.user})`,
      ended === null
        ? `last heard of ${formatDuration(run.lastMs)} later`
        : `ended at ${timeWords(ended.at)}, after ${formatDuration(ended.ms)}`,
      `document ${start.runbook.path}, sha256 ${start.runbook.digest}${gitWords(start.runbook.git)}`,
      ...judgeRun(runbook, run).objectives.map(({words, measure}) =>
        measure === null ? `${words}: not measured` : `${words}: ${measure.result}${measure.reason === null ? "" : `, ${measure.reason}`}`
      ),
      `people: ${findPeople(material)
        .map(({name}) => name)
        .join(", ")}`,
      ...deviationWords(material),
      ...(ended?.notes ?? []),
      ...(journal.damage === null ? [] : [`the journal is damaged: ${journal.damage}`]),
      ...closingWords(material)
    ].map(plainLine)
  };
}

/** What a person answered, who, when and how. */
export function answeredWords(step: Step, now: Extract<StepRun, {status: "answered"}>): string {
  const {answer, by, at, note, via} = now;
  const what =
    answer.type === "chosen" && step.type === "decision" ? `"${step.choices[answer.choice]?.label ?? answer.choice + 1}"` : answer.type;
  return `${what} by ${by} at ${timeWords(at)} (${via})${note === "" ? "" : `: ${note}`}`;
}

/** What a gate that was answered led to, exactly as it was when it was asked. */
export function releasedWords({question}: Extract<StepRun, {status: "answered"}>): readonly string[] {
  if (question.type !== "gate") return [];
  return question.releases.map(({step, target, values, unknown, sha256}) => {
    const given = Object.entries(values).map(([name, value]) => `, ${name}=${value}`);
    const open = unknown.length === 0 ? "" : `; not known then: ${unknown.join(", ")}`;
    return `led to ${step}, ${target}${given.join("")}, sha256 ${sha256}${open}`;
  });
}

const gitWords = (git: {readonly commit: string; readonly dirty: boolean} | null): string =>
  git === null ? "" : `, git ${git.commit}${git.dirty ? ", changed since" : ""}`;

function deviationWords({run}: Material): readonly string[] {
  const {whys} = closingOf(run);
  return [...run.deviations].map(({seq, deviation, step, by, why}) => {
    const said = whys.get(seq) ?? why;
    return `deviation: ${step ?? "the document"} ${deviation} by ${by}${said === "" ? "; nobody said why" : `: ${said}`}`;
  });
}

function closingWords({run}: Material): readonly string[] {
  const {record} = closingOf(run);
  const text = (name: string, said: {readonly value: string; readonly by: string} | null): readonly string[] =>
    said === null ? [] : [`${name}: ${said.value} (${said.by})`];
  const open = unansweredOf(run);
  return [
    ...text("scenario", record.scenario),
    ...text("assumptions", record.assumptions),
    ...text("independence of the testers", record.independence),
    ...(record.findings?.value ?? []).map(
      ({finding, severity, owner, due, ticket}) =>
        `finding: ${[finding, severity, owner && `owner ${owner}`, due && `due ${due}`, ticket].filter(Boolean).join("; ")}`
    ),
    ...(record.findings?.value.length === 0 ? ["no findings"] : []),
    ...text("reported to", record.reportedTo),
    ...record.signOff.map(({name, role, at}) => `signed off by ${name}, ${role}, at ${timeWords(at)}`),
    ...(open.length === 0 ? [] : [`nobody has said: ${open.map((name) => openWords[name] ?? name).join(", ")}`])
  ];
}

export const openWords: Readonly<Record<string, string>> = {
  scenario: "why this scenario",
  assumptions: "assumptions",
  independence: "independence of the testers",
  findings: "findings",
  reportedTo: "reported to",
  signOff: "sign-off",
  deviations: "why it deviated"
};

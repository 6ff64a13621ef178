import {createHash} from "node:crypto";
import type {Output, Stream} from "../model/event.ts";
import type {Attempt, EndedAttempt, StepRun} from "../model/run.ts";
import {attemptsOf, goesOn, stepRun} from "../model/run.ts";
import type {Runbook, Step, StepId} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import type {Material} from "./material.ts";
import type {DrillRecord} from "./record-schema.ts";

type StepRecord = DrillRecord["steps"][number];
type AttemptRecord = StepRecord["attempts"][number];

/** Every step of the document that ran, and those that the run knows from the document it began with. */
export function stepsOf({runbook, begun, run, events}: Material): StepRecord[] {
  const known = new Set(runbook.steps.map(({id}) => id));
  const planned = run.start?.plan.steps.map(({step}) => step) ?? [];
  const gone = [...new Set([...planned, ...[...run.steps.entries()].map(([id]) => id)])].filter((id) => !known.has(id));
  const starters: Starters = new Map(
    events.flatMap((event) => (event.type === "cell-started" ? [[`${event.step}/${event.attempt}`, event.by] as const] : []))
  );
  return [
    ...runbook.steps.map((step) => toStepRecord({id: step.id, step, runbook, starters}, stepRun(run, step.id))),
    ...gone.map((id) => toStepRecord({id, step: begun.steps.find((step) => step.id === id), runbook: begun, starters}, stepRun(run, id)))
  ];
}

/** Who let an attempt run, by step and number. */
type Starters = ReadonlyMap<string, string | null>;
interface Known {
  readonly id: StepId;
  readonly step: Step | undefined;
  readonly runbook: Runbook;
  readonly starters: Starters;
}

function toStepRecord({id, step, runbook: {sections}, starters}: Known, now: StepRun): StepRecord {
  const cell = step?.type === "cell" ? step : null;
  return {
    id,
    type: step?.type ?? null,
    title: step?.title ?? null,
    section: sections.find((section) => section.id === step?.section)?.title ?? null,
    kind: cell?.kind ?? null,
    file: step?.span.file ?? null,
    line: step?.span.line ?? null,
    sha256: cell === null ? null : createHash("sha256").update(cell.source).digest("hex"),
    standing: standing(now),
    skipped: now.status === "skipped" ? {at: now.at, reason: now.reason, by: now.by} : null,
    ticks: "ticks" in now ? [...now.ticks].map(([item, {checked, by, at}]) => ({item: itemText(step, item), checked, by, at})) : [],
    attempts: allAttempts(now).map((attempt) => ({
      ...toAttemptRecord(attempt, step),
      by: starters.get(`${id}/${attempt.number}`) ?? null
    }))
  };
}

export const itemText = (step: Step | undefined, item: number): string =>
  (step?.type === "checklist" ? step.items[item]?.text : undefined) ?? `item ${item + 1}`;

/** Those that ended, and the one that goes on or has no end in the journal. */
export const allAttempts = (now: StepRun): readonly (Attempt | EndedAttempt)[] =>
  goesOn(now) ? [...now.earlier, now.attempt] : attemptsOf(now);

function toAttemptRecord(attempt: Attempt | EndedAttempt, step: Step | undefined): Omit<AttemptRecord, "by"> {
  const {text, sha256, edited, session, target, host, user, detail} = attempt.execution;
  const expectations = step?.type === "cell" ? step.expectations : [];
  return {
    number: attempt.number,
    text,
    sha256,
    edited,
    session,
    target,
    host,
    user,
    detail: {...detail},
    startedAt: attempt.startedAt,
    ...endOf("outcome" in attempt ? attempt : null),
    expectations: [...attempt.checks].map(({index, met, actual}) => ({that: expectations[index]?.that.source ?? null, met, actual})),
    captures: [...attempt.captures].map(({name, value, secret}) => ({name, value: secret ? null : value, secret})),
    terminal: attempt.terminal && {typists: [...attempt.terminal.typists], answered: [...attempt.terminal.answered]},
    tables: [...attempt.outputs].flatMap((output) =>
      output.type === "table"
        ? [{statement: output.statement, columns: output.columns.map(({name}) => name), rows: output.total, kept: output.rows.length}]
        : []
    ),
    outputs: "outcome" in attempt ? outputsOf(attempt) : []
  };
}

type End = Pick<
  AttemptRecord,
  | "endedAt"
  | "durationMs"
  | "outcome"
  | "message"
  | "exit"
  | "signal"
  | "sqlstate"
  | "rowCount"
  | "redactions"
  | "state"
  | "transaction"
  | "leftProcesses"
  | "keptProcesses"
>;

function endOf(attempt: EndedAttempt | null): End {
  const ending = attempt?.ending ?? null;
  return {
    endedAt: attempt?.endedAt ?? null,
    durationMs: ending?.durationMs ?? null,
    outcome: attempt?.outcome.type ?? null,
    message: attempt === null ? null : messageOf(attempt),
    exit: ending?.exit ?? null,
    signal: ending?.signal ?? null,
    sqlstate: ending?.sqlstate ?? null,
    rowCount: ending?.rowCount ?? null,
    redactions: ending?.redactions ?? null,
    state: ending?.state ?? null,
    transaction: ending?.transaction ?? null,
    leftProcesses: [...(ending?.leftovers ?? [])],
    keptProcesses: [...(ending?.kept ?? [])]
  };
}

/** Why it did not end well, with what else a person should know. */
export function messageOf({outcome, ending}: EndedAttempt): string | null {
  const message =
    outcome.type === "failed" || outcome.type === "lost"
      ? outcome.message
      : outcome.type === "timed-out"
        ? `it was ended after ${outcome.afterMs} ms, its time limit`
        : null;
  return message === null || ending.detail === null ? message : `${message}\n${ending.detail}`;
}

function outputsOf({outputs, ending}: EndedAttempt): AttemptRecord["outputs"] {
  const files = new Map([...outputs].flatMap((output) => (output.type === "overflowed" ? [[output.stream, fileOf(output)] as const] : [])));
  const streams: readonly Stream[] = ["stdout", "stderr"];
  return streams.flatMap((stream) => {
    const {bytes, sha256, truncated} = ending.streams[stream];
    return bytes === 0 ? [] : [{stream, bytes, sha256, truncated, file: files.get(stream) ?? null}];
  });
}

/** The name of the file in `outputs`. */
export const fileOf = ({file}: Extract<Output, {type: "overflowed"}>): string => file.slice(file.lastIndexOf("/") + 1);

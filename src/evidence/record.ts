/** The record of a run, `drill.json`: everything that its journal says, for machines, and null where it says nothing. */
import type {Event, RunStarted} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import type {Runbook} from "../model/runbook.ts";
import {runStanding} from "../model/standing.ts";
import {closingOf, unansweredOf} from "./closing.ts";
import type {Material} from "./material.ts";
import {measuresOf} from "./measures.ts";
import {findPeople} from "./people.ts";
import {planOf} from "./planned.ts";
import {findQuestions} from "./questions.ts";
import type {DrillRecord} from "./record-schema.ts";
import {stepsOf} from "./steps.ts";

export type {DrillRecord} from "./record-schema.ts";

export const showRecord = (material: Material): string => `${JSON.stringify(toRecord(material), null, 2)}\n`;

export function toRecord(material: Material): DrillRecord {
  const {runbook, run, events, live, journal} = material;
  const {start, ended} = run;
  const closing = closingOf(run);
  const steps = stepsOf(material);
  return {
    format: "runbook-drill/1",
    id: start?.run ?? "",
    mode: start?.mode ?? null,
    result: resultOf(run),
    outcome: runStanding(run, live),
    reason: ended?.reason ?? null,
    notes: [...(ended?.notes ?? [])],
    startedAt: run.startedAt,
    endedAt: ended?.at ?? null,
    durationMs: ended?.ms ?? null,
    operator: firstOf(events, "run-started")?.operator ?? null,
    people: findPeople(material),
    runbook: start === null ? null : sourceOf(firstOf(events, "run-started")!),
    changes: events.flatMap((event) =>
      event.type === "document-changed" ? [{at: event.at, folder: event.folder, runbook: sourceOf(event)}] : []
    ),
    runners: events.flatMap((event) => {
      if (event.type !== "run-started" && event.type !== "run-resumed") return [];
      const {host, user, pid, tools} = event.by;
      const resumed = event.type === "run-resumed" ? event : null;
      return [
        {
          at: event.at,
          operator: event.operator,
          host,
          user,
          pid,
          tools: {...tools},
          idleMs: resumed?.idleMs ?? 0,
          suppliedSecrets: [...(resumed?.supplied ?? [])],
          adopted: [...(resumed?.adopted ?? [])]
        }
      ];
    }),
    servers: events.flatMap((event) => (event.type === "connection-opened" ? [serverOf(event)] : [])),
    targets: events.flatMap((event) =>
      event.type === "target-checked"
        ? [{at: event.at, step: event.step, connection: event.connection, pins: {...event.pins}, problem: event.problem}]
        : []
    ),
    planned: planOf(material),
    inputs: [...run.inputs].flatMap(([name, input]) =>
      input.status === "set"
        ? [{name, value: input.secret ? null : input.value, secret: input.secret, by: input.by, via: input.via, at: input.at}]
        : []
    ),
    milestones: [...run.milestones].map(([id, {first, last}]) => ({
      id,
      title: runbook.milestones.find((milestone) => milestone.id === id)?.title ?? null,
      first,
      last
    })),
    objectives: measuresOf(runbook, run),
    steps,
    questions: findQuestions(material),
    deviations: [...run.deviations].map(({seq, at, deviation, step, by, why}) => ({
      seq,
      at,
      deviation,
      step,
      by,
      why: closing.whys.get(seq) ?? (why === "" ? null : why)
    })),
    reminders: remindersOf(runbook, run),
    cancelled: run.cancelled,
    redactions: steps.reduce((sum, {attempts}) => attempts.reduce((inner, {redactions}) => inner + (redactions ?? 0), sum), 0),
    closing: closing.record,
    unanswered: unansweredOf(run),
    journal: {
      events: events.length,
      sha256: journal.sha256,
      damage: journal.damage,
      recovered: events.flatMap((event) =>
        event.type === "journal-recovered" ? [{at: event.at, cutBytes: event.cutBytes, cutLines: event.cutLines}] : []
      )
    }
  };
}

/** How the run came out, in the words of a drill; null when nobody saw its end. */
export function resultOf({ended, deviations}: Run): DrillRecord["result"] {
  switch (ended?.outcome) {
    case undefined:
      return null;
    case "passed":
      return deviations.length > 0 ? "passed-with-deviations" : "passed";
    case "failed":
    case "missed":
      return "failed";
    default:
      return "aborted";
  }
}

function sourceOf({runbook, files, includes}: Pick<RunStarted, "runbook" | "files" | "includes">): NonNullable<DrillRecord["runbook"]> {
  const {path, title, revision, digest, git} = runbook;
  return {path, title, revision, sha256: digest, git, files: {...files}, includes: {...includes}};
}

function serverOf({at, connection, session, server}: Extract<Event, {type: "connection-opened"}>): DrillRecord["servers"][number] {
  const {version, host, port, database, user, systemIdentifier, timeline, recovering, embedded, demo} = server;
  return {at, connection, session, version, host, port, database, user, systemIdentifier, timeline, recovering, embedded, demo};
}

function remindersOf({reminders}: Runbook, run: Run): DrillRecord["reminders"] {
  return [...run.reminders].map(([id, {time, done, late}]) => ({
    id,
    title: reminders.find((reminder) => reminder.id === id)?.title ?? null,
    due: time,
    late,
    lastDoneBy: done?.by ?? null,
    lastDoneAt: done?.at ?? null
  }));
}

function firstOf<T extends Event["type"]>(events: readonly Event[], type: T): Extract<Event, {type: T}> | undefined {
  return events.find((event): event is Extract<Event, {type: T}> => event.type === type);
}

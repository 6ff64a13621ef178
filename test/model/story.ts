/** Tells a run as a list of facts; numbers and times are added one by one, a second apart. */
import type {Ending, Event, Execution, Fact} from "../../src/model/event.ts";
import type {PlannedStep} from "../../src/model/plan.ts";
import type {RunId, StepId} from "../../src/model/runbook.ts";
import {stampFact} from "../../src/model/wire.ts";

export const id = (name: string): StepId => name as StepId;

export function story(...facts: readonly Fact[]): readonly Event[] {
  return facts.map((fact, index) =>
    stampFact(fact, {seq: index + 1, at: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(), ms: index * 1000})
  );
}

export const started = (...steps: readonly (string | PlannedStep)[]): Fact => ({
  type: "run-started",
  v: 1,
  run: "0190" as RunId,
  runbook: {path: "story.md", title: "Story", revision: "1", digest: "0".repeat(64), git: {commit: "a".repeat(40), dirty: false}},
  files: {"a.sql": "1".repeat(64)},
  includes: {"../b.md": "3".repeat(64)},
  directory: "/srv",
  mode: "drill",
  operator: "ada",
  by: {host: "vm", user: "root", pid: 1, tools: {node: "v20"}},
  plan: {section: null, steps: steps.map((step) => (typeof step === "string" ? planned(step) : step))}
});
export const planned = (step: string, rest: Partial<Extract<PlannedStep, {action: "execute" | "ask" | "offer"}>> = {}): PlannedStep => ({
  step: id(step),
  action: "execute",
  phase: "in-order",
  group: null,
  chosenBy: [],
  ...rest
});

export const execution: Execution = {
  edited: false,
  text: "true",
  sha256: "2".repeat(64),
  session: "main",
  target: "local",
  host: "vm",
  user: "root",
  detail: {shell: "-e"}
};
const total = {bytes: 3, sha256: "3".repeat(64), truncated: false};
export const ending: Ending = {
  durationMs: 5,
  exit: 0,
  signal: null,
  sqlstate: null,
  rowCount: null,
  streams: {stdout: total, stderr: total},
  state: "taken",
  transaction: null,
  leftovers: ["sleep (7)"],
  kept: [],
  redactions: 1,
  detail: null
};

export const began = (step: string, attempt = 1): Fact => ({type: "cell-started", by: null, step: id(step), attempt, execution});
export const printed = (
  step: string,
  text: string,
  {attempt = 1, stream = "stdout"}: {attempt?: number; stream?: "stdout" | "stderr"} = {}
): Fact => ({type: "output-written", step: id(step), attempt, output: {type: "text", stream, text}});
export const passed = (step: string, attempt = 1): Fact => ({
  type: "cell-ended",
  step: id(step),
  attempt,
  outcome: {type: "passed"},
  ending
});
export const failed = (step: string, message: string, attempt = 1): Fact => ({
  type: "cell-ended",
  step: id(step),
  attempt,
  outcome: {type: "failed", message, place: {line: 1, column: null}},
  ending: {...ending, exit: 1}
});
export const asked = (step: string): Fact => ({
  type: "question-asked",
  step: id(step),
  question: {type: "gate", role: "commander", releases: []}
});
export const answered = (step: string, answer: "confirmed" | "refused"): Fact => ({
  type: "question-answered",
  step: id(step),
  answer: {type: answer},
  by: "bo",
  note: "",
  via: "page"
});

/** One of every fact and every shape in it, as a run could have brought them about. */
export const everything: readonly Event[] = story(
  started(
    "one",
    "two",
    planned("gate", {action: "ask"}),
    planned("list", {action: "offer"}),
    planned("choice", {action: "ask", phase: "always", group: null, chosenBy: [{decision: id("gate"), choice: 0}]}),
    {step: id("never"), action: "skip", reason: "not selected"}
  ),
  {
    type: "run-resumed",
    operator: "ada",
    by: {host: "vm", user: "root", pid: 2, tools: {}},
    idleMs: 400,
    supplied: ["PASSWORD"],
    adopted: []
  },
  {type: "journal-recovered", cutBytes: 12, cutLines: 1},
  {type: "input-asked", name: "WHO", step: id("one")},
  {type: "input-set", name: "WHO", value: "Ada", secret: false, by: "ada", via: "page"},
  {type: "milestone-reached", milestone: "begun", time: null},
  {
    type: "question-asked",
    step: id("one"),
    question: {
      type: "confirmation",
      phrase: "yes",
      reasons: ["rm -r"],
      unknown: ["$(x)"],
      values: {WHO: "Ada"},
      text: "rm -r x",
      sha256: "4".repeat(64)
    }
  },
  {type: "question-answered", step: id("one"), answer: {type: "confirmed"}, by: "bo", note: "go", via: "--confirm"},
  began("one"),
  {
    type: "connection-opened",
    connection: "default",
    session: "main",
    server: {
      version: "15.1",
      host: "h",
      port: 5432,
      database: "d",
      user: "u",
      systemIdentifier: null,
      recovering: false,
      timeline: 1,
      embedded: true,
      demo: false
    }
  },
  {type: "target-checked", step: id("one"), connection: "default", pins: {role: "primary"}, server: null, problem: "it is another"},
  printed("one", "a\n"),
  {type: "output-written", step: id("one"), attempt: 1, output: {type: "base64", stream: "stderr", base64: "/w=="}},
  {type: "output-written", step: id("one"), attempt: 1, output: {type: "overflowed", stream: "stdout", file: "one.1.out", bytes: 70000}},
  {
    type: "output-written",
    step: id("one"),
    attempt: 1,
    output: {type: "table", statement: 1, line: 2, columns: [{name: "n", type: "int8"}], rows: [["1"], [null]], total: 2}
  },
  {type: "output-written", step: id("one"), attempt: 1, output: {type: "command", statement: 1, line: 1, tag: "SELECT 2", ms: 1.25}},
  {
    type: "output-written",
    step: id("one"),
    attempt: 1,
    output: {type: "notice", severity: "NOTICE", sqlstate: "00000", message: "m", detail: null, hint: "h"}
  },
  {type: "expectation-checked", step: id("one"), attempt: 1, index: 0, met: false, actual: "exit = 1"},
  {type: "variable-captured", step: id("one"), attempt: 1, name: "N", value: "1", secret: false, exact: true},
  failed("one", "expected exit == 0; found exit = 1"),
  {type: "reminder-due", reminder: "update", time: 1},
  {type: "reminder-late", reminder: "update", time: 1},
  {type: "reminder-due", reminder: "update", time: 2},
  {type: "reminder-done", reminder: "update", time: 2, by: "ada"},
  {type: "deviation-recorded", deviation: "repeated", step: id("one"), by: "ada", why: ""},
  began("one", 2),
  {type: "cancel-requested", by: "ada", step: id("one")},
  {type: "cell-ended", step: id("one"), attempt: 2, outcome: {type: "timed-out", afterMs: 10}, ending},
  began("one", 3),
  {
    type: "document-changed",
    folder: "changed-1",
    runbook: {path: "story.md", title: "Story", revision: null, digest: "5".repeat(64), git: null},
    files: {},
    includes: {},
    plan: {section: null, steps: ["one", "two", "gate", "list", "choice"].map((step) => planned(step))}
  },
  {type: "deviation-recorded", deviation: "changed", step: null, by: "ada", why: "a comment"},
  {type: "cell-ended", step: id("one"), attempt: 3, outcome: {type: "lost", message: "its runner was killed"}, ending},
  {type: "question-asked", step: id("one"), question: {type: "lost", attempt: 3}},
  {type: "question-answered", step: id("one"), answer: {type: "repeated"}, by: "ada", note: "", via: "--lost"},
  began("one", 4),
  {type: "cell-ready", step: id("one"), attempt: 4, process: {pid: 7, startedAt: "99", boot: null, mark: "one.4.x"}},
  printed("one", "later\n", {attempt: 4}),
  {type: "terminal-sized", step: id("one"), attempt: 4, columns: 120, rows: 40},
  {type: "terminal-typed", step: id("one"), attempt: 4, by: "bo", via: "terminal"},
  {type: "prompt-answered", step: id("one"), attempt: 4, secret: "PGPASSWORD"},
  passed("one", 4),
  {type: "step-skipped", step: id("two"), reason: "done by hand", by: "ada"},
  asked("gate"),
  answered("gate", "confirmed"),
  {type: "item-checked", step: id("list"), item: 1, checked: true, by: "bo"},
  {type: "question-asked", step: id("choice"), question: {type: "decision", proposed: 1, why: "exit = 0"}},
  {type: "question-answered", step: id("choice"), answer: {type: "chosen", choice: 1, proposed: true}, by: "ada", note: "", via: "--drill"},
  {type: "milestone-reached", milestone: "done", time: "2026-01-01T00:00:00Z"},
  {type: "objective-measured", objective: "rto", measure: {result: "met", actualMs: 5, waitingMs: 1, idleMs: 0, reason: null}},
  {type: "cancel-requested", by: "ada", step: null},
  {
    type: "closing-answered",
    by: "ada",
    via: "--answers",
    scenario: "the disk of the primary is gone",
    assumptions: null,
    independence: null,
    findings: [{finding: "slow", severity: "low", owner: "bo", due: null, ticket: null}],
    reportedTo: null,
    signOff: {name: "Cy", role: "approver"},
    whys: {"28": "to be sure"}
  },
  {type: "run-ended", outcome: "cancelled", reason: "cancelled by ada", notes: ["an open transaction was rolled back"], by: null}
);

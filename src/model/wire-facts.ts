/** One reader for each fact of the journal. The compiler holds them to the vocabulary in `event.ts`. */
import type {
  Answer,
  Column,
  Ending,
  Execution,
  Fact,
  KeptProcess,
  Measure,
  Outcome,
  Output,
  Place,
  Question,
  Release,
  Stream,
  StreamTotal
} from "./event.ts";
import type {Chooser, Plan, PlannedStep} from "./plan.ts";
import type {RunId, SectionId, StepId} from "./runbook.ts";
import {closingAnswered} from "./wire-closing.ts";
import type {Reader} from "./wire-fields.ts";
import {
  added,
  count,
  dictionary,
  exactly,
  flag,
  id,
  instant,
  list,
  nullable,
  number,
  place,
  record,
  sha256,
  text,
  variant
} from "./wire-fields.ts";
import {runner, server, source, via} from "./wire-identity.ts";

const stream: Reader<Stream> = exactly("stdout", "stderr");
const texts = list(text);
const stepId = id<StepId>;
const sectionId = id<SectionId>;

const chooser = record<Chooser>({decision: stepId, choice: count});
const visited = record<Exclude<PlannedStep, {action: "skip"}>>({
  step: stepId,
  action: exactly("execute", "ask", "offer"),
  phase: exactly("in-order", "on-failure", "always"),
  group: nullable(sectionId),
  chosenBy: list(chooser)
});
const planned = variant<PlannedStep>("action", {
  execute: visited,
  ask: visited,
  offer: visited,
  skip: record<Extract<PlannedStep, {action: "skip"}>>({step: stepId, action: exactly("skip"), reason: text})
});
const plan = record<Plan>({section: nullable(sectionId), steps: list(planned)});

const execution = record<Execution>({
  text,
  sha256,
  edited: added(flag, false),
  session: text,
  target: text,
  host: text,
  user: text,
  detail: dictionary(text)
});

type OutputOf<T extends Output["type"]> = Extract<Output, {type: T}>;
const column = record<Column>({name: text, type: text});
const output = variant<Output>("type", {
  text: record<OutputOf<"text">>({type: exactly("text"), stream, text}),
  base64: record<OutputOf<"base64">>({type: exactly("base64"), stream, base64: text}),
  overflowed: record<OutputOf<"overflowed">>({type: exactly("overflowed"), stream, file: text, bytes: count}),
  table: record<OutputOf<"table">>({
    type: exactly("table"),
    statement: place,
    line: place,
    columns: list(column),
    rows: list(list(nullable(text))),
    total: count
  }),
  command: record<OutputOf<"command">>({type: exactly("command"), statement: place, line: place, tag: text, ms: number}),
  notice: record<OutputOf<"notice">>({
    type: exactly("notice"),
    severity: text,
    sqlstate: text,
    message: text,
    detail: nullable(text),
    hint: nullable(text)
  })
});

type OutcomeOf<T extends Outcome["type"]> = Extract<Outcome, {type: T}>;
const placed = record<Place>({line: place, column: nullable(place)});
const outcome = variant<Outcome>("type", {
  passed: record<OutcomeOf<"passed">>({type: exactly("passed")}),
  failed: record<OutcomeOf<"failed">>({type: exactly("failed"), message: text, place: nullable(placed)}),
  "timed-out": record<OutcomeOf<"timed-out">>({type: exactly("timed-out"), afterMs: number}),
  cancelled: record<OutcomeOf<"cancelled">>({type: exactly("cancelled")}),
  lost: record<OutcomeOf<"lost">>({type: exactly("lost"), message: text})
});
const total = record<StreamTotal>({bytes: count, sha256, truncated: flag});
const ending = record<Ending>({
  durationMs: number,
  exit: nullable(number),
  signal: nullable(text),
  sqlstate: nullable(text),
  rowCount: nullable(count),
  streams: record<Ending["streams"]>({stdout: total, stderr: total}),
  state: nullable(exactly("taken", "not taken")),
  transaction: nullable(exactly("idle", "open", "failed")),
  leftovers: texts,
  kept: texts,
  redactions: count,
  detail: nullable(text)
});

type QuestionOf<T extends Question["type"]> = Extract<Question, {type: T}>;
const exact = {reasons: texts, unknown: texts, values: dictionary(text), text, sha256};
const question = variant<Question>("type", {
  gate: record<QuestionOf<"gate">>({
    type: exactly("gate"),
    role: nullable(text),
    releases: added(list(record<Release>({step: stepId, target: text, ...exact})), [])
  }),
  checklist: record<QuestionOf<"checklist">>({type: exactly("checklist")}),
  decision: record<QuestionOf<"decision">>({type: exactly("decision"), proposed: nullable(count), why: nullable(text)}),
  lost: record<QuestionOf<"lost">>({type: exactly("lost"), attempt: place}),
  confirmation: record<QuestionOf<"confirmation">>({
    type: exactly("confirmation"),
    phrase: nullable(text),
    ...exact
  })
});
type AnswerOf<T extends Answer["type"]> = Extract<Answer, {type: T}>;
const answer = variant<Answer>("type", {
  confirmed: record<AnswerOf<"confirmed">>({type: exactly("confirmed")}),
  refused: record<AnswerOf<"refused">>({type: exactly("refused")}),
  completed: record<AnswerOf<"completed">>({type: exactly("completed")}),
  repeated: record<AnswerOf<"repeated">>({type: exactly("repeated")}),
  done: record<AnswerOf<"done">>({type: exactly("done")}),
  skipped: record<AnswerOf<"skipped">>({type: exactly("skipped")}),
  chosen: record<AnswerOf<"chosen">>({type: exactly("chosen"), choice: count, proposed: flag})
});
const measure = record<Measure>({
  result: exactly("met", "missed", "failed", "not-measured"),
  actualMs: nullable(number),
  waitingMs: number,
  idleMs: number,
  reason: nullable(text)
});

type FactOf<T extends Fact["type"]> = Extract<Fact, {type: T}>;
type Readers = {readonly [T in Fact["type"]]: Reader<FactOf<T>>};
const readers: Readers = {
  "run-started": record<FactOf<"run-started">>({
    type: exactly("run-started"),
    v: exactly(1),
    run: id<RunId>,
    runbook: source,
    files: added(dictionary(sha256), {}),
    includes: added(dictionary(sha256), {}),
    directory: added(text, ""),
    mode: exactly("drill", "recovery"),
    operator: text,
    by: runner,
    plan
  }),
  "run-resumed": record<FactOf<"run-resumed">>({
    type: exactly("run-resumed"),
    operator: text,
    by: runner,
    idleMs: added(count, 0),
    supplied: added(texts, []),
    adopted: added(list(stepId), [])
  }),
  "document-changed": record<FactOf<"document-changed">>({
    type: exactly("document-changed"),
    folder: text,
    runbook: source,
    files: dictionary(sha256),
    includes: dictionary(sha256),
    plan
  }),
  "journal-recovered": record<FactOf<"journal-recovered">>({type: exactly("journal-recovered"), cutBytes: count, cutLines: count}),
  "connection-opened": record<FactOf<"connection-opened">>({type: exactly("connection-opened"), connection: text, session: text, server}),
  "target-checked": record<FactOf<"target-checked">>({
    type: exactly("target-checked"),
    step: stepId,
    connection: text,
    pins: dictionary(text),
    server: nullable(server),
    problem: nullable(text)
  }),
  "input-asked": record<FactOf<"input-asked">>({type: exactly("input-asked"), name: text, step: nullable(stepId)}),
  "input-set": record<FactOf<"input-set">>({type: exactly("input-set"), name: text, value: text, secret: flag, by: text, via}),
  "cell-started": record<FactOf<"cell-started">>({
    type: exactly("cell-started"),
    step: stepId,
    attempt: place,
    by: added(nullable(text), null),
    execution
  }),
  "output-written": record<FactOf<"output-written">>({type: exactly("output-written"), step: stepId, attempt: place, output}),
  "expectation-checked": record<FactOf<"expectation-checked">>({
    type: exactly("expectation-checked"),
    step: stepId,
    attempt: place,
    index: count,
    met: flag,
    actual: text
  }),
  "variable-captured": record<FactOf<"variable-captured">>({
    type: exactly("variable-captured"),
    step: stepId,
    attempt: place,
    name: text,
    value: text,
    secret: flag,
    exact: added(flag, true)
  }),
  "cell-ready": record<FactOf<"cell-ready">>({
    type: exactly("cell-ready"),
    step: stepId,
    attempt: place,
    process: added(nullable(record<KeptProcess>({pid: place, startedAt: nullable(text), boot: nullable(text), mark: text})), null)
  }),
  "terminal-sized": record<FactOf<"terminal-sized">>({
    type: exactly("terminal-sized"),
    step: stepId,
    attempt: place,
    columns: place,
    rows: place
  }),
  "terminal-typed": record<FactOf<"terminal-typed">>({type: exactly("terminal-typed"), step: stepId, attempt: place, by: text, via}),
  "prompt-answered": record<FactOf<"prompt-answered">>({type: exactly("prompt-answered"), step: stepId, attempt: place, secret: text}),
  "cell-ended": record<FactOf<"cell-ended">>({type: exactly("cell-ended"), step: stepId, attempt: place, outcome, ending}),
  "question-asked": record<FactOf<"question-asked">>({type: exactly("question-asked"), step: stepId, question}),
  "item-checked": record<FactOf<"item-checked">>({type: exactly("item-checked"), step: stepId, item: count, checked: flag, by: text}),
  "question-answered": record<FactOf<"question-answered">>({
    type: exactly("question-answered"),
    step: stepId,
    answer,
    by: text,
    note: text,
    via
  }),
  "step-skipped": record<FactOf<"step-skipped">>({type: exactly("step-skipped"), step: stepId, reason: text, by: nullable(text)}),
  "milestone-reached": record<FactOf<"milestone-reached">>({type: exactly("milestone-reached"), milestone: text, time: nullable(instant)}),
  "objective-measured": record<FactOf<"objective-measured">>({type: exactly("objective-measured"), objective: text, measure}),
  "reminder-due": record<FactOf<"reminder-due">>({type: exactly("reminder-due"), reminder: text, time: place}),
  "reminder-late": record<FactOf<"reminder-late">>({type: exactly("reminder-late"), reminder: text, time: place}),
  "reminder-done": record<FactOf<"reminder-done">>({type: exactly("reminder-done"), reminder: text, time: place, by: text}),
  "deviation-recorded": record<FactOf<"deviation-recorded">>({
    type: exactly("deviation-recorded"),
    deviation: exactly("out-of-order", "repeated", "skipped", "changed", "rolled-back", "edited", "not-as-confirmed"),
    step: nullable(stepId),
    by: text,
    why: text
  }),
  "cancel-requested": record<FactOf<"cancel-requested">>({type: exactly("cancel-requested"), by: text, step: nullable(stepId)}),
  "closing-answered": closingAnswered,
  "run-ended": record<FactOf<"run-ended">>({
    type: exactly("run-ended"),
    outcome: exactly("passed", "failed", "missed", "stopped", "cancelled"),
    reason: text,
    notes: texts,
    by: added(nullable(text), null)
  })
};

/** A fact of the journal, every field read. */
export const fact: Reader<Fact> = variant<Fact>("type", readers);

/** The shape of a record. `schema/drill.schema.json` is made from this. */
import * as v from "valibot";

const text = v.string();
const time = v.pipe(v.string(), v.isoTimestamp(), v.description("a time, in UTC"));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ms = v.pipe(v.number(), v.description("milliseconds"));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description("a sha256 in hexadecimal"));
const texts = v.array(text);
const dictionary = v.record(text, text);
const hashes = v.record(text, hash);
const about = <S extends v.GenericSchema>(schema: S, words: string) => v.pipe(schema, v.description(words));

const source = v.strictObject({
  path: text,
  title: text,
  revision: v.nullable(text),
  sha256: about(hash, "of the exact bytes that ran"),
  git: about(
    v.nullable(v.strictObject({commit: text, dirty: about(v.boolean(), "the bytes that ran are not those of the commit")})),
    "null: it stood in no repository, or git did not say"
  ),
  files: about(hashes, "that were copied into the run folder"),
  includes: about(hashes, "files whose text ran too")
});
const runner = v.strictObject({
  at: time,
  operator: text,
  host: text,
  user: text,
  pid: count,
  tools: dictionary,
  idleMs: about(count, "that there was no runner before this one"),
  suppliedSecrets: texts,
  adopted: about(texts, "cells in the background that were found to go on")
});
const server = v.strictObject({
  at: time,
  connection: text,
  session: text,
  version: text,
  host: text,
  port: count,
  database: text,
  user: text,
  systemIdentifier: v.nullable(text),
  timeline: v.nullable(count),
  recovering: v.nullable(v.boolean()),
  embedded: v.boolean(),
  demo: about(v.boolean(), "an imitation in memory: no evidence of anything")
});
const target = v.strictObject({at: time, step: text, connection: text, pins: dictionary, problem: v.nullable(text)});

const planned = v.strictObject({
  section: about(v.nullable(text), "the one section that was asked for"),
  drillEveryMs: v.nullable(count),
  estimateMs: about(v.nullable(v.strictObject({min: count, max: count})), "the sum over the sections that say one"),
  steps: v.array(v.strictObject({step: text, action: v.picklist(["execute", "ask", "offer", "skip"]), reason: v.nullable(text)})),
  objectives: v.array(
    v.strictObject({
      id: text,
      metric: v.picklist(["rto", "rpo", "ttd", "ttr"]),
      title: v.nullable(text),
      targetMs: count,
      from: v.nullable(text),
      to: v.nullable(text),
      value: v.nullable(text)
    })
  ),
  successCriteria: v.array(v.strictObject({step: text, that: text}))
});

const moment = v.strictObject({at: time, ms: about(v.nullable(v.number()), "since the run began; null: the time is a captured value")});
const measured = v.strictObject({
  id: text,
  metric: v.picklist(["rto", "rpo", "ttd", "ttr"]),
  title: v.nullable(text),
  targetMs: count,
  result: v.nullable(v.picklist(["met", "missed", "failed", "not-measured"])),
  actualMs: v.nullable(v.number()),
  waitingMs: about(v.nullable(count), "for people, inside it"),
  idleMs: about(v.nullable(count), "without a runner, inside it"),
  reason: v.nullable(text),
  from: v.nullable(v.strictObject({milestone: text, first: v.nullable(moment)})),
  to: v.nullable(v.strictObject({milestone: text, last: v.nullable(moment)})),
  value: about(v.nullable(text), "the expression that was its value"),
  arithmetic: about(v.nullable(text), "how the actual value came about")
});

const output = v.strictObject({
  stream: v.picklist(["stdout", "stderr"]),
  bytes: about(count, "after redaction"),
  sha256: about(hash, "of these bytes"),
  truncated: about(v.boolean(), "more came than was kept"),
  file: about(v.nullable(text), "in the folder outputs; null: the journal holds it all")
});
const attempt = v.strictObject({
  number: count,
  by: about(v.nullable(text), "who let it run; null: nobody in person"),
  text: about(text, "what was executed, after redaction"),
  sha256: about(hash, "of the exact text before redaction"),
  edited: about(v.boolean(), "a person had changed the text for this one time"),
  session: text,
  target: text,
  host: text,
  user: text,
  detail: dictionary,
  startedAt: time,
  endedAt: v.nullable(time),
  durationMs: v.nullable(ms),
  outcome: about(v.nullable(v.picklist(["passed", "failed", "timed-out", "cancelled", "lost"])), "null: it has no end in the journal"),
  message: v.nullable(text),
  exit: v.nullable(v.number()),
  signal: v.nullable(text),
  sqlstate: v.nullable(text),
  rowCount: v.nullable(count),
  expectations: v.array(v.strictObject({that: v.nullable(text), met: v.boolean(), actual: text})),
  captures: v.array(v.strictObject({name: text, value: v.nullable(text), secret: v.boolean()})),
  terminal: about(
    v.nullable(
      v.strictObject({typists: about(texts, "who typed into it"), answered: about(texts, "names of the secrets that answered prompts")})
    ),
    "null: it had none"
  ),
  tables: v.array(v.strictObject({statement: count, columns: texts, rows: about(count, "that there were"), kept: count})),
  outputs: v.array(output),
  redactions: v.nullable(count),
  state: v.nullable(v.picklist(["taken", "not taken"])),
  transaction: v.nullable(v.picklist(["idle", "open", "failed"])),
  leftProcesses: about(texts, "that it left behind, and that were ended"),
  keptProcesses: texts
});
const step = v.strictObject({
  id: text,
  type: v.nullable(v.picklist(["cell", "gate", "checklist", "decision"])),
  title: v.nullable(text),
  section: v.nullable(text),
  kind: v.nullable(text),
  file: about(v.nullable(text), "the included file that it is written in; null: the runbook itself"),
  line: v.nullable(count),
  sha256: about(v.nullable(hash), "of its source in the document; null: it has none"),
  standing: v.picklist([
    "pending",
    "asked",
    "running",
    "skipped",
    "passed",
    "failed",
    "timed-out",
    "cancelled",
    "lost",
    "answered",
    "refused"
  ]),
  skipped: v.nullable(v.strictObject({at: time, reason: text, by: v.nullable(text)})),
  ticks: v.array(v.strictObject({item: text, checked: v.boolean(), by: text, at: time})),
  attempts: v.array(attempt)
});

const question = v.strictObject({
  step: text,
  type: v.picklist(["gate", "checklist", "decision", "lost", "confirmation"]),
  askedAt: time,
  role: v.nullable(text),
  reasons: texts,
  text: about(v.nullable(text), "what a confirmation was for"),
  sha256: about(v.nullable(hash), "over text, flags, host, user, connection and values"),
  releases: about(
    v.array(
      v.strictObject({
        step: text,
        target: about(text, "where it acts"),
        text,
        values: v.record(v.string(), v.string()),
        unknown: texts,
        sha256: about(hash, "over text, flags, host, user, connection and values, as of a confirmation")
      })
    ),
    "the cells that a gate led to, exactly as they would have run when it was asked"
  ),
  answer: about(v.nullable(text), "null: nobody answered"),
  by: v.nullable(text),
  at: v.nullable(time),
  note: v.nullable(text),
  via: about(v.nullable(text), "how the answer came in"),
  waitedMs: v.nullable(count)
});
const deviation = v.strictObject({
  seq: about(count, "of its event in the journal"),
  at: time,
  deviation: v.picklist(["out-of-order", "repeated", "skipped", "changed", "edited", "rolled-back", "not-as-confirmed"]),
  step: v.nullable(text),
  by: text,
  why: about(v.nullable(text), "null: nobody said")
});

const said = <S extends v.GenericSchema>(value: S) =>
  about(v.nullable(v.strictObject({value, by: text, at: time, via: text})), "null: nobody said");
const closing = v.strictObject({
  scenario: said(text),
  assumptions: said(text),
  independence: about(said(text), "of those who tested from those who run the system"),
  findings: said(
    v.array(
      v.strictObject({finding: text, severity: v.nullable(text), owner: v.nullable(text), due: v.nullable(text), ticket: v.nullable(text)})
    )
  ),
  reportedTo: said(text),
  signOff: v.array(v.strictObject({name: text, role: text, by: text, at: time, via: text}))
});

export const drillRecord = v.strictObject({
  format: about(v.literal("runbook-drill/1"), "of this record"),
  id: text,
  mode: v.nullable(v.picklist(["drill", "recovery"])),
  result: about(
    v.nullable(v.picklist(["passed", "passed-with-deviations", "failed", "aborted"])),
    "failed: also when only an objective was missed; aborted: stopped or cancelled; null: the run has no end"
  ),
  outcome: v.picklist(["passed", "failed", "missed", "stopped", "cancelled", "running", "interrupted", "not started"]),
  reason: v.nullable(text),
  notes: texts,
  startedAt: v.nullable(time),
  endedAt: v.nullable(time),
  durationMs: v.nullable(ms),
  operator: v.nullable(text),
  people: about(
    v.array(v.strictObject({name: text, did: v.array(v.strictObject({at: time, what: text, step: v.nullable(text)}))})),
    "everybody who acted, as they were named to the program"
  ),
  runbook: v.nullable(source),
  changes: about(v.array(v.strictObject({at: time, folder: text, runbook: source})), "of the document while the run went on"),
  runners: v.array(runner),
  servers: v.array(server),
  targets: about(v.array(target), "whether a server was the one that was pinned, before cells that destroy"),
  planned: about(v.nullable(planned), "as it stood before anything ran"),
  inputs: v.array(v.strictObject({name: text, value: v.nullable(text), secret: v.boolean(), by: text, via: text, at: time})),
  milestones: v.array(v.strictObject({id: text, title: v.nullable(text), first: moment, last: moment})),
  objectives: v.array(measured),
  steps: v.array(step),
  questions: v.array(question),
  deviations: v.array(deviation),
  reminders: v.array(
    v.strictObject({id: text, title: v.nullable(text), due: count, late: count, lastDoneBy: v.nullable(text), lastDoneAt: v.nullable(time)})
  ),
  cancelled: v.nullable(v.strictObject({by: text, at: time})),
  redactions: about(count, "of secrets in all outputs"),
  closing: about(closing, "what no machine can know"),
  unanswered: about(texts, "what of the closing nobody has said"),
  journal: v.strictObject({
    events: count,
    sha256: about(hash, "of its last line, which its chain makes one of all"),
    damage: v.nullable(text),
    recovered: v.array(v.strictObject({at: time, cutBytes: count, cutLines: count}))
  })
});

export type DrillRecord = v.InferOutput<typeof drillRecord>;

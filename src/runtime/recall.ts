/** What an earlier runner had in memory, made again from the journal; secrets, which no disk holds, must be supplied again. */
import type {AttemptFacts, Held} from "../expression/index.ts";
import type {Event, Stream} from "../model/event.ts";
import type {BoundVariable} from "../model/kind.ts";
import type {EndedAttempt} from "../model/run.ts";
import type {Redactor} from "./redact.ts";
import {markOf} from "./redact.ts";

export interface Recalled {
  readonly variables: ReadonlyMap<string, BoundVariable>;
  readonly supplied: ReadonlyMap<string, string>; // secrets that were needed, by name
  readonly missing: readonly string[]; // names of those that nobody supplied
}

/** The variables of a run, with secrets put back that `lookup` knows. */
export function recallVariables(events: readonly Event[], lookup: (name: string) => string | undefined, redactor: Redactor): Recalled {
  const last = new Map<string, Extract<Event, {type: "input-set" | "variable-captured"}>>();
  for (const event of events) if (event.type === "input-set" || event.type === "variable-captured") last.set(event.name, event);
  const supplied = new Map<string, string>();
  const missing = new Set<string>();
  const supply = (name: string): string | undefined => {
    const value = lookup(name);
    if (value === undefined || value === "") missing.add(name);
    else {
      supplied.set(name, value);
      redactor.add(name, value);
    }
    return value;
  };
  const variables = new Map<string, BoundVariable>();
  for (const [name, event] of last) {
    const {value, secret, seq} = event;
    const isWhole = value === markOf(name) || event.type === "input-set" || !event.exact;
    if (!secret || value === "") variables.set(name, {value, secret, setAt: seq});
    else if (isWhole) variables.set(name, {value: supply(name) ?? "", secret, setAt: seq});
    else {
      for (const [, marked] of value.matchAll(/\[redacted:([^\]]*)\]/g)) supply(marked!);
      variables.set(name, {value: redactor.restore(value), secret, setAt: seq});
    }
  }
  return {variables, supplied, missing: [...missing]};
}

const unread: Held<string> = {type: "cut", message: "what it had printed when it was ready cannot be read after the run was resumed"};
/** Of a cell in the background that another runner had begun. */
export const factsOfGoingOn: AttemptFacts = {
  exit: null,
  sqlstate: null,
  stdout: unread,
  stderr: unread,
  tables: [],
  notices: [],
  rowCount: null,
  bytes: 0,
  durationMs: 0
};

/** What later expressions may read of an attempt: exactly what was recorded, or a word of why it cannot be had. */
export function recallFacts(attempt: EndedAttempt): AttemptFacts {
  const {ending} = attempt;
  const outputs = attempt.outputs.toArray();
  const read = (stream: Stream): Held<string> => {
    const cut = (why: string): Held<string> => ({type: "cut", message: `${stream} cannot be read after the run was resumed: ${why}`});
    const ours = outputs.filter((output) => "stream" in output && output.stream === stream);
    if (attempt.outcome.type === "lost") return cut("nobody saw the end of it");
    if (ending.redactions > 0) return cut("it held a secret, which was not recorded");
    if (ending.streams[stream].truncated) return cut("not all of it was recorded");
    if (ours.some(({type}) => type === "overflowed")) return cut("it was longer than the journal keeps");
    const parts = ours.map((output) =>
      output.type === "text" ? Buffer.from(output.text) : Buffer.from(output.type === "base64" ? output.base64 : "", "base64")
    );
    return {type: "whole", value: Buffer.concat(parts).toString()};
  };
  return {
    exit: ending.exit,
    sqlstate: ending.sqlstate,
    stdout: read("stdout"),
    stderr: read("stderr"),
    tables: outputs.flatMap((output) => (output.type === "table" ? [output] : [])),
    notices: outputs.flatMap((output) => (output.type === "notice" ? [output] : [])),
    rowCount: ending.rowCount,
    bytes: ending.streams.stdout.bytes,
    durationMs: ending.durationMs
  };
}

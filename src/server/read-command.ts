import type {Finding, Said} from "../model/closing.ts";
import {nothingSaid} from "../model/closing.ts";
import type {Command} from "../model/command.ts";
import type {Answer} from "../model/event.ts";
import type {SectionId, StepId} from "../model/runbook.ts";

/** A command as it came over the wire; throws a `CommandError` that says what is wrong with it. */
export function readCommand(value: unknown): Command {
  const fields = readObject(value, "a command");
  switch (fields.type) {
    case "execute":
      return {type: "execute", step: readStep(fields)};
    case "execute-edited":
      return {type: "execute-edited", step: readStep(fields), text: readText(fields, "text"), why: readText(fields, "why")};
    case "run":
      return {
        type: "run",
        to: fields.to === null ? null : (readText(fields, "to") as StepId),
        section: fields.section === null ? null : (readText(fields, "section") as SectionId)
      };
    case "cancel":
    case "begin-again":
      return {type: fields.type};
    case "finish":
      return {type: "finish", why: fields.why === undefined ? "" : readText(fields, "why")};
    case "say":
      return {type: "say", said: readSaid(readObject(fields.said, '"said"'))};
    case "type-in":
      return {type: "type-in", step: readStep(fields), text: readText(fields, "text")};
    case "resize":
      return {type: "resize", step: readStep(fields), columns: readIndex(fields, "columns"), rows: readIndex(fields, "rows")};
    case "answer":
      return {
        type: "answer",
        step: readStep(fields),
        answer: readAnswer(fields.answer),
        note: readText(fields, "note"),
        phrase: fields.phrase === null ? null : readText(fields, "phrase")
      };
    case "resume":
      return {type: "resume", acceptChanges: readBoolean(fields, "acceptChanges")};
    case "tick":
      return {type: "tick", step: readStep(fields), item: readIndex(fields, "item"), checked: readBoolean(fields, "checked")};
    case "set-input":
      return {type: "set-input", name: readText(fields, "name"), value: readText(fields, "value")};
    case "skip":
      return {type: "skip", step: readStep(fields), why: readText(fields, "why")};
    case "remind-done":
      return {type: "remind-done", reminder: readText(fields, "reminder")};
    case "abandon":
      return {type: "abandon", why: readText(fields, "why")};
    case "set-mode":
      if (fields.mode === "drill" || fields.mode === "recovery") return {type: "set-mode", mode: fields.mode};
      throw new CommandError(`"mode" must be "drill" or "recovery", not ${JSON.stringify(fields.mode)}`);
    default:
      throw new CommandError(`there is no command ${JSON.stringify(fields.type)}`);
  }
}

/** What came is no command. */
export class CommandError extends Error {
  override name = "CommandError";
}

function readAnswer(value: unknown): Answer {
  const fields = readObject(value, '"answer"');
  switch (fields.type) {
    case "confirmed":
    case "refused":
    case "completed":
    case "repeated":
    case "done":
    case "skipped":
      return {type: fields.type};
    case "chosen":
      return {type: "chosen", choice: readIndex(fields, "choice"), proposed: false}; // the desk knows what was proposed
    default:
      throw new CommandError(`there is no answer ${JSON.stringify(fields.type)}`);
  }
}

/** What somebody says of a run that is over. */
export const readSaidOf = (value: unknown): Said => readSaid(readObject(value, "what is said"));

function readSaid(fields: Fields): Said {
  const text = (name: string): string | null => (fields[name] == null ? null : readText(fields, name));
  const whys = readObject(fields.whys ?? {}, '"whys"');
  return {
    ...nothingSaid,
    scenario: text("scenario"),
    assumptions: text("assumptions"),
    independence: text("independence"),
    reportedTo: text("reportedTo"),
    findings: fields.findings == null ? null : readFindings(fields.findings),
    signOff: fields.signOff == null ? null : readSignOff(readObject(fields.signOff, '"signOff"')),
    whys: Object.fromEntries(Object.keys(whys).map((seq) => [seq, readText(whys, seq)]))
  };
}

function readFindings(value: unknown): readonly Finding[] {
  if (!Array.isArray(value)) throw new CommandError(`"findings" must be a list, not ${JSON.stringify(value)}`);
  return value.map((one) => {
    const fields = readObject(one, "a finding");
    const text = (name: string): string | null => (fields[name] == null ? null : readText(fields, name));
    return {
      finding: readText(fields, "finding"),
      severity: text("severity"),
      owner: text("owner"),
      due: text("due"),
      ticket: text("ticket")
    };
  });
}

const readSignOff = (fields: Fields): NonNullable<Said["signOff"]> => ({name: readText(fields, "name"), role: readText(fields, "role")});

type Fields = Readonly<Record<string, unknown>>;

function readObject(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new CommandError(`${what} must be an object, not ${JSON.stringify(value)}`);
}

const readStep = (fields: Fields): StepId => readText(fields, "step") as StepId;

function readText(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new CommandError(`"${name}" must be a text, not ${JSON.stringify(value)}`);
}

function readIndex(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new CommandError(`"${name}" must be a whole number from 0, not ${JSON.stringify(value)}`);
}

function readBoolean(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === "boolean") return value;
  throw new CommandError(`"${name}" must be true or false, not ${JSON.stringify(value)}`);
}

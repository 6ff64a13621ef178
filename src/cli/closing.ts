import {isMap, parseDocument} from "yaml";

import type {Finding, Said} from "../model/closing.ts";
import {nothingSaid} from "../model/closing.ts";
import {hint} from "../model/nearest.ts";
import {UsageError} from "../model/usage-error.ts";

/** What the `closing` of a file of answers says; `deviations`: whys by step, or by the number of the event. */
export interface WrittenClosing {
  readonly said: Said;
  readonly deviations: Readonly<Record<string, string>>;
}

/**
 * Reads the part of a file of answers that is for the record; null where there is none:
 *
 *     closing:
 *       scenario: The disk of the primary is lost
 *       reported-to: board, 2026-02-01
 *       findings:
 *         - {finding: The dump is slow, severity: low, owner: Bo, due: 2026-03-01}
 *       sign-off: {name: Cy, role: approver}
 */
export function parseClosing(path: string, text: string): WrittenClosing | null {
  const document = parseDocument(text, {schema: "failsafe", prettyErrors: false});
  if (document.errors.length > 0 || !isMap(document.contents)) return null; // who reads the answers says so
  const whole = document.contents.toJSON() as Readonly<Record<string, unknown>>;
  return isClosing(whole.closing) ? readClosing(path, whole.closing) : null;
}

/** A step may be called `closing` too: its answer is a text, or has an `answer`. */
export const isClosing = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !("answer" in value);

const names = ["scenario", "assumptions", "independence", "reported-to", "findings", "sign-off", "deviations"] as const;

function readClosing(path: string, fields: Readonly<Record<string, unknown>>): WrittenClosing {
  const complain = (message: string): UsageError => new UsageError(`${path}: closing: ${message}`);
  const unknown = Object.keys(fields).find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) throw complain(`there is no "${unknown}"${hint(unknown, names)}; it has ${names.join(", ")}`);
  const text = (name: (typeof names)[number]): string | null => readText(fields[name], name, complain);
  return {
    said: {
      ...nothingSaid,
      scenario: text("scenario"),
      assumptions: text("assumptions"),
      independence: text("independence"),
      reportedTo: text("reported-to"),
      findings: readFindings(fields.findings, complain),
      signOff: readSignOff(fields["sign-off"], complain)
    },
    deviations: Object.fromEntries(
      Object.entries(readMap(fields.deviations, "deviations", complain) ?? {}).map(([step, why]) => [
        step,
        readText(why, `deviations.${step}`, complain) ?? ""
      ])
    )
  };
}

type Complain = (message: string) => UsageError;

function readText(value: unknown, name: string, complain: Complain): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") throw complain(`"${name}" must be a text`);
  return value;
}

function readMap(value: unknown, name: string, complain: Complain): Readonly<Record<string, unknown>> | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "object" || Array.isArray(value)) throw complain(`"${name}" must be lines of \`name: text\``);
  return value as Readonly<Record<string, unknown>>;
}

/** A list; `none` or an empty one says that nothing was found. */
function readFindings(value: unknown, complain: Complain): readonly Finding[] | null {
  if (value === undefined || value === null || value === "") return null;
  if (value === "none") return [];
  if (!Array.isArray(value)) throw complain('"findings" must be a list, or none');
  return value.map((item): Finding => {
    const fields = typeof item === "string" ? {finding: item} : (readMap(item, "findings", complain) ?? {});
    const known = ["finding", "severity", "owner", "due", "ticket"];
    const unknown = Object.keys(fields).find((name) => !known.includes(name));
    if (unknown !== undefined) throw complain(`a finding has no "${unknown}"${hint(unknown, known)}; it has ${known.join(", ")}`);
    const [finding, severity, owner, due, ticket] = known.map((name) => readText(fields[name], name, complain));
    if (!finding) throw complain('a finding needs a "finding"');
    return {finding, severity: severity ?? null, owner: owner ?? null, due: due ?? null, ticket: ticket ?? null};
  });
}

function readSignOff(value: unknown, complain: Complain): Said["signOff"] {
  const fields = readMap(value, "sign-off", complain);
  if (fields === null) return null;
  const [name, role] = [readText(fields.name, "sign-off.name", complain), readText(fields.role, "sign-off.role", complain)];
  if (name === null || role === null) throw complain('"sign-off" needs a name and a role');
  return {name, role};
}

import type {ClosingAnswered, Finding} from "./closing.ts";
import {dictionary, exactly, list, nullable, record, text} from "./wire-fields.ts";
import {via} from "./wire-identity.ts";

const finding = record<Finding>({
  finding: text,
  severity: nullable(text),
  owner: nullable(text),
  due: nullable(text),
  ticket: nullable(text)
});

/** What people said of a run, every field read. */
export const closingAnswered = record<ClosingAnswered>({
  type: exactly("closing-answered"),
  by: text,
  via,
  scenario: nullable(text),
  assumptions: nullable(text),
  independence: nullable(text),
  findings: nullable(list(finding)),
  reportedTo: nullable(text),
  signOff: nullable(record({name: text, role: text})),
  whys: dictionary(text)
});

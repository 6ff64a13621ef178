/** What people said of the run: of each thing the last that was said, by whom and when. */
import type {ClosingAnswered} from "../model/closing.ts";
import {closingTexts, laterWhys} from "../model/closing.ts";
import type {Event, Fact} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import type {DrillRecord} from "./record-schema.ts";

interface Closing {
  readonly record: DrillRecord["closing"];
  readonly whys: ReadonlyMap<number, string>; // of deviations, by the number of their events
}
type Said = Extract<Fact, {type: "closing-answered"}> & Event;
type Texts = "scenario" | "assumptions" | "independence" | "reportedTo";

export function closingOf({closing}: Run): Closing {
  const all = closing.toArray() as readonly Said[];
  const text = (name: Texts) => said(all, (answer) => answer[name]);
  return {
    record: {
      scenario: text("scenario"),
      assumptions: text("assumptions"),
      independence: text("independence"),
      findings: said(all, ({findings}) => findings?.map((finding) => ({...finding})) ?? null),
      reportedTo: text("reportedTo"),
      signOff: all.flatMap(({signOff, by, at, via}) => (signOff === null ? [] : [{...signOff, by, at, via}]))
    },
    whys: laterWhys(all)
  };
}

/** What of it nobody has said: the names of its fields, and `deviations` where one has no why. */
export function unansweredOf(run: Run): string[] {
  const {record, whys} = closingOf(run);
  return [
    ...[...closingTexts, "findings" as const].filter((name) => record[name] === null),
    ...(record.signOff.length === 0 ? ["signOff"] : []),
    ...([...run.deviations].some(({seq, why}) => why === "" && !whys.has(seq)) ? ["deviations"] : [])
  ];
}

function said<T>(all: readonly Said[], value: (answer: ClosingAnswered) => T | null) {
  const last = all.findLast((answer) => value(answer) !== null);
  return last === undefined ? null : {value: value(last)!, by: last.by, at: last.at, via: last.via};
}

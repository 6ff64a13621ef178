import type {Event, Via} from "../model/event.ts";
import type {Material} from "./material.ts";
import type {DrillRecord} from "./record-schema.ts";

type Deed = DrillRecord["people"][number]["did"][number];

/** Everybody who acted, in the order of their first act, with what they did. */
export function findPeople({events}: Material): DrillRecord["people"] {
  const people = new Map<string, Deed[]>();
  for (const event of events) {
    for (const {name, what, step} of deedsOf(event)) {
      const did = people.get(name) ?? [];
      people.set(name, did);
      did.push({at: event.at, what, step});
    }
  }
  return [...people].map(([name, did]) => ({name, did}));
}

interface Done {
  readonly name: string;
  readonly what: string;
  readonly step: string | null;
}

/** Ways of coming to a value by which nobody gives one. */
const givenWords: Partial<Record<Via, string>> = {default: "left the default of", "not-given": "gave nothing for"};

function deedsOf(event: Event): readonly Done[] {
  switch (event.type) {
    case "run-started":
      return [{name: event.operator, what: `started the ${event.mode}`, step: null}];
    case "run-resumed":
      return [{name: event.operator, what: "resumed it", step: null}];
    case "run-ended":
      return event.by === null ? [] : [{name: event.by, what: "finished the run", step: null}];
    case "input-set":
      return [{name: event.by, what: `${givenWords[event.via] ?? "gave a value for"} ${event.name} (${event.via})`, step: null}];
    case "cell-started":
      return event.by === null ? [] : [{name: event.by, what: `let it run (attempt ${event.attempt})`, step: event.step}];
    case "terminal-typed":
      return [{name: event.by, what: `typed into its terminal (${event.via})`, step: event.step}];
    case "item-checked":
      return [{name: event.by, what: `${event.checked ? "ticked" : "unticked"} item ${event.item + 1}`, step: event.step}];
    case "question-answered":
      return [{name: event.by, what: `answered: ${answerWords(event)} (${event.via})`, step: event.step}];
    case "step-skipped":
      return event.by === null ? [] : [{name: event.by, what: `skipped it: ${event.reason}`, step: event.step}];
    case "reminder-done":
      return [{name: event.by, what: `did what reminder "${event.reminder}" asks for`, step: null}];
    case "deviation-recorded":
      return [{name: event.by, what: `deviated: ${event.deviation}`, step: event.step}];
    case "closing-answered":
      return [
        {name: event.by, what: `said what only people know (${event.via})`, step: null},
        ...(event.signOff === null ? [] : [{name: event.signOff.name, what: `signed off as ${event.signOff.role}`, step: null}])
      ];
    case "cancel-requested":
      return canceller(event.by).map((name) => ({
        name,
        what: event.step === null ? "cancelled the run" : "cancelled it",
        step: event.step
      }));
    default:
      return [];
  }
}

/** `ada (SIGINT)`, `ada (no time left)`: who it was; a time limit is nobody. */
const canceller = (by: string): readonly string[] => (by.startsWith("--") ? [] : [by.replace(/ \(.*\)$/s, "")]);

export function answerWords({answer}: Extract<Event, {type: "question-answered"}>): string {
  return answer.type === "chosen" ? `choice ${answer.choice + 1}${answer.proposed ? ", as proposed" : ""}` : answer.type;
}

import type {Command} from "../model/command.ts";
import type {StepId} from "../model/runbook.ts";
import {stepLabel} from "../model/step-label.ts";
import {hasLongOutputs, searchLongOutputs} from "./long-outputs.ts";
import {progressOf} from "./progress.ts";
import {reveal} from "./reveal.ts";
import {RunbookCell} from "./runbook-cell.ts";
import type {Hit} from "./search.ts";
import {search} from "./search.ts";
import type {RunStore} from "./store.ts";
import {number} from "./words.ts";

/** One line of the palette: something to do, to go to, or that was found. */
export interface Entry {
  readonly group: "Do" | "Go to" | "Found";
  readonly label: string;
  readonly aside: string;
  readonly marked: {readonly from: number; readonly to: number} | null; // within the label
  readonly refused: string | null;
  choose(): void;
  readonly further: (() => Promise<Listing>) | null; // gives what is listed next, instead
}
export interface Listing {
  readonly entries: readonly Entry[];
  readonly told: string; // how much was found
}

const mostFound = 100;
const mostPlaces = 30;

/** What the palette offers for what was typed. `selected` is the step that the reader is at. */
export function listEntries(store: RunStore, query: string, selected: StepId | null, help: () => void): Listing {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({label}: Entry): boolean => words.every((word) => label.toLowerCase().includes(word));
  const doing = actionsOf(store, selected, help).filter(fits);
  const places = placesOf(store).filter(fits);
  const goTo = query.trim() === "" ? [] : places.slice(0, mostPlaces);
  if (query.trim().length < 2) return {entries: [...doing, ...goTo], told: "Type to find something in the document and in every output"};
  const found = search(store, query.trim(), mostFound);
  const more = hasLongOutputs(store) ? [lookFurther(store, query.trim())] : [];
  return {entries: [...doing, ...goTo, ...found.hits.map((hit) => toEntry(hit, query.trim())), ...more], told: tell(found)};
}

/** What is too long for the page is looked through by the server, once somebody asks for it. */
const lookFurther = (store: RunStore, query: string): Entry => ({
  group: "Found",
  label: `Look for “${query}” in the whole of the long outputs`,
  aside: "Enter",
  marked: null,
  refused: null,
  choose: () => {},
  further: async () => {
    const found = await searchLongOutputs(store, query);
    return {entries: found.hits.slice(0, mostFound).map((hit) => toEntry(hit, query)), told: tell(found)};
  }
});

const tell = ({hits, total}: {readonly hits: readonly Hit[]; readonly total: number}): string =>
  total === 0
    ? "Nothing holds this text"
    : `${total > hits.length ? `the first ${hits.length} of ` : ""}${number(total)} ${total === 1 ? "place" : "places"}`;

function toEntry(hit: Hit, query: string): Entry {
  const from = Math.max(0, hit.at - 40);
  const label = `${from > 0 ? "…" : ""}${hit.line.slice(from, from + 200).trimEnd()}`;
  const start = hit.at - from + (from > 0 ? 1 : 0);
  return {
    group: "Found",
    label,
    aside: hit.title === "" ? hit.where : `${hit.title} · ${hit.where}`,
    marked: {from: start, to: start + query.length},
    refused: null,
    choose: () => void reveal(hit, query.length),
    further: null
  };
}

function actionsOf(store: RunStore, selected: StepId | null, help: () => void): readonly Entry[] {
  const entry = (label: string, aside: string, act: () => unknown, refused: string | null = null): Entry => ({
    group: "Do",
    label,
    aside,
    marked: null,
    refused,
    choose: () => void act(),
    further: null
  });
  const command = (label: string, aside: string, asked: Command): Entry =>
    entry(label, aside, () => void store.send(asked), store.refuse(asked));
  const step = selected === null ? undefined : store.step(selected);
  const cell = selected === null ? null : document.getElementById(`step:${selected}`);
  const {asked, broken} = progressOf(store.runbook, store.run);
  const needed = asked[0] ?? broken[0];
  const always = [
    ...(needed === undefined ? [] : [entry("Go to the step that needs somebody", "n", () => goTo(`step:${needed}`))]),
    entry("Show the keys", "?", help),
    entry("All runbooks and runs", "", () => location.assign("/"))
  ];
  if (!store.source.commands) return always;
  const ended = store.run.ended !== null;
  return [
    ...(cell instanceof RunbookCell && step
      ? [
          entry(`Run “${stepLabel(step)}”`, "Shift+Enter", () => cell.runCell(), store.blocked),
          command(`Run to “${stepLabel(step)}”`, "", {type: "run", to: step.id, section: null}),
          entry(`Edit “${stepLabel(step)}” and run it once`, "e", () => cell.beginEdit(), store.blocked)
        ]
      : []),
    ...(step ? [command("Run the section that this is in", "", {type: "run", to: null, section: step.section})] : []),
    command("Run all that is left", "", {type: "run", to: null, section: null}),
    command("Stop", "", {type: "cancel"}),
    ...(ended ? [command("Start anew", "", {type: "begin-again"})] : []),
    ...always
  ];
}

function placesOf({runbook}: RunStore): readonly Entry[] {
  const place = (label: string, aside: string, anchor: string): Entry => ({
    group: "Go to",
    label,
    aside,
    marked: null,
    refused: null,
    choose: () => goTo(anchor),
    further: null
  });
  return [
    ...runbook.sections.filter(({depth}) => depth > 0).map(({id, title}) => place(title, "section", id)),
    ...runbook.steps.map((step) => place(stepLabel(step), step.type === "cell" ? step.language : step.type, `step:${step.id}`))
  ];
}

function goTo(anchor: string): void {
  const element = document.getElementById(anchor);
  history.replaceState(null, "", `#${anchor}`);
  element?.focus({preventScroll: true});
  element?.scrollIntoView({block: anchor.startsWith("step:") ? "center" : "start"});
}

import type {TemplateResult} from "lit";
import {html} from "lit";

import type {StepId} from "../model/runbook.ts";
import {RunbookCell} from "./runbook-cell.ts";
import type {RunbookPage} from "./runbook-page.ts";

const keys: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [["Ctrl", "K"], "find a text, go somewhere, do something; Cmd K on a Mac"],
  [["Shift", "Enter"], "run the selected cell and go on; at a question, go to its answer"],
  [["Ctrl", "Enter"], "run the selected cell and stay"],
  [["Esc"], "out of a field, back to its step"]
];
const letters: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [["j"], "next step"],
  [["k"], "previous step"],
  [["n"], "the step that needs somebody: running, asking or failed"],
  [["e"], "edit the selected cell and run it once"],
  [["o"], "into the output of the selected cell, to scroll it"],
  [["/"], "find, as Ctrl K"],
  [["?"], "this help"]
];

const setting = "runbook-letters";
const areLettersOn = (): boolean => localStorage.getItem(setting) !== "off";

const row = ([parts, meaning]: (typeof keys)[number]): TemplateResult =>
  html`<div><dt>${parts.map((part, place) => html`${place > 0 ? " " : ""}<kbd>${part}</kbd>`)}</dt><dd>${meaning}</dd></div>`;

export const helpText = (): TemplateResult => html`<form method="dialog">
  <h2>Keys</h2>
  <dl>${keys.map(row)}</dl>
  <h3>Single letters</h3>
  <dl>${letters.map(row)}</dl>
  <label class="setting"><input type="checkbox" ?checked=${areLettersOn()} @change=${(event: Event) => localStorage.setItem(setting, (event.currentTarget as HTMLInputElement).checked ? "on" : "off")}> Single letters do something; turn them off if you speak to this page</label>
  <button autofocus>Close</button>
</form>`;

/** Keys as in notebooks; single letters never while somebody is typing. */
export function handleKey(event: KeyboardEvent, page: RunbookPage): void {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (target.closest("dialog")) return;
  void page.unroll(); // whoever moves by keys may go anywhere
  const steps = [...page.querySelectorAll<HTMLElement>(".step")];
  const selected = placeIn(steps, document.activeElement);
  const step = steps[selected];
  const holds = event.ctrlKey || event.metaKey;
  if (holds && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    void page.showPalette(idOf(step));
  } else if (event.key === "Escape" && target.closest("main :is(input, select, textarea)")) leave(target);
  else if (event.altKey || target.closest("input, select, textarea")) return;
  else if (event.key === "Enter" && (holds || event.shiftKey)) {
    if (!step || (holds && !(step instanceof RunbookCell))) return;
    event.preventDefault();
    if (step instanceof RunbookCell && !isAsking(step)) step.runCell();
    else if (focusAnswer(step)) return;
    if (!holds) select(steps[selected + 1]);
  } else if (!holds && areLettersOn()) handleLetter(event, page, steps, selected);
}

function handleLetter(event: KeyboardEvent, page: RunbookPage, steps: readonly HTMLElement[], selected: number): void {
  const step = steps[selected];
  switch (event.key) {
    case "j":
      select(steps[selected + 1]);
      break;
    case "k":
      select(steps[selected === -1 ? steps.length - 1 : selected - 1]);
      break;
    case "n":
      select(steps.find(({dataset}) => ["running", "asked", "failed", "timed-out", "lost"].includes(dataset.standing ?? "")));
      break;
    case "e":
      if (step instanceof RunbookCell) step.beginEdit();
      break;
    case "o":
      step?.querySelector<HTMLElement>("runbook-outputs [tabindex='0']")?.focus();
      break;
    case "/":
      page.showPalette(idOf(step));
      break;
    case "?":
      page.showHelp();
      break;
    default:
      return;
  }
  event.preventDefault(); // the letter must not land in the field that has just opened
}

/** The step that holds the focus; else the one before it, so that the next step is the next one. */
function placeIn(steps: readonly HTMLElement[], active: Element | null): number {
  const held = steps.findIndex((step) => step.contains(active));
  if (held >= 0 || !active?.closest("main article")) return held;
  return steps.findIndex((step) => (active.compareDocumentPosition(step) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0) - 1;
}

function leave(field: HTMLElement): void {
  const around = field.closest<HTMLElement>(".step, runbook-input");
  if (around && !around.hasAttribute("tabindex")) around.tabIndex = -1;
  field.blur();
  around?.focus({preventScroll: true});
}

const idOf = (step: HTMLElement | undefined): StepId | null => (step ? (step.id.replace(/^step:/, "") as StepId) : null);
const isAsking = (step: HTMLElement): boolean => step.querySelector(".question:not(.is-edit, .is-skip)") !== null;

/** Where an answer begins: its first field or button. */
function focusAnswer(step: HTMLElement): boolean {
  const field =
    step.querySelector<HTMLElement>(":is(.question, .checklist) :is(input, select, textarea):not(:disabled)") ??
    step.querySelector<HTMLElement>("button:not(.quiet, .run, :disabled)");
  field?.focus();
  return field != null;
}

function select(step: HTMLElement | undefined): void {
  step?.focus({preventScroll: true});
  step?.scrollIntoView({block: "center"});
}

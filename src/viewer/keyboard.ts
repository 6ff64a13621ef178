import type {TemplateResult} from "lit";
import {html} from "lit";

import {RunbookCell} from "./runbook-cell.ts";
import type {RunbookPage} from "./runbook-page.ts";

const keys: readonly (readonly [string, string])[] = [
  ["Shift + Enter", "run the step that is selected, and go to the next"],
  ["j  k", "next step, previous step"],
  ["n", "to the step that needs somebody: running, asking or failed"],
  ["?", "this help"]
];

export const helpText: TemplateResult = html`<form method="dialog">
  <h2>Keys</h2>
  <dl>${keys.map(([key, meaning]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${meaning}</dd></div>`)}</dl>
  <button>Close</button>
</form>`;

/** Keys as in notebooks; never while somebody is typing. */
export function handleKey(event: KeyboardEvent, page: RunbookPage): void {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog")) return;
  const steps = [...page.querySelectorAll<HTMLElement>(".step")];
  const selected = steps.findIndex((step) => step.contains(document.activeElement));
  if (event.key === "Enter" && event.shiftKey) {
    const step = steps[selected];
    if (!step) return;
    event.preventDefault();
    if (step instanceof RunbookCell) step.runCell();
    select(steps[selected + 1]);
  } else if (event.shiftKey && event.key !== "?") return;
  else if (event.key === "j") select(steps[selected + 1]);
  else if (event.key === "k") select(steps[selected === -1 ? steps.length - 1 : selected - 1]);
  else if (event.key === "n")
    select(steps.find((step) => step.querySelector(".step-state.is-running, .step-state.is-asked, .step-state.is-failed")));
  else if (event.key === "?") page.showHelp();
}

function select(step: HTMLElement | undefined): void {
  step?.focus({preventScroll: true});
  step?.scrollIntoView({block: "center"});
}

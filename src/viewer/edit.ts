import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {Place} from "../model/event.ts";
import type {Attempt} from "../model/run.ts";
import type {Cell} from "../model/runbook.ts";
import {differenceOf} from "./difference.ts";
import type {RunStore} from "./store.ts";

/** Asks for the text that is to run this once, and why; the difference is shown before it does. */
export function editForm({
  cell,
  text,
  change,
  run,
  cancel,
  refused
}: {
  cell: Cell;
  text: string;
  change: (text: string) => void;
  run: (why: string) => void;
  cancel: () => void;
  refused: string | null;
}): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    run(String(new FormData(event.currentTarget as HTMLFormElement).get("why") ?? ""));
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.currentTarget as HTMLFormElement).requestSubmit();
  };
  const lines = Math.min(24, Math.max(3, text.split("\n").length + 1));
  return html`<form class="question is-edit" @submit=${submit} @keydown=${keys}>
    <p class="asks">Run another text, this once</p>
    <p class="aside">The document stays as it is. What ran instead, who said so and why stand in the record as a deviation; what the cell promises is still checked.</p>
    <label>The text that runs<textarea name="text" rows=${lines} spellcheck="false" autocapitalize="off" autocomplete="off" .value=${text} @input=${(event: Event) => change((event.currentTarget as HTMLTextAreaElement).value)}></textarea></label>
    ${text === cell.source ? nothing : difference(cell.source, text)}
    <label>Why is it edited?<input name="why" required autocomplete="off"></label>
    <div class="answers"><button type="submit" class="confirm" ?disabled=${refused !== null} title=${refused ?? "Ctrl+Enter"}>Run this text once</button><button type="button" class="quiet" @click=${cancel}>Leave it as it is</button>${refused === null ? nothing : html`<span class="aside">${refused}</span>`}</div>
  </form>`;
}

/** What an edited attempt ran in place of the document's text. */
export function editedNote(store: RunStore, cell: Cell, attempt: Attempt, marked: (Place & {readonly message: string}) | null) {
  if (!attempt.execution.edited) return nothing;
  const said = [...store.run.deviations].findLast(
    ({deviation, step, ms}) => deviation === "edited" && step === cell.id && ms <= attempt.startedMs
  );
  return html`<div class="edited">
    <p><strong>Edited for this attempt</strong>${said ? ` by ${said.by}: ${said.why}` : nothing}</p>
    ${difference(cell.source, attempt.execution.text, marked)}
  </div>`;
}

const words = {" ": "same", "-": "removed", "+": "added"} as const;

function difference(before: string, after: string, marked: (Place & {readonly message: string}) | null = null): TemplateResult {
  return html`<pre class="difference" tabindex="0" role="group" aria-label="What differs from the document">${differenceOf(
    before,
    after
  ).map(
    ({sign, text, line}) =>
      html`<span class="is-${words[sign]}"><span class="unseen">${sign === " " ? "" : `${words[sign]}: `}</span><span aria-hidden="true">${sign} </span>${text}\n</span>${
        line !== null && line === marked?.line
          ? html`<span class="bad-place">  ${marked.column === null ? "" : `${" ".repeat(marked.column - 1)}^ `}${marked.message}\n</span>`
          : nothing
      }`
  )}</pre>`;
}

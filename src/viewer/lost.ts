import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {Answer} from "../model/event.ts";
import type {Cell} from "../model/runbook.ts";
import type {RunStore} from "./store.ts";

/** Asks what is to become of a cell that nobody saw end: it is never repeated by itself. */
export function lostPanel({store, cell}: {store: RunStore; cell: Cell}): TemplateResult {
  const answer = (event: SubmitEvent): void => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget as HTMLFormElement).get("note") ?? "");
    const {value} = event.submitter as HTMLButtonElement;
    const given: Answer = value === "done" ? {type: "done"} : value === "skipped" ? {type: "skipped"} : {type: "repeated"};
    void store.send({type: "answer", step: cell.id, answer: given, note, phrase: null});
  };
  return html`<form class="question is-lost" @submit=${answer}>
    <p class="asks">Nobody saw how this ended. Look at what it works on, then decide.</p>
    ${
      store.source.commands
        ? html`<label>What you have seen (needed unless it runs again)<input name="note" autocomplete="off"></label>
      <div class="answers"><button type="submit" value="repeated">Run it again</button><button type="submit" value="done">It is done</button><button type="submit" value="skipped">Skip it</button></div>`
        : nothing
    }
  </form>`;
}

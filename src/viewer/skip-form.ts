import type {TemplateResult} from "lit";
import {html} from "lit";

/** Asks why a step is skipped; that is written down. */
export function skipForm({skip, cancel}: {skip: (why: string) => void; cancel: () => void}): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    skip(String(new FormData(event.currentTarget as HTMLFormElement).get("why") ?? ""));
  };
  return html`<form class="question is-skip" @submit=${submit}>
    <label>Why is this step skipped?<input name="why" required autocomplete="off"></label>
    <div class="answers"><button type="submit">Skip it</button><button type="button" class="quiet" @click=${cancel}>Keep it</button></div>
  </form>`;
}

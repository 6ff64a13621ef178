import type {TemplateResult} from "lit";
import {html} from "lit";

import {copyIcon, doneIcon} from "./icons.ts";

/** Copies a text. It says that it did, for a moment. */
export const copyButton = (text: string | (() => string), label: string): TemplateResult =>
  html`<button class="quiet copy" type="button" aria-label=${label} title=${label} @click=${(event: Event) => copy(event, text)}><span class="idle">${copyIcon}</span><span class="done">${doneIcon}</span></button>`;

async function copy({currentTarget}: Event, text: string | (() => string)): Promise<void> {
  const button = currentTarget as HTMLElement;
  await navigator.clipboard.writeText(typeof text === "string" ? text : text());
  button.classList.add("is-done");
  setTimeout(() => button.classList.remove("is-done"), 1500);
}

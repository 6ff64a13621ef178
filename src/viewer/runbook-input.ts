import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import {refuseValue} from "../model/command.ts";
import type {Input} from "../model/runbook.ts";
import {RunElement} from "./elements.ts";
import {mark} from "./mark.ts";
import {timeOfDay} from "./words.ts";

/** A value that a person gives, where the document asks for it. */
@customElement("runbook-input")
export class RunbookInput extends RunElement {
  @property({attribute: false}) input!: Input;
  @state() private typed: string | null = null; // null: nothing was typed since it was last set

  override render() {
    const {input, store} = this;
    const now = store.run.inputs.get(input.name);
    const early = store.desk?.values[input.name];
    const isSet = now?.status === "set" || early !== undefined;
    const isAsked = now?.status === "asked";
    const known = now?.status === "set" ? (now.secret ? null : now.value) : early;
    const value = this.typed ?? known ?? (isSet ? "" : (input.default ?? ""));
    const wrong = this.typed === null ? null : refuseValue(input, value);
    const canSet = store.source.commands !== null && store.run.ended === null;
    return html`<form class="input ${isAsked ? "is-asked" : ""}" @submit=${(event: Event) => this.#submit(event, value)}>
      <label for="input:${input.name}">${mark(isAsked ? "asked" : isSet ? "answered" : "pending")}<span>${input.label}</span><code>${input.name}</code></label>
      ${canSet ? html`<div class="field">${this.#field(value)}<button type="submit" ?disabled=${isSet && this.typed === null}>${isSet ? "Change" : "Set"}</button></div>` : nothing}
      <p class="aside">${wrong ?? this.#words(isSet)}</p>
    </form>`;
  }

  #field(value: string) {
    const {input} = this;
    const id = `input:${input.name}`;
    const change = ({currentTarget}: Event): void => {
      this.typed = (currentTarget as HTMLInputElement).value;
    };
    const choices = input.type === "choice" ? input.choices : input.type === "bool" ? ["true", "false"] : null;
    if (choices)
      return html`<select id=${id} .value=${value} @change=${change}>${value === "" ? html`<option value=""></option>` : nothing}${choices.map((choice) => html`<option ?selected=${choice === value}>${choice}</option>`)}</select>`;
    return html`<input id=${id} type=${input.type === "secret" ? "password" : "text"} .value=${value} placeholder=${hints[input.type] ?? nothing} autocomplete="off" spellcheck="false" @input=${change}>`;
  }

  #words(isSet: boolean): unknown {
    const {input, store} = this;
    const now = store.run.inputs.get(input.name);
    if (now?.status === "set")
      return html`${now.secret ? "set" : html`<code>${now.value}</code>`} by ${now.by}${now.via === "page" ? nothing : ` (${now.via})`} at ${timeOfDay(now.at)}`;
    if (now?.status === "asked") return "the run waits for this value";
    if (isSet) return "set for the run that is to be started";
    return [
      input.type === "string" ? null : input.type,
      input.optional ? "optional" : null,
      input.pattern === null ? null : `must match ${input.pattern}`,
      input.from === null ? null : `else from ${input.from}`
    ]
      .filter(Boolean)
      .join(" · ");
  }

  async #submit(event: Event, value: string): Promise<void> {
    event.preventDefault();
    if (refuseValue(this.input, value) !== null) {
      this.typed = value;
      return;
    }
    if (await this.store.send({type: "set-input", name: this.input.name, value})) this.typed = null;
  }
}

const hints: Readonly<Partial<Record<Input["type"], string>>> = {timestamp: "2026-01-31 14:30:00+00", duration: "90s, 1h30m", int: "0"};

import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import {refuseValue} from "../model/command.ts";
import type {Input} from "../model/runbook.ts";
import {RunElement} from "./elements.ts";
import {mark} from "./mark.ts";
import type {Judged} from "./source.ts";
import {timeOfDay} from "./words.ts";

/** A value that a person gives, where the document asks for it. */
@customElement("runbook-input")
export class RunbookInput extends RunElement {
  @property({attribute: false}) input!: Input;
  @state() private typed: string | null = null; // null: nothing was typed since it was last set
  @state() private judged: Judged & {readonly value: string} = {value: "", wrong: null, note: null}; // by the server
  #timer: ReturnType<typeof setTimeout> | undefined;

  override render() {
    const {input, store} = this;
    const now = store.run.inputs.get(input.name);
    const early = store.desk?.values[input.name];
    const isSet = now?.status === "set" || early !== undefined;
    const isAsked = now?.status === "asked";
    const known = now?.status === "set" ? (now.secret ? null : now.value) : early;
    const value = this.typed ?? known ?? (isSet ? "" : (input.default ?? ""));
    const judged = this.typed !== null && this.judged.value === value ? this.judged : null;
    const wrong = this.typed === null ? null : (refuseValue(input, value) ?? judged?.wrong ?? null);
    const canSet = store.source.commands !== null && store.run.ended === null;
    return html`<form class="input ${isAsked ? "is-asked" : ""}" @submit=${(event: Event) => this.#submit(event, value)}>
      <label for="input:${input.name}">${mark(isAsked ? "asked" : isSet ? "answered" : "pending")}<span>${input.label}</span><code>${input.name}</code></label>
      ${canSet ? html`<div class="field">${this.#field(value, wrong !== null)}${input.type === "timestamp" ? html`<button type="button" class="quiet" title="The time now, in UTC" @click=${() => this.#type(`${new Date(store.now).toISOString().slice(0, 19)}Z`)}>Now</button>` : nothing}<button type="submit" ?disabled=${(isSet && this.typed === null) || wrong !== null}>${isSet ? "Change" : "Set"}</button></div>` : nothing}
      <p class="aside ${wrong === null ? "" : "is-wrong"}" id="about:${input.name}" aria-live="polite">${wrong ?? judged?.note ?? this.#words(isSet)}</p>
    </form>`;
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** Judged as it is typed: its type here, what only the server can judge a moment later. */
  #type(value: string): void {
    const {input, store} = this;
    this.typed = value;
    clearTimeout(this.#timer);
    if (value === "" || refuseValue(input, value) !== null) return;
    if (input.pattern === null && input.type !== "secret" && input.type !== "file") return;
    this.#timer = setTimeout(async () => {
      const judged = await store.source.commands?.judge(input.name, value);
      if (judged) this.judged = {...judged, value};
    }, pauseMs);
  }

  #field(value: string, isWrong: boolean) {
    const {input} = this;
    const id = `input:${input.name}`;
    const about = `about:${input.name}`;
    const change = ({currentTarget}: Event): void => this.#type((currentTarget as HTMLInputElement).value);
    const choices = input.type === "choice" ? input.choices : input.type === "bool" ? ["true", "false"] : null;
    if (choices)
      return html`<select id=${id} .value=${value} aria-describedby=${about} @change=${change}>${value === "" ? html`<option value=""></option>` : nothing}${choices.map((choice) => html`<option ?selected=${choice === value}>${choice}</option>`)}</select>`;
    return html`<input id=${id} type=${input.type === "secret" ? "password" : "text"} .value=${value} placeholder=${hints[input.type] ?? nothing} inputmode=${input.type === "int" ? "numeric" : nothing} aria-describedby=${about} aria-invalid=${isWrong ? "true" : "false"} autocomplete=${input.type === "secret" ? "new-password" : "off"} spellcheck="false" @input=${change}>`;
  }

  #words(isSet: boolean): unknown {
    const {input, store} = this;
    const now = store.run.inputs.get(input.name);
    if (now?.status === "set" && now.via === "not-given") return "optional, and not given";
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

const pauseMs = 250;
const hints: Readonly<Partial<Record<Input["type"], string>>> = {
  timestamp: "2026-01-31 14:30:00+00",
  duration: "90s, 1h30m",
  int: "0",
  file: "a path on the machine of the server"
};

import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import {openQuestion} from "../model/command.ts";
import type {Answer} from "../model/event.ts";
import {planRun} from "../model/plan.ts";
import {cellsBehind} from "../model/released.ts";
import type {StepRun, Ticks} from "../model/run.ts";
import type {Cell, Checklist, Decision, Gate, StepId} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {decisionTree} from "./decision-tree.ts";
import {RunElement} from "./elements.ts";
import {gateReleases} from "./gate-releases.ts";
import {skipIcon} from "./icons.ts";
import {Printing} from "./printing.ts";
import type {ProseContext} from "./prose.ts";
import {phrases, prose} from "./prose.ts";
import {skipForm} from "./skip-form.ts";
import {stepHead} from "./step-head.ts";
import {timeOfDay} from "./words.ts";

/** A step that a person answers: a gate, a checklist, a decision. */
@customElement("runbook-question")
export class RunbookQuestion extends RunElement {
  readonly printing = new Printing(this);
  @property({attribute: false}) step!: Gate | Checklist | Decision;
  @property({attribute: false}) context!: ProseContext;
  @state() private skipping = false;

  protected override get watched(): StepId {
    return this.step.id;
  }

  override render() {
    const {step, store} = this;
    const now = store.stepRun(step.id);
    this.dataset.standing = standing(now);
    const advisory = step.type === "checklist" && step.advisory;
    return html`
      ${advisory ? nothing : stepHead({step, now, store, kind: kindOf(step), actions: this.#skipButton(now)})}
      ${step.nodes.length > 0 ? html`<div class="step-prose">${prose(step.nodes, this.context)}</div>` : nothing}
      ${step.type === "checklist" ? this.#items(step, now) : nothing} ${step.type === "decision" ? decisionTree({step, now, store, name: this.context.name, send: (answer) => this.#send(answer)}) : nothing}
      ${this.skipping ? skipForm({cancel: () => (this.skipping = false), skip: (why) => this.#skip(why)}) : nothing} ${this.#answering(now)} ${this.#answered(now)}`;
  }

  #skipButton(now: StepRun) {
    if (!this.store.source.commands || openQuestion(this.step, now) === null) return nothing;
    return html`<button type="button" class="quiet small" ?disabled=${this.store.run.ended !== null} @click=${() => (this.skipping = !this.skipping)} aria-label="Skip this step" title="Skip this step">${skipIcon}</button>`;
  }

  #items(step: Checklist, now: StepRun) {
    const ticks: Ticks = "ticks" in now ? now.ticks : new Map();
    return html`<ul class="checklist">${step.items.map(({nodes, text, checked: written}, item) => {
      const tick = ticks.get(item);
      const checked = tick?.checked ?? (step.advisory && written);
      const reason = this.store.source.commands
        ? this.store.refuse({type: "tick", step: step.id, item, checked: !checked})
        : "a record can be read, not changed";
      return html`<li class=${checked ? "is-checked" : ""}><label title=${reason ?? nothing}>
        <input type="checkbox" .checked=${checked} ?disabled=${reason !== null} aria-label=${text} @change=${(event: Event) => this.#tick(item, event)}>
        <span>${phrases(nodes, this.context)}</span></label>
        ${tick ? html`<span class="who">${tick.by} · ${timeOfDay(tick.at)}</span>` : nothing}</li>`;
    })}</ul>`;
  }

  #answering(now: StepRun) {
    const {step, store} = this;
    if (openQuestion(step, now) === null) return nothing;
    if (!store.source.commands || store.run.ended !== null)
      return now.status === "asked" ? html`<div class="step-prose">${this.#behind(now)}</div>` : nothing;
    if (step.type === "decision")
      return html`<div class="question"><label>Note (optional)<input name="note" autocomplete="off"></label></div>`;
    const given: Answer = step.type === "gate" ? {type: "confirmed"} : {type: "completed"};
    const reason = this.#reason(given);
    return html`<div class="question">
      ${step.type === "gate" && step.role !== null ? html`<p class="asks">For the <strong>${step.role}</strong></p>` : nothing}
      ${this.#behind(now)}
      <label>Note (optional)<input name="note" autocomplete="off"></label>
      <div class="answers">
        ${this.#mustAsk(now) ? this.#ask() : html`<button type="button" class="confirm" ?disabled=${reason !== null} title=${reason ?? nothing} @click=${() => this.#send(given)}>${step.type === "gate" ? "Confirm" : "All done"}</button>`}
        <button type="button" ?disabled=${this.#reason({type: "refused"}) !== null} @click=${() => this.#send({type: "refused"})}>Refuse</button>
      </div></div>`;
  }

  /** What confirming the gate leads to. */
  #behind(now: StepRun) {
    const {step, store} = this;
    if (step.type !== "gate") return nothing;
    if (now.status === "asked" || now.status === "answered")
      return now.question.type === "gate" ? gateReleases(store, [], now.question.releases, this.printing.isNow) : nothing;
    return gateReleases(store, this.#cellsBehind(), [], false);
  }

  #cellsBehind(): readonly Cell[] {
    const {step, store} = this;
    return cellsBehind(store.runbook, store.run, store.run.start?.plan ?? planRun(store.runbook), step.id);
  }

  /** What a gate releases, with its values, is found when it is asked; once something else has run, it is asked again. */
  #mustAsk(now: StepRun): boolean {
    const {step, store} = this;
    if (step.type !== "gate" || (now.status === "asked" && store.desk?.asking === step.id)) return false;
    return this.#cellsBehind().length > 0;
  }

  #ask() {
    const {step, store} = this;
    const reason = store.refuse({type: "execute", step: step.id});
    return html`<button type="button" class="confirm" ?disabled=${reason !== null} title=${reason ?? nothing} @click=${() => void store.send({type: "execute", step: step.id})}>Show what will run</button>`;
  }

  #answered(now: StepRun) {
    if (now.status === "skipped") return html`<p class="fact">Skipped: ${now.reason}</p>`;
    if (now.status !== "answered") return nothing;
    const how = now.via === "page" ? "" : ` (by ${now.via})`;
    return html`<div class="step-prose">${this.#behind(now)}</div><p class="fact">${now.answer.type === "refused" ? "Refused" : "Answered"} by <strong>${now.by}</strong>${how} at <time datetime=${now.at}>${timeOfDay(now.at)}</time>${now.note ? html`: “${now.note}”` : nothing}</p>`;
  }

  #reason(answer: Answer): string | null {
    return this.store.refuse({type: "answer", step: this.step.id, answer, note: "", phrase: null});
  }

  #send(answer: Answer): void {
    const note = this.querySelector<HTMLInputElement>('input[name="note"]')?.value ?? "";
    void this.store.send({type: "answer", step: this.step.id, answer, note, phrase: null});
  }

  async #tick(item: number, {currentTarget}: Event): Promise<void> {
    const box = currentTarget as HTMLInputElement;
    const {checked} = box;
    if (!(await this.store.send({type: "tick", step: this.step.id, item, checked}))) box.checked = !checked;
  }

  async #skip(why: string): Promise<void> {
    if (await this.store.send({type: "skip", step: this.step.id, why})) this.skipping = false;
  }
}

const kindOf = (step: Gate | Checklist | Decision): string =>
  step.type === "gate" && step.role !== null ? `gate · ${step.role}` : step.type;

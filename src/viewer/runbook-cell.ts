import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";
import {keyed} from "lit/directives/keyed.js";

import {openQuestion} from "../model/command.ts";
import type {Attempt, EndedAttempt, StepRun} from "../model/run.ts";
import {attemptsOf, goesOn} from "../model/run.ts";
import type {Cell, StepId} from "../model/runbook.ts";
import {settled, standing} from "../model/standing.ts";
import {asleep} from "./asleep.ts";
import {optionWords} from "./cell-options.ts";
import {checksOf} from "./cell-promises.ts";
import {codeLines} from "./code.ts";
import {confirmationPanel} from "./confirmation.ts";
import {copyButton} from "./copy-button.ts";
import {editedNote, editForm} from "./edit.ts";
import {Filling, RunElement, Ticking} from "./elements.ts";
import {editIcon, linkIcon, playIcon, skipIcon, stopIcon, toHereIcon} from "./icons.ts";
import {lostPanel} from "./lost.ts";
import {otherThanConfirmed} from "./other-than-confirmed.ts";
import {Printing} from "./printing.ts";
import type {ProseContext} from "./prose.ts";
import {prose} from "./prose.ts";
import "./runbook-outputs.ts";
import "./runbook-terminal.ts";
import {stepLabel} from "../model/step-label.ts";
import {ending} from "./cell-ending.ts";
import {watchNear} from "./near.ts";
import {skipForm} from "./skip-form.ts";
import {stepHead} from "./step-head.ts";
import type {RunStore} from "./store.ts";
import {outcomeWord} from "./words.ts";

const seenFirst = 4; // steps: those are whole in the first picture, before the browser has told what is near

/** A step that a machine executes: its code, what it promises, and under it what came of it. */
@customElement("runbook-cell")
export class RunbookCell extends RunElement {
  @property({attribute: false}) cell!: Cell;
  @property({attribute: false}) context!: ProseContext;
  @state() private chosen: number | null = null; // the attempt that is looked at; null: the newest
  @state() private skipping = false;
  @state() private edit: string | null = null; // the text that is being written in place of the cell's own
  #isNear = false;
  #ranHere = false;
  #isWhole = false; // for good: what was once shown can still be found
  #shown: StepRun | null = null;
  #leaveNear: (() => void) | null = null;
  readonly printing = new Printing(this);
  readonly filling = new Filling(this);
  readonly ticking = new Ticking(this, () => this.store.stepRun(this.cell.id).status === "running" && this.store.isLive);

  protected override get watched(): StepId {
    return this.cell.id;
  }

  /** Far from what is looked at, only what happens to the cell itself matters: a long document stays light. */
  protected override get isAsleep(): boolean {
    return !this.#isNear && this.#shown === this.store.stepRun(this.cell.id);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#isNear = this.store.runbook.steps.slice(0, seenFirst).includes(this.cell);
    this.#leaveNear = watchNear(this, (near) => {
      this.#isNear = near;
      if (near) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    this.#leaveNear?.();
    super.disconnectedCallback();
  }

  override render() {
    const {cell, store} = this;
    const now = store.stepRun(cell.id);
    this.#shown = now;
    this.dataset.standing = standing(now);
    this.#isWhole ||= this.#isNear || goesOn(now) || now.status === "asked";
    const attempts: readonly Attempt[] = goesOn(now) ? [...now.earlier, now.attempt] : attemptsOf(now);
    const attempt = attempts.find(({number}) => number === this.chosen) ?? attempts.at(-1);
    if (!this.#isWhole) return this.filling.isDue ? asleep(cell, attempt) : nothing;
    const marked = placeOf(attempt);
    return html`
      ${stepHead({step: cell, now, store, kind: cell.language, actions: store.source.commands ? this.#actions(now) : nothing})}
      ${cell.before.length > 0 ? html`<div class="step-prose">${prose(cell.before, this.context)}</div>` : nothing}
      <div class="code">
        <pre tabindex="0" aria-label="Code"><code>${codeLines(this.context.highlights.cells[cell.id] ?? [[null, cell.source]], attempt?.execution.edited ? null : marked)}</code></pre>
        ${copyButton(cell.source, "Copy the code")}
      </div>
      ${optionWords(cell, this.context.usualTimeoutMs)} ${checksOf(cell, attempt)}
      ${this.skipping ? skipForm({cancel: () => (this.skipping = false), skip: (why) => this.#skip(why)}) : nothing}
      ${this.edit === null ? nothing : editForm({cell, text: this.edit, change: (text) => (this.edit = text), run: (why) => this.#runEdited(why), cancel: () => this.#leaveEdit(), refused: store.blocked})}
      ${now.status === "asked" && now.question.type === "confirmation" ? confirmationPanel({store, cell, question: now.question}) : nothing}
      ${store.run.ended === null && openQuestion(cell, now)?.type === "lost" ? lostPanel({store, cell}) : nothing}
      ${now.status === "skipped" ? html`<p class="fact">Skipped: ${now.reason}</p>` : nothing}
      ${now.status === "answered" && now.answer.type === "refused" ? html`<p class="fact">Refused by ${now.by}${now.note ? `: ${now.note}` : ""}</p>` : nothing}
      ${attempts.length > 1 ? this.#attempts(now, attempts as readonly EndedAttempt[], attempt) : nothing}
      ${this.printing.isNow ? attempts.filter((one) => one !== attempt).map((one) => this.#onPaper(one)) : nothing}
      ${attempt ? editedNote(store, cell, attempt, marked) : nothing}
      ${attempt ? otherThanConfirmed(store, cell.id, attempt, attempts[attempts.indexOf(attempt) - 1]) : nothing}
      ${attempt ? keyed(attempt.number, outputsOf(store, cell, attempt, this.#ranHere)) : nothing}
      ${attempt ? ending(attempt, cell, "confirmed" in now ? now.confirmed : null) : nothing}
      ${cell.after.length > 0 ? html`<div class="step-prose">${prose(cell.after, this.context)}</div>` : nothing}`;
  }

  #actions(now: StepRun) {
    const {cell, store} = this;
    const {blocked} = store; // `refusal` gives the same reason for every cell that exists
    const isRunning = now.status === "running";
    const isOver = !goesOn(now);
    const again = now.status === "ended" || now.status === "skipped";
    return html`
      <span class="step-more"><button type="button" class="quiet small" @click=${() => this.#copyLink()} aria-label="Copy a link to this step" title="Copy a link to this step">${linkIcon}</button>
      ${isOver && now.status !== "asked" ? html`<button type="button" class="quiet small" @click=${() => this.beginEdit()} ?disabled=${store.run.ended !== null} aria-label="Edit and run once" title="Edit and run once (e)">${editIcon}</button>` : nothing}
      ${settled(now) || isRunning ? nothing : html`<button type="button" class="quiet small" @click=${() => (this.skipping = !this.skipping)} ?disabled=${store.run.ended !== null} aria-label="Skip this step" title="Skip this step">${skipIcon}</button>`}
      <button type="button" class="quiet small" ?disabled=${blocked !== null} title=${blocked ?? "Run to here"} aria-label="Run to here" @click=${() => store.send({type: "run", to: cell.id, section: null})}>${toHereIcon}</button></span>
      ${isRunning ? html`<button type="button" class="stop" @click=${() => store.send({type: "cancel"})}>${stopIcon} Stop</button>` : nothing}
      ${!isOver || now.status === "asked" ? nothing : html`<button type="button" class="run" ?disabled=${blocked !== null} title=${blocked ?? "Run this cell (Shift+Enter)"} @click=${() => this.runCell()}>${playIcon} ${again ? "Run again" : "Run"}</button>`}`;
  }

  runCell(): void {
    this.chosen = null;
    this.#ranHere = true;
    if (this.store.source.commands && this.store.blocked === null) void this.store.send({type: "execute", step: this.cell.id});
  }

  /** Opens the form that asks for another text. */
  beginEdit(): void {
    const now = this.store.stepRun(this.cell.id);
    if (!this.store.source.commands || this.store.run.ended !== null || goesOn(now) || now.status === "asked") return;
    this.#isWhole = true;
    this.edit ??= this.cell.source;
    void this.updateComplete.then(() => this.querySelector<HTMLTextAreaElement>(".is-edit textarea")?.focus());
  }

  /** Shows an attempt of the cell as a whole, so that something in it can be pointed at. */
  async show(attempt: number | null): Promise<void> {
    this.#isWhole = true;
    this.chosen = attempt;
    this.requestUpdate();
    await this.updateComplete;
  }

  #leaveEdit(): void {
    this.edit = null;
    this.focus();
  }

  async #runEdited(why: string): Promise<void> {
    const text = this.edit ?? "";
    this.chosen = null;
    if (await this.store.send({type: "execute-edited", step: this.cell.id, text, why})) this.#leaveEdit();
  }

  async #skip(why: string): Promise<void> {
    if (await this.store.send({type: "skip", step: this.cell.id, why})) this.skipping = false;
  }

  async #copyLink(): Promise<void> {
    const url = new URL(location.href);
    url.hash = `step:${this.cell.id}`;
    history.replaceState(null, "", url);
    await navigator.clipboard.writeText(url.href);
  }

  #onPaper(attempt: Attempt | EndedAttempt) {
    const {cell, store} = this;
    return html`<p class="fact">Attempt ${attempt.number}${"outcome" in attempt ? ` ${outcomeWord(attempt.outcome)}` : ""}</p>
      <runbook-outputs .attempt=${attempt} .run=${store.run.start!.run} .source=${store.source}></runbook-outputs>${ending(attempt, cell, null)}`;
  }

  #attempts(now: StepRun, attempts: readonly (Attempt | EndedAttempt)[], shown: Attempt | undefined) {
    return html`<div class="attempts" role="group" aria-label="Attempts">${attempts.map(
      (attempt) =>
        html`<button type="button" class="quiet small" aria-pressed=${attempt === shown ? "true" : "false"} @click=${() => (this.chosen = attempt.number)}>Attempt ${attempt.number} · ${"outcome" in attempt ? outcomeWord(attempt.outcome) : now.status === "background" ? "ready" : "running"}</button>`
    )}</div>`;
  }
}

function outputsOf(store: RunStore, cell: Cell, attempt: Attempt, isOurs: boolean) {
  return attempt.terminal
    ? html`<runbook-terminal .attempt=${attempt} .step=${cell.id}   .store=${store} .isOurs=${isOurs} .label="Terminal of ${stepLabel(cell)}"></runbook-terminal>`
    : html`<runbook-outputs .attempt=${attempt} .run=${store.run.start!.run} .source=${store.source} .label="Output of ${stepLabel(cell)}"></runbook-outputs>`;
}

function placeOf(attempt: Attempt | EndedAttempt | undefined) {
  if (!attempt || !("outcome" in attempt) || attempt.outcome.type !== "failed" || attempt.outcome.place === null) return null;
  return {...attempt.outcome.place, message: attempt.outcome.message};
}

import {html, nothing} from "lit";
import {customElement, state} from "lit/decorators.js";

import type {Mode} from "../model/event.ts";
import {runStanding} from "../model/standing.ts";
import {RunElement, Ticking} from "./elements.ts";
import {outlineIcon, playIcon, searchIcon, stopIcon} from "./icons.ts";
import {mark} from "./mark.ts";
import {findClock, standingOf} from "./objectives.ts";
import {progressOf} from "./progress.ts";
import {clock, span} from "./words.ts";

/** What everybody must see at all times: which run this is, in earnest or not, how far it is, and how long it may still take. */
@customElement("page-header")
export class PageHeader extends RunElement {
  @state() private ending = false; // the form that ends the run is open
  readonly ticking = new Ticking(this, () => this.store.isLive);

  override render() {
    const {store} = this;
    const {run, runbook, desk, record} = store;
    const mode: Mode | null = run.start?.mode ?? desk?.mode ?? null;
    const word = runStanding(run, store.isLive);
    const {done, of} = progressOf(runbook, run);
    const isIdle = word === "running" && store.refuse({type: "cancel"}) !== null;
    const operator = run.start?.operator ?? null;
    const others = (desk?.present ?? []).filter((name) => name !== store.document.you);
    return html`<header class="top ${mode === null ? "" : `is-${mode}`}">
      <div class="top-title">
        <button type="button" class="quiet outline-button" aria-label="Outline" @click=${() => this.dispatchEvent(new CustomEvent("outline", {bubbles: true}))}>${outlineIcon}</button>
        <button type="button" class="quiet find-button" aria-label="Find, go or do" title="Find, go or do (Ctrl+K)" @click=${() => this.dispatchEvent(new CustomEvent("find", {bubbles: true}))}>${searchIcon}</button>
        <a class="home-link" href="/" title="All runbooks and runs">Runbooks</a>
        <p class="title" title=${runbook.path}>${runbook.title}</p>
      </div>
      <div class="top-facts">
        ${mode === null ? nothing : this.#mode(mode)}
        ${run.start === null ? nothing : html`<span class="standing is-${word}">${mark(isIdle ? "pending" : word)} ${isIdle ? "idle" : word}</span>`}
        ${operator === null ? nothing : html`<span class="operator"><span class="aside">by</span> ${operator}</span>`}
        ${others.length > 0 ? html`<span class="present" title="Also at this page"><span class="aside">with</span> ${others.join(", ")}</span>` : nothing}
        <span class="progress"><progress max=${Math.max(of, 1)} value=${done} aria-label="Progress"></progress> ${done} of ${of}</span>
        ${this.#clock()}
      </div>
      <div class="top-actions">${record ? html`<span class="aside">record</span>` : this.#actions()}</div>
      ${this.ending ? this.#endForm() : nothing}
    </header>`;
  }

  #mode(mode: Mode) {
    const {store} = this;
    if (!store.source.commands || store.run.start !== null) return html`<strong class="mode is-${mode}">${mode.toUpperCase()}</strong>`;
    const choose = (name: Mode) =>
      html`<button type="button" class="mode is-${name}" aria-pressed=${mode === name ? "true" : "false"} @click=${() => store.send({type: "set-mode", mode: name})}>${name.toUpperCase()}</button>`;
    return html`<span class="mode-choice" role="group" aria-label="What the run will be">${choose("drill")}${choose("recovery")}</span>`;
  }

  #clock() {
    const {store} = this;
    const objective = findClock(store.runbook);
    if (objective === null)
      return store.run.start === null
        ? nothing
        : html`<span class="clock" title="Since the run started">${clock(this.#sinceStart())}</span>`;
    const {sinceMs, isRunning, measure} = standingOf(objective, store.run, store.now);
    const late = sinceMs !== null && sinceMs > objective.maxMs;
    return html`<span class="clock ${late || measure?.result === "missed" ? "is-late" : isRunning ? "is-running" : ""}" title=${objective.title ?? objective.id}>
      <span class="aside">${objective.metric.toUpperCase()}</span> ${sinceMs === null ? "–" : clock(sinceMs)} <span class="aside">of ${span(objective.maxMs)}</span></span>`;
  }

  #sinceStart(): number {
    const {run} = this.store;
    return this.store.isLive && run.startedAt !== null ? this.store.now - Date.parse(run.startedAt) : run.lastMs;
  }

  #actions() {
    const {store} = this;
    const {blocked, run, desk} = store;
    if (run.ended !== null)
      return html`<a class="button" href="/run/${run.start!.run}">Open the record</a><button type="button" @click=${() => store.send({type: "begin-again"})}>Start anew</button>`;
    const isBusy = desk?.following != null || store.refuse({type: "cancel"}) === null;
    const reason = store.refuse({type: "finish"});
    const canRun = desk?.following == null && (blocked === null || !isBusy);
    return html`
      ${isBusy ? html`<button type="button" class="stop" title="Stop what is running, and what was to follow" @click=${() => store.send({type: "cancel"})}>${stopIcon} Stop</button>` : nothing}
      ${canRun ? html`<button type="button" class="run" ?disabled=${blocked !== null} title=${blocked ?? "Run what is left, in order, until something fails"} @click=${() => store.send({type: "run", to: null, section: null})}>${playIcon} Run all</button>` : nothing}
      ${run.start === null ? nothing : html`<button type="button" ?disabled=${reason !== null} title=${reason ?? "End this run"} aria-expanded=${this.ending ? "true" : "false"} @click=${() => (this.ending = !this.ending)}>Finish…</button>`}`;
  }

  #endForm() {
    const {store} = this;
    const {done, of, broken} = progressOf(store.runbook, store.run);
    const send = async (type: "finish" | "abandon"): Promise<void> => {
      const why = this.querySelector<HTMLInputElement>("#end-why")?.value ?? "";
      if (await store.send(type === "finish" ? {type} : {type, why})) this.ending = false;
    };
    return html`<form class="end-form" @submit=${(event: Event) => event.preventDefault()}>
      <p>${done < of ? `${of - done} of ${of} steps were not passed; they will be recorded as skipped by you.` : "Every step was passed."} ${broken.length > 0 ? `${broken.length} failed.` : ""} Clean-up sections run first.</p>
      <label>If you abandon it: why?<input id="end-why" autocomplete="off"></label>
      <div class="answers"><button type="button" class="confirm" @click=${() => send("finish")}>Finish the run</button><button type="button" class="danger" @click=${() => send("abandon")}>Abandon it</button><button type="button" class="quiet" @click=${() => (this.ending = false)}>Go on</button></div>
    </form>`;
  }
}

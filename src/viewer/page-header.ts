import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import type {Mode} from "../model/event.ts";
import type {Objective} from "../model/runbook.ts";
import "./closing-form.ts";
import {RunElement, Ticking} from "./elements.ts";
import {logIcon, outlineIcon, playIcon, searchIcon, stopIcon} from "./icons.ts";
import {findClock, standingOf} from "./objectives.ts";
import {progressOf} from "./progress.ts";
import {runState} from "./run-state.ts";
import {clock, duration, span} from "./words.ts";

/** What everybody must see at all times: which run this is, in earnest or not, how far it is, and how long it may still take. */
@customElement("page-header")
export class PageHeader extends RunElement {
  @property({attribute: false}) logged = false; // what happened is open
  @state() private ending = false; // the form that ends the run is open
  readonly ticking = new Ticking(this, () => this.store.isLive);

  override render() {
    const {store} = this;
    const {run, runbook, desk, record} = store;
    const mode: Mode | null = run.start?.mode ?? desk?.mode ?? null;
    const {done, of} = progressOf(runbook, run);
    const operator = run.start?.operator ?? null;
    const others = (desk?.present ?? []).filter((name) => name !== store.document.you);
    return html`<header class="top ${mode === null ? "" : `is-${mode}`}">
      <div class="top-title">
        <button type="button" class="quiet outline-button" aria-label="Outline" @click=${() => this.dispatchEvent(new CustomEvent("outline", {bubbles: true}))}>${outlineIcon}</button>
        <button type="button" class="quiet find-button" aria-label="Find, go or do" title="Find, go or do (Ctrl+K)" @click=${() => this.dispatchEvent(new CustomEvent("find", {bubbles: true}))}>${searchIcon}</button>
        ${store.source.isAlone ? nothing : html`<a class="home-link" href="/" title="All runbooks and runs">Runbooks</a>`}
        <p class="title" title=${runbook.path}>${runbook.title}</p>
      </div>
      <div class="top-facts">
        ${mode === null ? nothing : this.#mode(mode)}
        ${run.start === null ? nothing : runState(store)}
        ${operator === null ? nothing : html`<span class="operator"><span class="aside">by</span> ${operator}</span>`}
        ${others.length > 0 ? html`<span class="present" title="Also at this page: ${others.join(", ")}"><span class="aside">with</span> ${others.slice(0, 3).join(", ")}${others.length > 3 ? ` and ${others.length - 3} more` : ""}</span>` : nothing}
        <span class="progress"><progress max=${Math.max(of, 1)} value=${done} aria-label="Progress"></progress> ${done} of ${of}</span>
        ${this.#clocks()}
      </div>
      <div class="top-actions">
        <button type="button" class="quiet log-button" aria-expanded=${this.logged ? "true" : "false"} title="Who is here and what happened" @click=${() => this.dispatchEvent(new CustomEvent("log", {bubbles: true}))}>${logIcon}<span class="unseen">What happened</span></button>
        ${record ? html`<span class="aside">record</span>` : this.#actions()}</div>
      ${this.ending && run.ended === null ? html`<closing-form .store=${store} @leave=${() => (this.ending = false)}></closing-form>` : nothing}
    </header>`;
  }

  #mode(mode: Mode) {
    const {store} = this;
    if (!store.source.commands || store.run.start !== null) return html`<strong class="mode is-${mode}">${mode.toUpperCase()}</strong>`;
    const choose = (name: Mode) =>
      html`<button type="button" class="mode is-${name}" aria-pressed=${mode === name ? "true" : "false"} @click=${() => store.send({type: "set-mode", mode: name})}>${name.toUpperCase()}</button>`;
    return html`<span class="mode-choice" role="group" aria-label="What the run will be">${choose("drill")}${choose("recovery")}</span>`;
  }

  #clocks() {
    const {store} = this;
    const objective = findClock(store.runbook);
    const measured = store.runbook.objectives.filter(
      ({id, metric}) => id !== objective?.id && (metric === "rpo" || metric === "rto") && store.run.measures.get(id)?.actualMs != null
    );
    const since =
      objective === null && store.run.start !== null
        ? html`<span class="clock" title="Since the run started"><span class="clock-words"><span class="aside">run</span> ${clock(this.#sinceStart())}</span></span>`
        : nothing;
    return html`${objective === null ? since : this.#clock(objective)}${measured.map((other) => this.#clock(other))}`;
  }

  #clock(objective: Objective) {
    const {sinceMs, isRunning, measure} = standingOf(objective, this.store.run, this.store.now);
    const isLate = (sinceMs !== null && sinceMs > objective.maxMs) || measure?.result === "missed";
    const share = sinceMs === null ? 0 : Math.min(1, Math.max(0, sinceMs / objective.maxMs));
    const shown = sinceMs === null ? "–" : measure?.actualMs == null ? clock(sinceMs) : duration(sinceMs);
    return html`<span class="clock ${isLate ? "is-late" : isRunning ? "is-running" : ""}" title=${objective.title ?? objective.id}>
      <span class="clock-words"><span class="aside">${objective.metric.toUpperCase()}</span> ${shown} <span class="aside">of ${span(objective.maxMs)}${isLate ? ", missed" : measure?.result === "met" ? ", met" : ""}</span></span>
      <svg class="gauge" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="4"/><rect class="share" width=${Math.round(share * 100)} height="4"/></svg></span>`;
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
    const reason = store.refuse({type: "finish", why: ""});
    const canRun = desk?.following == null && (blocked === null || !isBusy);
    return html`
      ${isBusy ? html`<button type="button" class="stop" title="Stop what is running, and what was to follow" @click=${() => store.send({type: "cancel"})}>${stopIcon} Stop</button>` : nothing}
      ${canRun ? html`<button type="button" class="run" ?disabled=${blocked !== null} title=${blocked ?? "Run what is left, in order, until something fails"} @click=${() => store.send({type: "run", to: null, section: null})}>${playIcon} Run all</button>` : nothing}
      ${run.start === null ? nothing : html`<button type="button" ?disabled=${reason !== null} title=${reason ?? "End this run"} aria-expanded=${this.ending ? "true" : "false"} @click=${() => (this.ending = !this.ending)}>Finish…</button>`}`;
  }
}

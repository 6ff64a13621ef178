import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";
import {repeat} from "lit/directives/repeat.js";

import type {ServedGoing, ServedHome, ServedRun, ServedRunbook} from "../model/served.ts";
import {PageElement} from "./elements.ts";
import {mark} from "./mark.ts";
import {getJson} from "./source.ts";
import {trend} from "./trend.ts";
import {dayAndTime, duration, plural, span} from "./words.ts";

const refreshMs = 5000;
const shownFirst = 50;

/** The runbooks that are served, what their runs say of them, and the runs. */
@customElement("runbook-home")
export class RunbookHome extends PageElement {
  @property({attribute: false}) home!: ServedHome;
  @state() private only: string | null = null; // the runbook whose runs are shown
  @state() private chosen: readonly string[] = []; // runs to be compared
  @state() private isWhole = false;
  @state() private isLost = false;

  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#refresh(), refreshMs);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  override updated(): void {
    if (this.home.unread.length > 0 && !this.isLost) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    try {
      const home = await getJson<ServedHome>("/api/home");
      this.isLost = false;
      if (JSON.stringify(home) !== JSON.stringify(this.home)) this.home = home;
    } catch {
      this.isLost = true;
    }
  }

  override render() {
    const {folder, you, runbooks, unread, damage} = this.home;
    const count = runbooks.length + unread.length;
    document.title = "Runbooks";
    return html`<header class="top is-home"><div class="top-title"><p class="title">Runbooks</p></div><div class="top-facts"><span class="aside">${folder}</span><span class="operator"><span class="aside">you are</span> ${you}</span></div></header>
      <main class="home">
        <h1 class="unseen">Runbooks</h1>
        ${this.isLost ? html`<p class="banner is-lost" role="alert">Connection lost. What is shown may be old.</p>` : nothing}
        ${damage === null ? nothing : html`<p class="banner is-refused">The register of runs is damaged: ${damage}</p>`}
        <section aria-labelledby="runbooks">
          <h2 id="runbooks">${plural(count, "runbook")}</h2>
          ${count === 0 ? html`<p class="empty">There is no Markdown file in this folder.</p>` : html`<ul class="cards">${runbooks.map((runbook) => this.#runbook(runbook))}${unread.map(unreadCard)}</ul>`}
        </section>
        ${this.#runs()}
      </main>`;
  }

  #runbook({name, title, owner, steps, errors, objectives, going, lastDrill, drill, successRate}: ServedRunbook) {
    const last = this.home.runs.find(({runbook}) => runbook === name);
    return html`<li class="card">
      <h3><a href=${addressOf(name)}>${title}</a></h3>
      <p class="aside">${name} · ${plural(steps, "step")}${owner === null ? "" : ` · ${owner}`}</p>
      <p class="card-state">
        ${going !== null ? html`<span class="standing is-${shapeOf(going)}">${mark(shapeOf(going))} ${wordsOf(going)}</span>` : last ? standingOf(last, `last ${last.mode ?? "run"}`) : html`<span class="aside">never run</span>`}
        ${lastDrill && lastDrill.id !== last?.id ? standingOf(lastDrill, "last drill") : nothing}
        ${errors > 0 ? html`<span class="chip is-bad">${plural(errors, "error")}</span>` : nothing}
        ${drill.due === "overdue" ? html`<span class="chip is-late">drill overdue: every ${span(drill.everyMs!)}${drill.sinceMs === null ? ", none was good yet" : `, the last good one ${ago(drill.sinceMs)}`}</span>` : nothing}
        ${drill.due === "in time" ? html`<span class="chip">drill every ${span(drill.everyMs!)}, the last good one ${ago(drill.sinceMs!)}</span>` : nothing}
      </p>
      ${objectives.length === 0 ? nothing : html`<div class="trends">${objectives.map(trend)}</div>`}
      ${successRate === null ? nothing : html`<p class="aside">${Math.round(successRate * 100)} % of its runs passed</p>`}
    </li>`;
  }

  #runs() {
    const {runs, runbooks} = this.home;
    const found = this.only === null ? runs : runs.filter(({runbook}) => runbook === this.only);
    const shown = this.isWhole ? found : found.slice(0, shownFirst);
    const filter = ({currentTarget}: Event): void => {
      this.only = (currentTarget as HTMLSelectElement).value || null;
    };
    return html`<section aria-labelledby="runs">
      <div class="section-head"><h2 id="runs">${plural(found.length, "run")}</h2>
        ${runbooks.length > 1 && runs.length > 0 ? html`<label class="filter">of <select @change=${filter}><option value="">all runbooks</option>${runbooks.map(({name, title}) => html`<option value=${name}>${title}</option>`)}</select></label>` : nothing}
        ${runs.length > 1 ? this.#comparing() : nothing}</div>
      ${
        runs.length === 0
          ? html`<p class="empty">Nothing has been run yet. The first step that you run starts a run, and its record appears here.</p>`
          : html`<ul class="runs">${repeat(
              shown,
              ({id}) => id,
              (run) => this.#run(run)
            )}</ul>`
      }
      ${shown.length < found.length ? html`<button type="button" class="quiet" @click=${() => (this.isWhole = true)}>Show ${found.length - shown.length} earlier</button>` : nothing}
    </section>`;
  }

  #comparing() {
    const {chosen} = this;
    if (chosen.length < 2)
      return html`<p class="aside comparing">${chosen.length === 0 ? "Tick two to compare them" : "Tick another one"}</p>`;
    const [first, second] = chosen.toSorted(); // ids sort by time
    return html`<a class="button comparing" href="/compare/${first}/${second}">Compare the two</a>`;
  }

  #run(run: ServedRun) {
    const {id, title, path, mode, operator, startedAt, durationMs, standing, reason, isGone} = run;
    const isChosen = this.chosen.includes(id);
    const choose = ({currentTarget}: Event): void => {
      const box = currentTarget as HTMLInputElement;
      this.chosen = box.checked ? [...this.chosen, id].slice(-2) : this.chosen.filter((other) => other !== id);
    };
    const called = title || path || id;
    const going = this.home.runbooks.find((runbook) => runbook.going?.run === id)?.going ?? null;
    const [shape, words] = going === null ? ([standing, standing] as const) : ([shapeOf(going), wordsOf(going)] as const);
    const facts = html`${mark(shape)}
      <span class="run-title"><strong>${called}</strong>${mode === null ? nothing : html`<span class="mode is-${mode}">${mode.toUpperCase()}</span>`}</span>
      <span class="run-facts"><span class="standing is-${shape}" title=${reason || words}>${words}</span><span>${durationMs === null ? nothing : duration(durationMs)}</span><span>${operator}</span>${startedAt === null ? nothing : html`<time datetime=${startedAt}>${dayAndTime(startedAt)}</time>`}</span>`;
    return html`<li><input type="checkbox" .checked=${isChosen} ?disabled=${isGone} aria-label="Compare ${called}, ${startedAt === null ? id : dayAndTime(startedAt)}" @change=${choose}>
      ${isGone ? html`<span class="run-row is-gone">${facts}<span class="aside gone">Its folder is gone; the register still knows it.</span></span>` : html`<a class="run-row" href="/run/${id}">${facts}</a>`}</li>`;
  }
}

const standingOf = (run: ServedRun, what: string) =>
  html`<span class="standing is-${run.standing}">${mark(run.standing)} ${what} ${run.standing}${run.startedAt === null ? "" : `, ${dayAndTime(run.startedAt)}`}</span>`;

/** A run that goes on and does nothing has no standing of a step; its ring is empty. */
const shapeOf = ({state}: ServedGoing) => (state === "idle" ? "pending" : state);
/** What the run does in this moment, and where. */
const wordsOf = ({words, place}: ServedGoing): string => `${words} ${place}`;

const ago = (ms: number): string => (ms < 86_400_000 ? "today" : `${plural(Math.floor(ms / 86_400_000), "day")} ago`);

const unreadCard = (name: string) =>
  html`<li class="card"><h3><a href=${addressOf(name)}>${name}</a></h3><p class="aside">is being read…</p></li>`;

const addressOf = (name: string): string => `/runbook/${name.split("/").map(encodeURIComponent).join("/")}`;

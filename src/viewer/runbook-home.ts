import {html, nothing} from "lit";
import {customElement, property} from "lit/decorators.js";

import type {ServedHome, ServedRun, ServedRunbook} from "../model/served.ts";
import {PageElement} from "./elements.ts";
import {mark} from "./mark.ts";
import {getJson} from "./source.ts";
import {dayAndTime, duration, plural, span} from "./words.ts";

const dayMs = 86_400_000;
const refreshMs = 5000;

/** The runbooks that are served, and the runs that were made of them. */
@customElement("runbook-home")
export class RunbookHome extends PageElement {
  @property({attribute: false}) home!: ServedHome;

  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#refresh(), refreshMs);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  async #refresh(): Promise<void> {
    if (document.visibilityState === "visible") this.home = await getJson<ServedHome>("/api/home").catch(() => this.home);
  }

  override render() {
    const {folder, you, runbooks, runs} = this.home;
    return html`<header class="top is-home"><div class="top-title"><p class="title">Runbooks</p></div><div class="top-facts"><span class="aside">${folder}</span><span class="operator"><span class="aside">you are</span> ${you}</span></div></header>
      <main class="home">
        <h1 class="unseen">Runbooks</h1>
        <section aria-labelledby="runbooks">
          <h2 id="runbooks">${plural(runbooks.length, "runbook")}</h2>
          ${runbooks.length === 0 ? html`<p class="empty">There is no Markdown file in this folder.</p>` : html`<ul class="cards">${runbooks.map((runbook) => this.#runbook(runbook))}</ul>`}
        </section>
        <section aria-labelledby="runs">
          <h2 id="runs">${plural(runs.length, "run")}</h2>
          ${runs.length === 0 ? html`<p class="empty">Nothing has been run yet. The first step that you run starts a run, and its record appears here.</p>` : html`<ul class="runs">${runs.map(runRow)}</ul>`}
        </section>
      </main>`;
  }

  #runbook({name, title, owner, steps, errors, drillEveryMs, run}: ServedRunbook) {
    const last = this.home.runs.find(({path}) => path === name);
    const drill = this.home.runs.find(({path, mode, standing}) => path === name && mode === "drill" && standing === "passed");
    const overdue = drillEveryMs !== null && (drill?.startedAt == null || Date.now() - Date.parse(drill.startedAt) > drillEveryMs);
    return html`<li class="card">
      <a href="/runbook/${name.split("/").map(encodeURIComponent).join("/")}"><strong>${title}</strong></a>
      <p class="aside">${name} · ${plural(steps, "step")}${owner === null ? "" : ` · ${owner}`}</p>
      <p class="card-state">
        ${run !== null ? html`<span class="standing is-running">${mark("running")} running now</span>` : last ? html`<span class="standing is-${last.standing}">${mark(last.standing)} last ${last.mode ?? "run"} ${last.standing}${last.startedAt === null ? "" : `, ${dayAndTime(last.startedAt)}`}</span>` : html`<span class="aside">never run</span>`}
        ${errors > 0 ? html`<span class="chip is-bad">${plural(errors, "error")}</span>` : nothing}
        ${overdue ? html`<span class="chip is-late">drill overdue: every ${span(Math.round(drillEveryMs / dayMs) * dayMs || drillEveryMs)}</span>` : nothing}
      </p>
    </li>`;
  }
}

function runRow({id, title, path, mode, operator, startedAt, durationMs, standing, reason}: ServedRun) {
  return html`<li><a class="run-row" href="/run/${id}">
    ${mark(standing)}
    <span class="run-title"><strong>${title || path || id}</strong>${mode === null ? nothing : html`<span class="mode is-${mode}">${mode.toUpperCase()}</span>`}</span>
    <span class="run-facts"><span class="standing is-${standing}" title=${reason || nothing}>${standing}</span>${durationMs === null ? nothing : html`<span>${duration(durationMs)}</span>`}<span>${operator}</span>${startedAt === null ? nothing : html`<time datetime=${startedAt}>${dayAndTime(startedAt)}</time>`}</span>
  </a></li>`;
}

import {html, nothing} from "lit";
import {customElement} from "lit/decorators.js";

import type {Problem, StepId} from "../model/runbook.ts";
import {runStanding} from "../model/standing.ts";
import {stepLabel} from "../model/step-label.ts";
import {RunElement} from "./elements.ts";
import {bellIcon, closeIcon} from "./icons.ts";
import {mark} from "./mark.ts";
import {progressOf} from "./progress.ts";
import {dayAndTime, duration, plural, timeOfDay} from "./words.ts";

/** What needs somebody's eye now: a lost connection, a refusal, a question, a failure, the end of the run, a bad document. */
@customElement("page-banner")
export class PageBanner extends RunElement {
  override render() {
    const {store} = this;
    const {asked, broken} = progressOf(store.runbook, store.run);
    return html`<div class="alerts">
      ${store.connection === "lost" ? html`<p class="banner is-lost" role="alert">Connection lost. What runs goes on; this page catches up as soon as the server answers.</p>` : nothing}
      ${store.connection === "unknown" ? html`<p class="banner is-lost" role="alert">The server was started again and does not know this page any more. Open the address that it printed.</p>` : nothing}
      ${store.trouble === null ? nothing : html`<p class="banner is-refused" role="alert"><span>${store.trouble}</span><button type="button" class="quiet small" aria-label="Dismiss" @click=${() => store.dismiss()}>${closeIcon}</button></p>`}
      </div>
      ${store.desk?.trouble ? html`<p class="banner is-refused" role="alert">The run could not go on: ${store.desk.trouble}</p>` : nothing}
      ${this.#record()} ${this.#interrupted()} ${this.#ended()}
      ${store.run.ended === null ? [...asked.map((id) => this.#pointer(id, "waits for an answer")), ...this.#askedInputs(), ...this.#dueReminders(), ...broken.map((id) => this.#pointer(id, "did not end well"))] : nothing}
      ${problems(store.runbook.problems)}`;
  }

  #record() {
    const {record, run} = this.store;
    if (record === null) return nothing;
    const started = run.startedAt === null ? nothing : html` Started ${dayAndTime(run.startedAt)}.`;
    return html`<p class="banner is-record">${record.here ? html`This run is going on: <a href="/runbook/${record.name}">go to it</a>.` : html`This is the record of a run; it can be read, not changed.${started}`}</p>
      ${record.damage === null ? nothing : html`<p class="banner is-refused">The journal of this run is damaged: ${record.damage}</p>`}`;
  }

  /** The last run of this runbook was interrupted: it can go on here. */
  #interrupted() {
    const {store} = this;
    const offer = store.desk?.interrupted;
    if (!offer || !store.source.commands || store.run.start !== null) return nothing;
    const {refused, changed, undecided} = offer;
    const resume = (): void => void store.send({type: "resume", acceptChanges: changed.length > 0});
    return html`<div class="banner is-interrupted">${mark("interrupted")}<div>
      <p><strong>The last run was interrupted.</strong> ${offer.operator} started it at ${dayAndTime(offer.startedAt)}; its runner stopped in the middle. <a href="/run/${offer.run}">Look at its record</a>${undecided > 0 ? html`; ${plural(undecided, "step")} of it nobody saw end` : nothing}.</p>
      ${refused === null ? nothing : html`<p>It cannot go on: ${refused}.</p>`}
      ${refused === null && changed.length > 0 ? html`<p>Since then: ${changed.join("; ")}. Going on all the same is recorded as a deviation.</p>` : nothing}
      ${refused === null ? html`<p><button type="button" ?disabled=${store.refuse({type: "resume", acceptChanges: true}) !== null} @click=${resume}>${changed.length > 0 ? "Accept that, and go on with it" : "Go on with it"}</button></p>` : nothing}
    </div></div>`;
  }

  #ended() {
    const {run} = this.store;
    const word = runStanding(run, this.store.isLive);
    if (run.start === null || word === "running") return nothing;
    if (word === "interrupted")
      return this.store.record === null
        ? nothing
        : html`<p class="banner is-interrupted">${mark("interrupted")}<span><strong>Interrupted.</strong> Nobody ended this run: whoever performed it stopped in the middle. Nothing in it claims to have passed that did not.</span></p>`;
    const end = run.ended!;
    return html`<div class="banner is-${end.outcome}">${mark(word)}<div><p><strong>The ${run.start.mode} ${end.outcome === "missed" ? "missed an objective" : end.outcome === "stopped" ? "was stopped" : end.outcome === "cancelled" ? "was cancelled" : end.outcome}</strong> after ${duration(end.ms)}.${end.reason ? ` ${sentence(end.reason)}` : ""}</p>
      ${end.notes.length > 0 ? html`<ul>${end.notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}</div></div>`;
  }

  #pointer(id: StepId, what: string) {
    const step = this.store.step(id);
    if (!step) return nothing;
    const now = this.store.stepRun(id);
    const message = now.status === "ended" && now.attempt.outcome.type === "failed" ? `: ${now.attempt.outcome.message}` : "";
    return html`<p class="banner ${now.status === "asked" ? "is-asked" : "is-failed"}">${mark(now.status === "asked" ? "asked" : "failed")}<span><a href="#step:${id}">${stepLabel(step)}</a> ${what}${message}</span></p>`;
  }

  #dueReminders() {
    const {store} = this;
    return store.runbook.reminders
      .filter(({id}) => store.run.reminders.get(id)?.done === null)
      .map(({id, title, role}) => {
        const command = {type: "remind-done", reminder: id} as const;
        const now = store.run.reminders.get(id)!;
        return html`<p class="banner is-asked is-reminder">${bellIcon}<span><strong>${title}</strong>${role === null ? "" : ` (${role})`} is due since ${timeOfDay(now.at)}${now.late > 0 ? `; not done in time ${plural(now.late, "time")}` : ""}</span>
          ${store.source.commands && store.refuse(command) === null ? html`<button type="button" class="small" @click=${() => store.send(command)}>Done</button>` : nothing}</p>`;
      });
  }

  #askedInputs() {
    const {store} = this;
    return store.runbook.inputs
      .filter(({name}) => store.run.inputs.get(name)?.status === "asked")
      .map(
        ({name, label}) =>
          html`<p class="banner is-asked">${mark("asked")}<span>The run waits for a value: <a href="#input:${name}">${label}</a></span></p>`
      );
  }
}

function problems(found: readonly Problem[]) {
  if (found.length === 0) return nothing;
  const errors = found.filter(({severity}) => severity === "error").length;
  const warnings = found.length - errors;
  const summary = [errors > 0 ? plural(errors, "error") : null, warnings > 0 ? plural(warnings, "warning") : null]
    .filter(Boolean)
    .join(" and ");
  return html`<details class="problems ${errors > 0 ? "has-errors" : ""}" ?open=${errors > 0}>
    <summary>${summary} in the document${errors > 0 ? "; nothing can run until it is mended" : ""}</summary>
    <ul>${found.map(({rule, severity, message, path, span}) => html`<li class="is-${severity}"><code class="place">${path}:${span.line}:${span.column}</code> <span>${message}</span> <span class="aside">${rule}</span></li>`)}</ul>
  </details>`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

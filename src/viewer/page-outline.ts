import {html, nothing} from "lit";
import {customElement, property} from "lit/decorators.js";
import {guard} from "lit/directives/guard.js";

import type {Section, Step, StepId} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {RunElement} from "./elements.ts";
import {mark} from "./mark.ts";
import {stepLabel} from "./step-label.ts";

/** The document at a glance: its sections and steps, with how each step stands. */
@customElement("page-outline")
export class PageOutline extends RunElement {
  override render() {
    const {runbook} = this.store;
    const steps = groupBySection(runbook.steps);
    return guard([runbook], () => html`<ol>${runbook.sections.map((section) => this.#section(section, steps.get(section.id) ?? []))}</ol>`);
  }

  #section({id, title, depth}: Section, steps: readonly Step[]) {
    const shown = steps.filter((step) => !(step.type === "checklist" && step.advisory));
    if (depth === 0 && shown.length === 0) return nothing;
    return html`<li class="depth-${Math.min(depth, 4)}">
      ${depth === 0 ? nothing : html`<a class="section-link" href="#${id}">${title}</a>`}
      ${shown.length === 0 ? nothing : html`<ol>${shown.map((step) => this.#step(step))}</ol>`}
    </li>`;
  }

  #step(step: Step) {
    return html`<li><outline-step .store=${this.store} .step=${step}></outline-step></li>`;
  }
}

/** One step of the outline; it alone changes when its step does. */
@customElement("outline-step")
export class OutlineStep extends RunElement {
  @property({attribute: false}) step!: Step;

  protected override get watched(): StepId {
    return this.step.id;
  }

  override render() {
    const word = standing(this.store.stepRun(this.step.id));
    return html`<a class="step-link is-${word}" href="#step:${this.step.id}">${mark(word)}<span>${stepLabel(this.step)}</span></a>`;
  }
}

function groupBySection(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const groups = new Map<string, Step[]>();
  for (const step of steps) groups.set(step.section, [...(groups.get(step.section) ?? []), step]);
  return groups;
}

import {html, nothing} from "lit";
import {customElement, property} from "lit/decorators.js";
import {guard} from "lit/directives/guard.js";

import type {Section, Step, StepId} from "../model/runbook.ts";
import {ancestry, sectionsById} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {stepLabel} from "../model/step-label.ts";
import {Filling, PageElement, RunElement} from "./elements.ts";
import {mark} from "./mark.ts";
import {sectionStanding} from "./section-standing.ts";
import type {RunStore} from "./store.ts";

/** The document at a glance: its sections and steps, with how each step stands. */
@customElement("page-outline")
export class PageOutline extends RunElement {
  override render() {
    const {runbook} = this.store;
    return guard([runbook], () => {
      const own = groupBySection(runbook.steps, (step) => [step.section]);
      const sections = sectionsById(runbook);
      const all = groupBySection(runbook.steps, (step) => ancestry(sections, step.section).map(({id}) => id));
      return html`<ol>${runbook.sections.map((section) => this.#section(section, own.get(section.id) ?? [], all.get(section.id) ?? []))}</ol>`;
    });
  }

  #section({id, title, depth}: Section, steps: readonly Step[], all: readonly Step[]) {
    const shown = steps.filter(counts);
    if (depth === 0 && shown.length === 0) return nothing;
    return html`<li class="depth-${Math.min(depth, 4)}">
      ${depth === 0 ? nothing : html`<outline-section .store=${this.store} .of=${id} .name=${title} .steps=${all}></outline-section>`}
      ${shown.length === 0 ? nothing : html`<outline-steps .store=${this.store} .steps=${shown}></outline-steps>`}
    </li>`;
  }
}

/** The steps of a section; in a long document they come when there is time. */
@customElement("outline-steps")
export class OutlineSteps extends PageElement {
  @property({attribute: false}) store!: RunStore;
  @property({attribute: false}) steps!: readonly Step[];
  readonly filling = new Filling(this);

  override render() {
    if (!this.filling.isDue) return nothing;
    return html`<ol>${this.steps.map((step) => html`<li><outline-step .store=${this.store} .step=${step}></outline-step></li>`)}</ol>`;
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

/** A section of the outline: how it stands as a whole, and how far it is. */
@customElement("outline-section")
export class OutlineSection extends PageElement {
  @property({attribute: false}) store!: RunStore;
  @property({attribute: false}) of!: string;
  @property({attribute: false}) name!: string;
  @property({attribute: false}) steps!: readonly Step[]; // of its subsections too
  #leave: readonly (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = this.steps.map(({id}) => this.store.watch(id, () => this.requestUpdate()));
  }

  override disconnectedCallback(): void {
    for (const leave of this.#leave) leave();
    super.disconnectedCallback();
  }

  override render() {
    const states = this.steps.filter(counts).map(({id}) => this.store.stepRun(id));
    const {word, done, of} = sectionStanding(states);
    return html`<a class="section-link" href="#${this.of}">${of === 0 ? nothing : mark(word)}<span>${this.name}</span>${of === 0 || done === 0 ? nothing : html`<span class="count">${done}/${of}<span class="unseen"> done</span></span>`}</a>`;
  }
}

const counts = (step: Step): boolean => !(step.type === "checklist" && step.advisory);

function groupBySection(steps: readonly Step[], sectionsOf: (step: Step) => readonly string[]): ReadonlyMap<string, readonly Step[]> {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    for (const section of sectionsOf(step)) {
      const group = groups.get(section);
      if (group) group.push(step);
      else groups.set(section, [step]);
    }
  }
  return groups;
}

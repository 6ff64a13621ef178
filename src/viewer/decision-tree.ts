import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import {openQuestion} from "../model/command.ts";
import type {Answer} from "../model/event.ts";
import type {StepRun} from "../model/run.ts";
import type {Decision} from "../model/runbook.ts";
import type {Branch, BranchStep} from "./branches.ts";
import {branchesOf} from "./branches.ts";
import {safeHref} from "./links.ts";
import {mark} from "./mark.ts";
import "./page-outline.ts";
import type {RunStore} from "./store.ts";

const mostSteps = 6;

/** A decision as a tree: its branches with what stands in them, which one was taken, and why one is proposed. */
export function decisionTree({
  step,
  now,
  store,
  name,
  send
}: {
  step: Decision;
  now: StepRun;
  store: RunStore;
  name: string | null; // of the document, to which links are relative; null: nothing beside it can be reached
  send: (answer: Answer) => void;
}): TemplateResult {
  const question = openQuestion(step, now);
  const asked = question?.type === "decision" ? question : null;
  const put = now.status === "answered" && now.question.type === "decision" ? now.question : asked;
  const canAnswer = asked !== null && store.source.commands !== null && store.run.ended === null;
  const head = (branch: Branch, choice: number): TemplateResult => {
    const answer: Answer = {type: "chosen", choice, proposed: false};
    const reason = canAnswer ? store.refuse({type: "answer", step: step.id, answer, note: "", phrase: null}) : null;
    const isProposed = put?.proposed === choice;
    return html`${canAnswer ? html`<button type="button" class=${isProposed ? "confirm" : ""} ?disabled=${reason !== null} title=${reason ?? nothing} @click=${() => send(answer)}>${branch.choice.label}</button>` : html`<span class="label">${branch.choice.label}</span>`}
      ${leads(branch, name)}
      ${isProposed ? html`<span class="proposed">${asked ? "proposed" : "was proposed"}${put?.why ? html`: <code>${put.why}</code>` : nothing}</span>` : nothing}`;
  };
  return html`<ul class="tree choices" aria-label="Choices">${branchesOf(store.runbook, step).map((branch, choice) => drawBranch(branch, choice, now, store, () => head(branch, choice)))}</ul>
    ${put !== null && put.proposed === null && put.why !== null ? html`<p class="fact">No choice is proposed: <code>${put.why}</code></p>` : nothing}`;
}

function drawBranch({steps}: Branch, choice: number, now: StepRun, store: RunStore, head: () => TemplateResult): TemplateResult {
  const taken = now.status === "answered" && now.answer.type === "chosen" ? now.answer.choice : null;
  const is = taken === null ? "" : taken === choice ? "is-taken" : "is-left";
  return html`<li class="choice ${is}">
    <div class="choice-head">${is === "is-taken" ? html`${mark("answered")}<span class="unseen">taken:</span>` : nothing}${head()}${is === "is-left" ? html`<span class="aside">not taken</span>` : nothing}</div>
    ${steps.length === 0 ? nothing : html`<ul class="tree">${steps.slice(0, mostSteps).map((step) => drawStep(step, store))}${steps.length > mostSteps ? html`<li class="aside">and ${steps.length - mostSteps} more</li>` : nothing}</ul>`}
  </li>`;
}

function drawStep({step, branches}: BranchStep, store: RunStore): TemplateResult {
  const now = store.stepRun(step.id);
  return html`<li><outline-step .store=${store} .step=${step}></outline-step>
    ${branches.length === 0 ? nothing : html`<ul class="tree">${branches.map((branch, choice) => drawBranch(branch, choice, now, store, () => html`<span class="label">${branch.choice.label}</span>${leads(branch, null)}`))}</ul>`}</li>`;
}

function leads({choice: {file, section}, title}: Branch, name: string | null): TemplateResult | typeof nothing {
  const to = section === null ? file : `#${section}`;
  const href = to === null ? null : safeHref(to, name);
  return href === null ? nothing : html`<a href=${href}><span class="aside">leads to</span> ${title ?? to}</a>`;
}

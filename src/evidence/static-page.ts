/** What a page says where no script runs: the document and its results, as plain HTML. */
import type {Attempt, EndedAttempt, StepRun} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Runbook, Section, Slot, Step} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {standing} from "../model/standing.ts";
import {escapeHtml, toHtmlTable} from "./html-table.ts";
import {attemptWords} from "./markdown.ts";
import type {Material} from "./material.ts";
import type {Block} from "./outputs.ts";
import {blocksOf, blockText} from "./outputs.ts";
import {timeWords} from "./plain.ts";
import {phrases, showProse} from "./static-prose.ts";
import {allAttempts, itemText, messageOf} from "./steps.ts";
import {answeredWords, releasedWords, summaryOf} from "./summary.ts";

/** Of one attempt, and of all: more is shown where a script runs, and is in the journal. */
const longestOutput = 16 * 1024;
const longestOutputs = 256 * 1024;

export function toStaticPage(material: Material): string {
  const {runbook} = material;
  const {title, facts} = summaryOf(material);
  const budget = {left: longestOutputs};
  const sections = runbook.sections.filter(({include}) => include === null);
  const hasTitle = sections.some(({depth, title: heading}) => depth === 1 && heading === runbook.title);
  return [
    '<main id="static" class="static">',
    ...(hasTitle ? [] : [`<h1>${escapeHtml(runbook.title)}</h1>`]),
    `<section class="summary"><p><strong>${escapeHtml(title)}</strong></p>`,
    `<ul>${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join("")}</ul></section>`,
    ...sections.map((section) => showSection(material, section, budget)),
    "</main>"
  ].join("\n");
}

interface Budget {
  left: number;
}

function showSection(material: Material, {id, title, depth, nodes, include}: Section, budget: Budget): string {
  const prose = showProse(nodes, (slot) => showSlot(material, slot, budget));
  if (depth === 0 || (id as string) === include) return prose;
  return `<h${depth}>${escapeHtml(title)}</h${depth}>\n${prose}`;
}

function showSlot(material: Material, {of, id}: Slot, budget: Budget): string {
  const {runbook, run} = material;
  switch (of) {
    case "step": {
      const step = runbook.steps.find((one) => one.id === id);
      return step ? showStep(step, stepRun(run, step.id), material, budget) : "";
    }
    case "include":
      return runbook.sections
        .filter(({include}) => include === id)
        .map((section) => showSection(material, section, budget))
        .join("\n");
    case "input": {
      const input = run.inputs.get(id);
      const value =
        input === undefined
          ? "not asked for"
          : input.status === "asked"
            ? "nobody gave a value"
            : input.secret
              ? "(secret)"
              : `${input.value}, by ${input.by}`;
      return `<p class="marker">${escapeHtml(labelOf(runbook, id))} (${escapeHtml(id)}): ${escapeHtml(value)}</p>`;
    }
    default:
      return marker(material, of, id);
  }
}

const labelOf = ({inputs}: Runbook, name: string): string => inputs.find((input) => input.name === name)?.label ?? name;

function marker({runbook, run}: Material, of: Slot["of"], id: string): string {
  if (of === "milestone") {
    const reached = run.milestones.get(id)?.first.at;
    const title = runbook.milestones.find((one) => one.id === id)?.title ?? id;
    return `<p class="marker">◆ ${escapeHtml(title)}: ${escapeHtml(reached === undefined ? "not reached" : timeWords(reached))}</p>`;
  }
  const title = [...runbook.objectives, ...runbook.reminders].find((one) => one.id === id)?.title ?? id;
  const result = run.measures.get(id)?.result;
  return `<p class="marker">${escapeHtml(title)}${result === undefined ? "" : `: ${result}`}</p>`;
}

function showStep(step: Step, now: StepRun, material: Material, budget: Budget): string {
  const attempts = allAttempts(now);
  const slot = (one: Slot): string => showSlot(material, one, budget);
  return [
    `<section class="step"><p><strong>${escapeHtml(stepName(step))}</strong>${step.title === null ? "" : ` <code>${escapeHtml(step.id)}</code>`} ${standing(now)}</p>`,
    ...(step.type === "cell"
      ? [showProse(step.before, slot), `<pre><code>${escapeHtml(step.source)}</code></pre>`, showProse(step.after, slot)]
      : [showProse(step.nodes, slot)]),
    ...(step.type === "checklist" ? [`<ul>${step.items.map(({nodes}) => `<li>${phrases(nodes)}</li>`).join("")}</ul>`] : []),
    ...(step.type === "decision" ? [`<ul>${step.choices.map(({label}) => `<li>${escapeHtml(label)}</li>`).join("")}</ul>`] : []),
    ...("ticks" in now
      ? [...now.ticks].map(([item, {checked, by, at}]) =>
          paragraph(`${checked ? "ticked" : "unticked"} by ${by} at ${timeWords(at)}: ${itemText(step, item)}`)
        )
      : []),
    ...(now.status === "skipped" ? [paragraph(`skipped${now.by === null ? "" : ` by ${now.by}`}: ${now.reason}`)] : []),
    ...(now.status === "answered" ? [answeredWords(step, now), ...releasedWords(now)].map(paragraph) : []),
    ...attempts.map((attempt) => showAttempt(attempt, attempts.length, step, budget)),
    "</section>"
  ]
    .filter((text) => text !== "")
    .join("\n");
}

function showAttempt(attempt: Attempt | EndedAttempt, of: number, step: Step, budget: Budget): string {
  const message = "outcome" in attempt ? messageOf(attempt) : null;
  const promises = step.type === "cell" ? step.expectations : [];
  return [
    paragraph(attemptWords(attempt, of)),
    ...[...attempt.checks].map(({index, met, actual}) =>
      paragraph(`${met ? "✓" : "✗"} ${promises[index]?.that.source ?? ""}${met ? "" : `; found ${actual}`}`)
    ),
    ...[...attempt.captures].map(({name, value, secret}) => paragraph(`${name} = ${secret ? "(secret)" : value}`)),
    ...(message === null ? [] : [`<pre>${escapeHtml(message)}</pre>`]),
    ...showBlocks(blocksOf(attempt), budget)
  ].join("\n");
}

function showBlocks(blocks: readonly Block[], budget: Budget): readonly string[] {
  const shown: string[] = [];
  let room = Math.min(longestOutput, budget.left);
  for (const block of blocks) {
    const text = blockText(block);
    if (text.length > room) {
      if (room > 0) shown.push(`<pre>${escapeHtml(text.slice(0, room))}</pre>`);
      shown.push(paragraph("there is more of this output; it is shown where scripts may run, and stands in the journal"));
      budget.left -= room;
      return shown;
    }
    shown.push(block.type === "table" ? toHtmlTable(block.table) : `<pre>${escapeHtml(text.replace(/\n$/, ""))}</pre>`);
    room -= text.length;
    budget.left -= text.length;
  }
  return shown;
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

import {html, nothing} from "lit";

import type {Cell, Runbook} from "../model/runbook.ts";
import {span} from "./words.ts";

/** What the author said of how the cell is to be run, where it is not as usual. */
export function optionWords({options, captures, answers}: Cell, usualTimeoutMs: number | null) {
  const words: unknown[] = [];
  if (options.on !== null) words.push(html`on <code>${options.on}</code>`);
  if (!/(^|\.)main$/.test(options.session)) words.push(html`session <code>${options.session}</code>`);
  if (options.when !== null) words.push(html`only when <code>${options.when.source}</code>`);
  if (options.withinMs !== null) words.push(`tried every ${span(options.everyMs)} for ${span(options.withinMs)}`);
  else if (options.retries !== null) words.push(`up to ${options.retries} more attempts`);
  if (options.timeoutMs !== usualTimeoutMs)
    words.push(options.timeoutMs === null ? "no time limit" : `time limit ${span(options.timeoutMs)}`);
  if (options.phrase !== null) words.push(html`asks for <code>${options.phrase}</code>`);
  else if (options.confirm) words.push("asks before it runs");
  if (options.destructive !== null) words.push(html`<span class="danger">destructive: ${options.destructive}</span>`);
  if (options.safe !== null) words.push(`safe: ${options.safe}`);
  if (options.continueOnError) words.push("a failure does not stop the run");
  if (options.ready !== null) words.push(html`ready at <code>${options.ready}</code>`);
  if (options.background) words.push("goes on in the background");
  if (options.keep) words.push("what it starts is kept");
  if (options.tty) words.push("in a terminal");
  for (const {prompt, secret} of answers) words.push(html`answers <code>${prompt}</code> with <code>${secret}</code>`);
  if (!options.recordOutput) words.push("its output is not recorded");
  for (const {name, secret} of captures) words.push(html`sets <code>${name}</code>${secret ? " (secret)" : nothing}`);
  return words.length === 0 ? nothing : html`<ul class="options">${words.map((word) => html`<li>${word}</li>`)}</ul>`;
}

/** The time limit that most cells of the document have. */
export function findUsualTimeout({steps}: Runbook): number | null {
  const counts = new Map<number | null, number>();
  for (const step of steps) if (step.type === "cell") counts.set(step.options.timeoutMs, (counts.get(step.options.timeoutMs) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

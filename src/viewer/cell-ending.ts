import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {Ending} from "../model/event.ts";
import type {Attempt, Confirmed, EndedAttempt} from "../model/run.ts";
import type {Cell} from "../model/runbook.ts";
import {bytes, duration, plural, timeOfDay} from "./words.ts";

/** How an attempt ended: why it failed, what it captured, and what else a person should know. */
export function ending(attempt: Attempt | EndedAttempt, cell: Cell, confirmed: Confirmed | null): TemplateResult | typeof nothing {
  const captures = [...attempt.captures];
  const told = "outcome" in attempt ? facts(attempt, cell, confirmed) : [];
  const failure = "outcome" in attempt ? failureOf(attempt) : null;
  const reason = "outcome" in attempt ? attempt.ending.detail : null;
  if (captures.length === 0 && told.length === 0 && failure === null && !reason) return nothing;
  return html`<div class="ending">
    ${failure === null ? nothing : html`<p class="failure">${failure}</p>`}
    ${reason ? html`<p class="aside detail">${reason}</p>` : nothing}
    ${captures.length > 0 ? html`<dl class="captures">${captures.map(({name, value, secret}) => html`<div><dt>${name}</dt><dd>${secret ? html`<em>secret</em>` : value}</dd></div>`)}</dl>` : nothing}
    ${told.length > 0 ? html`<p class="facts">${told.map((fact) => html`<span>${fact}</span>`)}</p>` : nothing}
    ${"outcome" in attempt && attempt.execution.target !== "local" && cell.options.on === null ? html`<p class="facts"><span>on ${attempt.execution.target} (${attempt.execution.user}@${attempt.execution.host})</span></p>` : nothing}
  </div>`;
}

function failureOf({outcome}: EndedAttempt): string | null {
  switch (outcome.type) {
    case "failed":
    case "lost":
      return outcome.message;
    case "timed-out":
      return `it was ended after ${duration(outcome.afterMs)}, its time limit`;
    default:
      return null;
  }
}

function facts({ending, outcome, terminal}: EndedAttempt, {options}: Cell, confirmed: Confirmed | null): readonly string[] {
  const told: string[] = [];
  if (ending.exit !== null && (ending.exit !== 0 || outcome.type !== "passed")) told.push(`exit ${ending.exit}`);
  if (ending.signal !== null) told.push(`ended by ${ending.signal}`);
  if (ending.sqlstate !== null && ending.sqlstate !== "00000") told.push(`SQLSTATE ${ending.sqlstate}`);
  const printed = ending.streams.stdout.bytes + ending.streams.stderr.bytes;
  if (printed > 64 * 1024) told.push(`${bytes(printed)} of output`);
  for (const stream of ["stdout", "stderr"] as const)
    if (ending.streams[stream].truncated && options.recordOutput) told.push(`${stream} was longer than is kept`);
  for (const by of terminal?.typists ?? []) told.push(`${by} typed into it`);
  for (const secret of terminal?.answered ?? []) told.push(`a prompt was answered with ${secret}`);
  if (ending.redactions > 0) told.push(plural(ending.redactions, "secret was", "secrets were").concat(" hidden"));
  if (confirmed) told.push(`confirmed by ${confirmed.by} at ${timeOfDay(confirmed.at)}${confirmed.note ? `: ${confirmed.note}` : ""}`);
  return [...told, ...aftermath(ending)];
}

function aftermath({state, transaction, leftovers, kept}: Ending): readonly string[] {
  const told: string[] = [];
  if (state === "not taken") told.push("the shell's state could not be taken; the earlier one stands");
  if (transaction === "open") told.push("a transaction is open");
  if (transaction === "failed") told.push("the transaction has failed and must be rolled back");
  for (const process of leftovers) told.push(`ended what it left behind: ${process}`);
  for (const process of kept) told.push(`kept running: ${process}`);
  return told;
}

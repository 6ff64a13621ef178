import {html, nothing} from "lit";

import type {Output} from "../model/event.ts";
import type {Attempt} from "../model/run.ts";
import type {Cell} from "../model/runbook.ts";
import {stepLabel} from "../model/step-label.ts";
import {toPlainText} from "./terminal-text.ts";

/** A cell that nobody is near: what it is called, says and printed, as text that can be found and read, and nothing more. */
export function asleep(cell: Cell, attempt: Attempt | undefined) {
  const printed = attempt === undefined ? "" : textOf(attempt);
  return html`<h4 class="asleep-name">${stepLabel(cell)}</h4><pre class="asleep"><code>${cell.source}</code></pre>${printed === "" ? nothing : html`<pre class="asleep is-output">${printed}</pre>`}`;
}

function textOf({outputs}: Attempt): string {
  let text = "";
  for (const output of outputs) text += plainOf(output);
  return toPlainText(text);
}

function plainOf(output: Output): string {
  switch (output.type) {
    case "text":
      return output.text;
    case "table":
      return `${[output.columns.map(({name}) => name), ...output.rows].map((row) => row.map((value) => value ?? "NULL").join("  ")).join("\n")}\n`;
    case "notice":
      return `${output.severity} ${output.message}\n`;
    default:
      return "";
  }
}

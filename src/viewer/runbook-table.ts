import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import type {Column, Table} from "../model/event.ts";
import {isNumeric} from "../model/kind.ts";
import {copyButton} from "./copy-button.ts";
import {PageElement} from "./elements.ts";
import {number, plural} from "./words.ts";

const firstRows = 100;

/** Rows of a query: exact text, aligned by type, with how many there were in all. */
@customElement("runbook-table")
export class RunbookTable extends PageElement {
  @property({attribute: false}) table!: Table;
  @state() private all = false;

  override render() {
    const {columns, rows, total} = this.table;
    const shown = this.all ? rows : rows.slice(0, firstRows);
    return html`
      ${columns.length === 0 ? nothing : this.#grid(columns, shown)}
      <p class="table-foot">
        <span>${shown.length < total ? html`showing ${number(shown.length)} of ${plural(total, "row")}` : plural(total, "row")}</span>
        ${rows.length > shown.length ? html`<button type="button" class="quiet" @click=${() => (this.all = true)}>show ${rows.length === total ? "all" : "the"} ${number(rows.length)}${rows.length === total ? nothing : " that were kept"}</button>` : nothing}
        ${rows.length < total && rows.length === shown.length ? html`<span>the first ${number(rows.length)} were kept</span>` : nothing}
        ${copyButton(() => toCsv(this.table), "Copy the rows as CSV")}
      </p>`;
  }

  #grid(columns: readonly Column[], rows: Table["rows"]) {
    const sides = columns.map((column) => (isNumeric(column) ? "is-number" : ""));
    return html`<div class="rows" tabindex="0" role="region" aria-label="Rows">
      <table>
        <thead><tr>${columns.map(({name, type}, place) => html`<th scope="col" class=${sides[place]!}>${name}<span class="type">${type}</span></th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr>${row.map((value, place) => (value === null ? html`<td class="is-null ${sides[place]!}">NULL</td>` : html`<td class=${sides[place]!}>${value}</td>`))}</tr>`)}</tbody>
      </table>
    </div>`;
  }
}

function toCsv({columns, rows}: Table): string {
  const field = (value: string | null): string =>
    value === null ? "" : value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  return [columns.map(({name}) => name), ...rows].map((row) => row.map(field).join(",")).join("\r\n");
}

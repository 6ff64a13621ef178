import {html, nothing} from "lit";
import {customElement, property, state} from "lit/decorators.js";

import type {Column, Table} from "../model/event.ts";
import {copyButton} from "./copy-button.ts";
import {toCsv} from "./csv.ts";
import {download} from "./download.ts";
import {PageElement} from "./elements.ts";
import {downloadIcon, sortDownIcon, sortIcon, sortUpIcon} from "./icons.ts";
import {readJson} from "./json-node.ts";
import {Printing} from "./printing.ts";
import type {Sorting} from "./row-order.ts";
import {nextSorting, orderRows, sideOf} from "./row-order.ts";
import "./runbook-json.ts";
import "./runbook-plot.ts";
import type {Series} from "./series.ts";
import {readSeries} from "./series.ts";
import {viewChoice} from "./view-choice.ts";
import {number, plural} from "./words.ts";

const onPage = 100;
const fewToFilter = 8;
const longestTree = 256 * 1024;

/** Rows of a query: exact text, aligned by type, with how many there were in all. What can be drawn is drawn, and can be read as well. */
@customElement("runbook-table")
export class RunbookTable extends PageElement {
  @property({attribute: false}) table!: Table;
  @property({attribute: false}) label = "Rows";
  @state() private filter = "";
  @state() private sorting: Sorting | null = null;
  @state() private page = 0;
  @state() private view: "Plot" | "Rows" | null = null; // null: nobody has chosen
  #series: Series | null = null;
  #order: readonly number[] = [];

  readonly printing = new Printing(this);

  override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (changed.has("table")) this.#series = readSeries(this.table);
    if (changed.has("table") || changed.has("filter") || changed.has("sorting"))
      this.#order = orderRows(this.table, this.filter, this.sorting);
    this.page = Math.min(this.page, Math.max(0, Math.ceil(this.#order.length / onPage) - 1));
  }

  override render() {
    const {columns, rows} = this.table;
    const all = this.printing.isNow;
    const view = this.#series === null || all ? "Rows" : (this.view ?? "Plot");
    const shown = all ? this.#order : this.#order.slice(this.page * onPage, (this.page + 1) * onPage);
    return html`
      ${
        this.#series === null && rows.length < fewToFilter
          ? nothing
          : html`<div class="output-views">
        ${this.#series === null ? nothing : viewChoice(["Plot", "Rows"], view, (chosen) => (this.view = chosen))}
        ${view === "Rows" && rows.length >= fewToFilter ? html`<input type="search" class="filter" aria-label="Show rows that hold" placeholder="Filter rows" .value=${this.filter} @input=${this.#setFilter}>` : nothing}
      </div>`
      }
      ${view === "Plot" ? html`<runbook-plot .series=${this.#series}></runbook-plot>` : columns.length === 0 ? nothing : this.#grid(columns, shown, all)}
      ${this.#foot(view, shown.length)}`;
  }

  /** Shows the page that a row is on, and gives the row. */
  async showRow(place: number): Promise<Element | null> {
    this.view = "Rows";
    this.filter = "";
    await this.updateComplete;
    this.page = Math.floor(this.#order.indexOf(place) / onPage);
    await this.updateComplete;
    return this.querySelector(`tr[data-row="${place}"]`);
  }

  #grid(columns: readonly Column[], shown: readonly number[], asText: boolean) {
    const sides = columns.map(sideOf);
    return html`<div class="rows" tabindex="0" role="region" aria-label=${this.label}>
      <table>
        <thead><tr>${columns.map((column, place) => this.#head(column, place, sides[place]!))}</tr></thead>
        <tbody>${shown.map((row) => html`<tr data-row=${row}>${this.table.rows[row]!.map((value, place) => cell(value, columns[place]!, {side: sides[place]!, asText}))}</tr>`)}</tbody>
      </table>
    </div>`;
  }

  #head({name, type}: Column, place: number, side: string) {
    const sorted = this.sorting?.column === place ? (this.sorting.down ? "descending" : "ascending") : "none";
    const icon = sorted === "none" ? sortIcon : sorted === "ascending" ? sortUpIcon : sortDownIcon;
    const sort = (): void => {
      this.sorting = nextSorting(this.sorting, place);
      this.page = 0;
    };
    return html`<th scope="col" class=${side} aria-sort=${sorted}><button type="button" class="sort" title="Sort by ${name}" @click=${sort}><span>${name}</span>${icon}</button><span class="type">${type}</span></th>`;
  }

  #foot(view: "Plot" | "Rows", shown: number) {
    const {rows, total, columns} = this.table;
    const found = this.#order.length;
    const first = this.page * onPage;
    const isSifted = this.filter.trim() !== "";
    const range = shown === rows.length ? null : found === 0 ? "none" : `${number(first + 1)} to ${number(first + shown)}`;
    const of = isSifted ? `${number(found)} that match, of ${plural(total, "row")}` : plural(total, "row");
    const kept = rows.length < total ? `; the first ${number(rows.length)} were kept` : "";
    return html`<div class="table-foot">
      <span role="status">${view === "Plot" || (range === null && kept === "") ? plural(total, "row") : `showing ${range ?? number(shown)} of ${of}`}${kept}</span>
      ${view === "Rows" && found > onPage ? this.#pages(found) : nothing}
      ${
        columns.length === 0
          ? nothing
          : html`<span class="table-actions">
        <button type="button" class="quiet small" title="Download the rows as CSV for a spreadsheet: what it would take for a formula begins with an apostrophe" @click=${() => this.#download(false)}>${downloadIcon} CSV</button>
        <button type="button" class="quiet small" title="Download the rows as CSV, every value exactly as the server wrote it" @click=${() => this.#download(true)}>exact</button>
        ${copyButton(() => toCsv(this.#ordered, {exact: false}), "Copy the rows as CSV")}</span>`
      }
    </div>`;
  }

  #pages(found: number) {
    const last = Math.ceil(found / onPage) - 1;
    const turn = (by: number) => (): void => {
      this.page += by;
      const box = this.querySelector(".rows");
      if (box) box.scrollTop = 0;
    };
    return html`<span class="pages">
      <button type="button" class="quiet small" ?disabled=${this.page === 0} @click=${turn(-1)}>Previous</button>
      <span>page ${number(this.page + 1)} of ${number(last + 1)}</span>
      <button type="button" class="quiet small" ?disabled=${this.page === last} @click=${turn(1)}>Next</button>
    </span>`;
  }

  readonly #setFilter = (event: Event): void => {
    this.filter = (event.currentTarget as HTMLInputElement).value;
    this.page = 0;
  };

  /** The rows that are shown, on all pages. */
  get #ordered(): Pick<Table, "columns" | "rows"> {
    return {columns: this.table.columns, rows: this.#order.map((place) => this.table.rows[place]!)};
  }

  #download(exact: boolean): void {
    download(toCsv(this.#ordered, {exact}), `${this.label}${exact ? "-exact" : ""}.csv`, "text/csv");
  }
}

function cell(value: string | null, {type}: Column, {side, asText}: {readonly side: string; readonly asText: boolean}) {
  if (value === null) return html`<td class="is-null ${side}">NULL</td>`;
  const node =
    !asText && (type === "json" || type === "jsonb") && value.length <= longestTree && /^\s*[[{]/.test(value) ? readJson(value) : null;
  return node === null
    ? html`<td class=${side}>${value}</td>`
    : html`<td class="is-json"><runbook-json .node=${node} .depth=${2}></runbook-json></td>`;
}

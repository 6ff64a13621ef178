import type {Table} from "../model/event.ts";
import {isNumeric} from "../model/kind.ts";
import {countWords, plainText} from "./plain.ts";

const escapes: Readonly<Record<string, string>> = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"};

/** Untrusted text as text of a page, and of its attributes. */
export const escapeHtml = (text: string): string => plainText(text).replace(/[&<>"']/g, (character) => escapes[character]!);

export function toHtmlTable({columns, rows, total}: Table): string {
  const head = columns.map(({name}) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((value, column) => (value === null ? '<td class="null">NULL</td>' : `<td${isNumeric(columns[column]!) ? ' class="number"' : ""}>${escapeHtml(value)}</td>`)).join("")}</tr>`
    )
    .join("\n");
  const missing = total - rows.length;
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>\n<p>${countWords(total, "row")}${missing > 0 ? `, ${missing} of them not kept` : ""}</p>`;
}

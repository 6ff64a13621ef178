import type {SVGTemplateResult, TemplateResult} from "lit";
import {html, svg} from "lit";

const icon = (shape: SVGTemplateResult): TemplateResult => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>`;
const stroke = (d: string): SVGTemplateResult =>
  svg`<path d=${d} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>`;

export const playIcon = icon(
  svg`<path d="M4.5 2.7v10.6a.6.6 0 0 0 .92.5l8.2-5.3a.6.6 0 0 0 0-1l-8.2-5.3a.6.6 0 0 0-.92.5Z" fill="currentColor"/>`
);
export const stopIcon = icon(svg`<rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="currentColor"/>`);
export const copyIcon = icon(
  stroke(
    "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z"
  )
);
export const doneIcon = icon(stroke("m3 8.5 3.2 3.2L13 4.5"));
export const linkIcon = icon(
  stroke("M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 1 0-3.7-3.7l-.7.7M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 1 0 3.7 3.7l.7-.7")
);
export const toHereIcon = icon(stroke("M8 2v7.5M4.8 6.5 8 9.7l3.2-3.2M3 13.5h10"));
export const skipIcon = icon(stroke("M2.5 8h9M8.5 4.8 11.7 8l-3.2 3.2M13.8 4v8"));
export const outlineIcon = icon(stroke("M2.5 4h11M2.5 8h8M2.5 12h9.5"));
export const flagIcon = icon(stroke("M3.5 14V2.5M3.5 3h8.2l-1.6 2.7 1.6 2.8H3.5"));
export const targetIcon = icon(stroke("M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 5v3l2 1.4"));
export const bellIcon = icon(
  stroke("M8 2.2a3.6 3.6 0 0 0-3.6 3.6c0 3.8-1.4 4.8-1.4 4.8h10s-1.4-1-1.4-4.8A3.6 3.6 0 0 0 8 2.2ZM6.9 13a1.3 1.3 0 0 0 2.2 0")
);
export const includeIcon = icon(stroke("M9.2 2.5H4.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5.8L9.2 2.5Zm0 0v3.3h3.3"));
export const endIcon = icon(stroke("M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10"));
export const sortIcon = icon(stroke("m5 6.2 3-3 3 3M5 9.8l3 3 3-3"));
export const sortUpIcon = icon(stroke("M8 13V3.5M4.5 7 8 3.5 11.5 7"));
export const sortDownIcon = icon(stroke("M8 3v9.5M4.5 9 8 12.5 11.5 9"));
export const editIcon = icon(stroke("m10.2 3.3 2.5 2.5M3 13l.6-2.9 7.3-7.3a1 1 0 0 1 1.4 0l.9.9a1 1 0 0 1 0 1.4l-7.3 7.3L3 13Z"));
export const searchIcon = icon(stroke("M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4l3.1 3.1"));
export const closeIcon = icon(stroke("m4 4 8 8m0-8-8 8"));
export const downloadIcon = icon(stroke("M8 2.5v7.3M4.9 6.9 8 10l3.1-3.1M3 13.2h10"));
export const logIcon = icon(stroke("M2.5 3.5h1M6 3.5h7.5M2.5 8h1M6 8h7.5M2.5 12.5h1M6 12.5h5"));

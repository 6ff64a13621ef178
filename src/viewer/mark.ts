import type {SVGTemplateResult, TemplateResult} from "lit";
import {html, svg} from "lit";

import type {Standing} from "../model/standing.ts";

type Shape = Standing | "interrupted" | "missed" | "stopped" | "not started";

/** How something stands, as a shape that can be told apart without its colour. */
export const mark = (shape: Shape): TemplateResult =>
  html`<svg class="mark is-${shape.replace(" ", "-")}" viewBox="0 0 16 16" role="img" aria-label=${shape.replace("-", " ")}>${shapes[shape]}</svg>`;

const line = (d: string): SVGTemplateResult =>
  svg`<path d=${d} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`;
const cut = (d: string): SVGTemplateResult =>
  svg`<path class="cut" d=${d} fill="none" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>`;
const disc = svg`<circle cx="8" cy="8" r="7" fill="currentColor"/>`;
const square = svg`<rect x="1.5" y="1.5" width="13" height="13" rx="2.5" fill="currentColor"/>`;
const diamond = svg`<path d="M8 .8 15.2 8 8 15.2.8 8Z" fill="currentColor"/>`;
const ring = svg`<circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="1.6"/>`;

const failed = svg`${square}${cut("m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2")}`;
const halted = svg`${ring}${line("m4.2 11.8 7.6-7.6")}`;
const unknown = svg`${diamond}${cut("M8 4.6v4M8 11.2v.1")}`;
const shapes: Readonly<Record<Shape, SVGTemplateResult>> = {
  pending: ring,
  "not started": ring,
  asked: svg`${diamond}${cut("M6.3 6.6a1.75 1.75 0 1 1 2.5 1.6c-.5.3-.8.6-.8 1.1M8 11.4v.1")}`,
  running: svg`<circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="1.6" opacity=".3"/><path d="M8 2.3A5.7 5.7 0 0 1 13.7 8" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/>`,
  passed: svg`${disc}${cut("m4.9 8.3 2.2 2.2 4.1-4.7")}`,
  answered: svg`${disc}${cut("m4.9 8.3 2.2 2.2 4.1-4.7")}`,
  failed,
  refused: failed,
  "timed-out": svg`${square}${cut("M8 4.6V8l2.4 1.6")}`,
  missed: svg`${square}${cut("M8 4.6V8l2.4 1.6")}`,
  cancelled: halted,
  stopped: halted,
  lost: unknown,
  interrupted: unknown,
  skipped: svg`${line("M3 8h8.5M8.6 4.8 11.8 8l-3.2 3.2")}`
};

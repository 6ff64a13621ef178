import type {TemplateResult} from "lit";
import {html, nothing, svg} from "lit";

import type {ServedObjective, TrendPoint} from "../model/served.ts";
import {dayAndTime, duration, plural, span} from "./words.ts";

const width = 240;
const height = 56;
const mostPoints = 30;

/** What the runs of a runbook made of one of its promises: a point a run, and the target as a line. In words too, for whoever cannot see it. */
export function trend({metric, title, maxMs, points: all}: ServedObjective): TemplateResult {
  const points = all.slice(-mostPoints).filter((point): point is TrendPoint & {actualMs: number} => point.actualMs !== null);
  const last = all.at(-1);
  return html`<figure class="trend">
    <figcaption><span class="metric">${metric.toUpperCase()}</span> <span class="aside">at most ${span(maxMs)}</span>
      ${last === undefined ? html`<span class="aside">not measured yet</span>` : html`<strong class="result is-${last.result}">${last.actualMs === null ? "" : duration(last.actualMs)} ${last.result.replace("-", " ")}</strong>`}</figcaption>
    ${points.length < 2 ? nothing : plot(points, maxMs, `${title ?? metric.toUpperCase()} in the last ${plural(points.length, "run")}`)}
    ${all.length === 0 ? nothing : figures(all)}
  </figure>`;
}

function plot(points: readonly (TrendPoint & {actualMs: number})[], maxMs: number, label: string): TemplateResult {
  const most = Math.max(maxMs, ...points.map(({actualMs}) => actualMs)) * 1.15;
  const x = (place: number): number => 6 + (place / (points.length - 1)) * (width - 12);
  const y = (ms: number): number => height - 5 - (Math.max(0, ms) / most) * (height - 10);
  const line = points.map(({actualMs}, place) => `${x(place).toFixed(1)},${y(actualMs).toFixed(1)}`).join(" ");
  const words = points.map(({at, actualMs, result}) => `${at.slice(0, 10)}: ${duration(actualMs)}, ${result}`).join("; ");
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}: ${words}">
    <line class="target" x1="0" x2=${width} y1=${y(maxMs)} y2=${y(maxMs)}/>
    <polyline points=${line}/>
    ${points.map((point, place) => dot(point, x(place), y(point.actualMs)))}
  </svg>`;
}

/** What was missed has another shape as well as another colour. */
const dot = ({at, actualMs, result}: TrendPoint & {actualMs: number}, x: number, y: number) => svg`<g class="is-${result}">
  ${result === "met" ? svg`<circle cx=${x} cy=${y} r="3"/>` : svg`<rect x=${x - 3.5} y=${y - 3.5} width="7" height="7" transform="rotate(45 ${x} ${y})"/>`}
  <title>${dayAndTime(at)}: ${duration(actualMs)}, ${result}</title></g>`;

function figures(points: readonly TrendPoint[]): TemplateResult {
  return html`<details><summary>Figures</summary><table>
    <thead><tr><th scope="col">Run</th><th scope="col">Took</th><th scope="col">Target</th><th scope="col">Result</th></tr></thead>
    <tbody>${points
      .slice(-mostPoints)
      .toReversed()
      .map(
        ({run, at, mode, actualMs, targetMs, result}) =>
          html`<tr><td><a href="/run/${run}">${dayAndTime(at)}</a>${mode === null ? nothing : html` ${mode}`}</td><td>${actualMs === null ? "–" : duration(actualMs)}</td><td>${span(targetMs)}</td><td>${result.replace("-", " ")}</td></tr>`
      )}</tbody></table></details>`;
}

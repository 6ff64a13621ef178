import {html} from "lit";
import {customElement, property} from "lit/decorators.js";
import type uPlot from "uplot";

import {PageElement} from "./elements.ts";
import type {Series} from "./series.ts";
import {plural} from "./words.ts";

const height = 240;
const inks = ["--a4", "--a3", "--a2", "--a5", "--a6", "--a1", "--a7", "--a0"]; // of the theme

/** Columns of a result as lines. The rows themselves are the same in words, one button away. */
@customElement("runbook-plot")
export class RunbookPlot extends PageElement {
  @property({attribute: false}) series!: Series;
  #plot: uPlot | null = null;
  readonly #onResize = new ResizeObserver(([entry]) => this.#plot?.setSize({width: Math.floor(entry!.contentRect.width), height}));
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => void this.#draw();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#onResize.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
    super.disconnectedCallback();
  }

  override render() {
    return html`<div class="plot" role="img" aria-label=${describe(this.series)}></div>`;
  }

  override updated(): void {
    void this.#draw();
  }

  async #draw(): Promise<void> {
    const box = this.querySelector<HTMLElement>(".plot")!;
    const {default: Plot} = await import("uplot"); // only a page that draws needs it
    if (!this.isConnected) return;
    this.#plot?.destroy();
    const style = getComputedStyle(this);
    const axis = {
      stroke: style.getPropertyValue("--soft"),
      grid: {stroke: style.getPropertyValue("--line"), width: 1},
      font: `12px ${style.fontFamily}`
    };
    const {x, lines, isTime} = this.series;
    this.#plot = new Plot(
      {
        width: Math.max(200, box.clientWidth),
        height,
        tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        scales: {x: {time: isTime}},
        axes: [
          {...axis, ticks: axis.grid, ...(isTime && {values: timeTicks, space: 64})},
          {...axis, ticks: axis.grid, size: widthOfTicks, values: (_plot, ticks) => ticks.map(short)}
        ],
        padding: [12, 28, 0, 0],
        legend: {live: true},
        cursor: {drag: {x: false, y: false}},
        series: [
          isTime ? {label: "time (UTC)", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}"} : {label: "x"},
          ...lines.map(({name}, place) => ({
            label: name,
            stroke: style.getPropertyValue(inks[place % inks.length]!),
            width: 2,
            dash: place >= inks.length / 2 ? [6, 4] : [], // colour alone does not tell them apart
            points: {show: x.length <= 60}
          }))
        ]
      },
      [[...x], ...lines.map(({values}) => [...values])],
      box
    );
    this.#onResize.observe(box);
  }
}

function describe({x, lines, isTime}: Series): string {
  const ranges = lines.map(({name, values}) => {
    const known = values.filter((value) => value !== null);
    const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return `${name} from ${least} to ${most}`;
  });
  return `Plot of ${plural(x.length, "row")}${isTime ? " over time" : ""}: ${ranges.join("; ")}. The rows hold the same as text.`;
}

/** From which distance of ticks on how they are written, and what is added where a year, a day or a minute begins. */
const timeTicks = [
  [365 * 86_400, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * 86_400, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [0.001, ":{ss}.{fff}", "\n{YYYY}-{MM}-{DD} {HH}:{mm}", null, "\n{MM}-{DD} {HH}:{mm}", null, "\n{HH}:{mm}", null, 1]
] as uPlot.Axis.Values;

const suffixes = ["", " k", " M", " G", " T", " P"];
function short(value: number): string {
  const step = Math.min(suffixes.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3));
  return step < 2 && Math.abs(value) < 10_000 ? String(value) : `${Number((value / 1000 ** step).toFixed(2))}${suffixes[step]}`;
}

const widthOfTicks = (_plot: uPlot, ticks: string[] | null): number => 24 + 7 * Math.max(3, ...(ticks ?? []).map((tick) => tick.length));

import {stripVTControlCharacters} from "node:util";
import {formatDuration} from "../../model/duration.ts";
import type {Event} from "../../model/event.ts";
import type {Run} from "../../model/run.ts";
import type {Runbook, Step, StepId} from "../../model/runbook.ts";
import {stepsById} from "../../model/runbook.ts";
import type {Reporter} from "../reporter.ts";
import {endingLines} from "../reporter.ts";
import {count} from "./amounts.ts";
import type {Paint} from "./paint.ts";
import {paintFor} from "./paint.ts";
import {cutToWidth} from "./sanitize.ts";
import {createTranscript} from "./transcript.ts";
import {nameOf} from "./words.ts";

const TAIL = 5; // lines under a running cell
const KEPT = 12; // lines that stay of a cell that passed
const KEPT_OF_FAILED = 40;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export interface Terminal {
  readonly columns?: number;
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface Running {
  readonly step: Step;
  readonly since: number;
  readonly lines: string[]; // of what it printed, the last ones
  printed: number; // lines in all
}

/**
 * The view of a terminal: what has happened scrolls by, and below it the running cell with its elapsed time and the tail of what
 * it prints is drawn again and again. Once the cell has ended, its last lines stay.
 */
export function createLiveReporter(
  runbook: Runbook,
  terminal: Terminal,
  {
    now = () => performance.now(),
    paint = paintFor(terminal),
    earlier,
    isShown = () => false
  }: {now?: () => number; paint?: Paint; earlier?: Run; isShown?: (step: StepId) => boolean} = {} // cells that are shown already, as they are
): Reporter {
  const steps: ReadonlyMap<StepId, Step> = stepsById(runbook);
  const transcript = createTranscript(runbook, paint, earlier);
  let running: Running | null = null;
  let drawn = 0; // lines of the region that is drawn again
  let frame = 0;
  const timer = setInterval(() => running && draw([]), 100);
  timer.unref();

  return {
    hear(events) {
      const lasting = events.flatMap(told);
      if (lasting.length > 0 || running) draw(lasting);
    },
    end(ending) {
      clearInterval(timer);
      draw(endingLines(ending));
    }
  };

  function told(event: Event): readonly string[] {
    const {outputs, facts} = transcript.hear(event);
    if ("step" in event && event.step !== null && isShown(event.step)) return facts;
    if (event.type === "output-written" && event.step !== running?.step.id) return outputs; // of a cell in the background
    if (running) keep(running, outputs);
    if (event.type === "cell-started") {
      running = {step: steps.get(event.step)!, since: now(), lines: [], printed: 0};
      return facts.slice(0, -1); // the heading; the line of the cell itself is the one that is drawn
    }
    if ((event.type !== "cell-ended" && event.type !== "cell-ready") || event.step !== running?.step.id) return facts;
    const {lines, printed} = running;
    running = null;
    const most = event.type === "cell-ready" || event.outcome.type === "passed" ? KEPT : KEPT_OF_FAILED;
    const last = lines.slice(-most);
    const above = printed - last.length;
    return [
      ...(above > 0
        ? [paint.dim(`  … ${count(above, "line")} above; runbook show ${transcript.run.start?.run ?? "latest"} tells all`)]
        : []),
      ...last,
      ...facts
    ];
  }

  function keep(cell: Running, outputs: readonly string[]): void {
    cell.printed += outputs.length;
    cell.lines.push(...outputs.slice(-KEPT_OF_FAILED));
    if (cell.lines.length > 10 * KEPT_OF_FAILED) cell.lines.splice(0, cell.lines.length - KEPT_OF_FAILED);
  }

  function draw(lasting: readonly string[]): void {
    const region = running ? regionOf(running) : [];
    const back = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : "";
    drawn = region.length;
    terminal.write(back + [...lasting, ...region].map((line) => `${line}\n`).join(""));
  }

  function regionOf({step, since, lines}: Running): readonly string[] {
    const columns = Math.max(20, (terminal.columns ?? 80) - 1); // a line that wraps could not be drawn over
    const spinner = paint.cyan(FRAMES[frame++ % FRAMES.length]!);
    const status = `${spinner} ${nameOf(step, paint)} ${paint.dim(formatDuration(now() - since))}`;
    return [status, ...lines.slice(-TAIL)].map((line) =>
      stripVTControlCharacters(line).length < columns / 2 ? line : `${cutToWidth(line, columns)}${paint.reset("")}`
    );
  }
}

import {spawnSync} from "node:child_process";
import {closeSync, openSync, readSync} from "node:fs";
import {join} from "node:path";
import {StringDecoder} from "node:string_decoder";
import {isatty} from "node:tty";
import type {Event, Output} from "../../model/event.ts";
import type {TerminalSize} from "../../model/kind.ts";
import type {Runbook, StepId} from "../../model/runbook.ts";
import {stepsById} from "../../model/runbook.ts";
import type {Performance} from "../../runtime/conductor.ts";
import type {Reporter} from "../reporter.ts";
import {ModeKeeper} from "./modes.ts";
import {paintFor} from "./paint.ts";

/** Somebody sits at this terminal, and can type into a cell with `tty`. */
export const isAttended = ({json = false, quiet = false}: {readonly json?: boolean; readonly quiet?: boolean}): boolean =>
  !json && !quiet && process.env.GITHUB_ACTIONS !== "true" && process.env.TERM !== "dumb" && isatty(0) && isatty(1);

export const screenSize = (): TerminalSize => ({columns: process.stdout.columns || 80, rows: process.stdout.rows || 24});

/** Cells that a lent terminal shows as they are. */
export const lendsTo = (runbook: Runbook): ((step: StepId) => boolean) => {
  const steps = stepsById(runbook);
  return (id) => {
    const step = steps.get(id);
    return step?.type === "cell" && step.options.tty;
  };
};

const leave = "\x1d"; // Ctrl-]

/**
 * Lends this terminal to each cell with `tty` while that runs: what the cell shows goes to it as it is (after redaction), what is typed goes to the
 * cell. Ctrl-] does what Ctrl-C does elsewhere. Whatever happens, the terminal is put back as it was.
 */
export function lendTerminal(
  runbook: Runbook,
  reporter: Reporter,
  {operator, performance}: {readonly operator: string; performance(): Performance | null}
): Reporter {
  const isLentTo = lendsTo(runbook);
  let lent: Lent | null = null;
  let held: Event[] = []; // told when the terminal is ours again

  return {
    hear(events) {
      for (const event of events) {
        held.push(event);
        if (event.type === "cell-started" && isLentTo(event.step)) {
          tell();
          lent = lend(event.step, operator, performance);
        } else if (event.type === "output-written" && event.step === lent?.step) lent.show(event.output);
        else if (event.type === "cell-ended" && event.step === lent?.step) {
          lent.end();
          lent = null;
        }
      }
      if (lent === null) tell();
    },
    end(ending) {
      lent?.end();
      tell();
      reporter.end(ending);
    }
  };

  function tell(): void {
    const events = held;
    held = [];
    if (events.length > 0) reporter.hear(events);
  }
}

interface Lent {
  readonly step: StepId;
  show(output: Output): void;
  end(): void;
}

function lend(step: StepId, operator: string, performance: () => Performance | null): Lent {
  const {stdin, stdout} = process;
  const modes = new ModeKeeper();
  const decoder = new StringDecoder("utf8");
  let shown = 0; // bytes
  const take = (bytes: Buffer): void => {
    const text = decoder.write(bytes);
    const at = text.indexOf(leave);
    const typed = at < 0 ? text : text.slice(0, at);
    if (typed !== "" && (performance()?.type(step, typed, operator, "terminal") ?? null) !== null) stdout.write("\x07");
    if (at >= 0) process.kill(process.pid, "SIGINT");
  };
  const resize = (): void => performance()?.resize(step, screenSize());
  const restore = (): void => {
    stdin.setRawMode(false);
    stdout.write(modes.undo());
  };
  stdout.write(paintFor(stdout).dim("  (what you type goes to this cell; Ctrl-] cancels the run)\n"));
  stdin.setRawMode(true);
  spawnSync("stty", ["-opost"], {stdio: ["inherit", "ignore", "ignore"]}); // line ends are as the cell's own terminal made them
  stdin.on("data", take).resume();
  stdout.on("resize", resize);
  process.once("exit", restore);
  return {
    step,
    show(output) {
      const bytes = bytesOf(output, shown, performance()?.folder);
      shown += bytes.length;
      modes.take(bytes);
      stdout.write(bytes);
    },
    end() {
      process.off("exit", restore);
      stdin.off("data", take).pause();
      stdout.off("resize", resize);
      restore();
    }
  };
}

const nothing = Buffer.alloc(0);

/** What an output adds to `shown` bytes; what is too much for the journal stands in a file. */
function bytesOf(output: Output, shown: number, folder: string | undefined): Buffer {
  if (output.type === "text") return Buffer.from(output.text);
  if (output.type === "base64") return Buffer.from(output.base64, "base64");
  if (output.type !== "overflowed" || folder === undefined || output.bytes <= shown) return nothing;
  const file = openSync(join(folder, "outputs", output.file), "r");
  try {
    const bytes = Buffer.alloc(output.bytes - shown);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, shown));
  } finally {
    closeSync(file);
  }
}

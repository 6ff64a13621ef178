import type {ChildProcess} from "node:child_process";
import {constants} from "node:os";
import {setTimeout as sleep} from "node:timers/promises";
import type {Ending, Guarding} from "../ending.ts";
import type {Printing} from "../printing.ts";
import {signalGroup} from "../process.ts";
import type {Envelope} from "./envelope.ts";
import type {Link} from "./link.ts";

interface Guarded extends Guarding {
  readonly child: ChildProcess; // ssh
  readonly printing: Printing;
  readonly envelope: Envelope;
  readonly link: Link;
}

const patienceMs = 10_000; // for the far side, after KILL

/** Waits for the end of a cell on another host, or asks the far side to bring it about; says honestly when nobody saw it. */
export async function endFar({child, printing, envelope, link, signal, graceMs}: Guarded): Promise<Ending> {
  let aborted = false;
  const timers: NodeJS.Timeout[] = [];
  const abort = (): void => {
    aborted = true;
    child.stdin!.write("TERM\n");
    timers.push(setTimeout(() => child.stdin!.write("KILL\n"), graceMs));
    timers.push(setTimeout(() => signalGroup(child.pid!, "SIGKILL"), 2 * graceMs + patienceMs));
  };
  const ended = new Promise<number | null>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", resolve);
  });
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, {once: true});
  const exit = await ended;
  signal.removeEventListener("abort", abort);
  for (const timer of timers) clearTimeout(timer);
  child.stdin!.destroy();
  await Promise.race([printing.ended, sleep(graceMs)]);
  printing.stop();
  await printing.ended;

  const {report} = envelope;
  const where = `host "${link.name}"`;
  const said = printing.tail.trim().split("\n").slice(-2).join("; ");
  const nothing = {exit: null, signal: null, aborted, held: false, leftovers: [], kept: []};
  if (report) {
    const killed = aborted && report.status > 128 ? signalOf(report.status - 128) : null;
    return {...nothing, exit: killed === null ? report.status : null, signal: killed, leftovers: report.left, kept: report.kept};
  }
  const reason = said === "" ? `ssh ended ${exit === null ? "by a signal" : `with status ${exit}`}` : said;
  if (!envelope.begun) return {...nothing, unbegun: `the cell could not be started on ${where}: ${reason}`};
  return {...nothing, lost: `the connection to ${where} was lost (${reason}); what the cell did there is not known`};
}

const signalOf = (number: number): string | null => Object.entries(constants.signals).find(([, other]) => other === number)?.[0] ?? null;

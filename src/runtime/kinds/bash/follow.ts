import {closeSync} from "node:fs";
import type {Emit, Finish, Task} from "../../../model/kind.ts";
import {beginCell} from "./begin.ts";
import type {BashConfig} from "./config.ts";
import {standBy} from "./drains.ts";
import type {Times} from "./execute.ts";
import {finishCell, toFailure} from "./finish.ts";
import type {BashSession} from "./session.ts";
import {Watch} from "./watch.ts";

/**
 * Executes a cell that says `ready=`. It has passed at the first line that matches; then it is ended, or left running where it is to
 * be kept, or goes on while later cells run. Its shell's state is not taken: it never comes to its end by itself.
 */
export async function executeFollower(
  task: Task<BashConfig>,
  session: BashSession,
  emit: Emit,
  signal: AbortSignal,
  times: Times
): Promise<Finish> {
  const {ready, background, keep} = task.cell.options;
  const watch = new Watch(ready!);
  const begun = await beginCell(task, session, emit, watch);
  if (begun.type === "refused") return begun.finish;

  const told = new AbortController(); // to end
  let letGo!: () => void;
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const interrupt = (): void => {
    watch.close();
    told.abort();
  };
  if (signal.aborted) interrupt();
  else signal.addEventListener("abort", interrupt, {once: true});

  // from now on what it prints is read, whatever becomes of us
  const drains = standBy(session.bash, begun.mark, begun.drains);
  for (const drain of begun.drains) closeSync(drain);
  const ended = begun.end({signal: told.signal, keep, letGo: released, ...times}).then(async (ending) => {
    drains.letGo();
    return finishCell(task, session, begun, ending);
  });
  await Promise.race([watch.ready, ended]);
  signal.removeEventListener("abort", interrupt);
  if (!watch.matched) {
    const finish = await ended;
    return told.signal.aborted ? finish : {...finish, error: unready(finish, ready!)};
  }

  if (background) {
    let wasTold = false;
    return {
      ...passed,
      background: {
        process: keep ? begun.process : null,
        recorded() {
          if (keep) session.watchdog.release(begun.mark);
        },
        ended: ended.then((finish) => (wasTold ? {...finish, error: null, leftovers: []} : {...finish, error: tooEarly(finish)})),
        end(kept) {
          wasTold = true;
          if (kept && keep) letGo();
          else told.abort();
        }
      }
    };
  }
  if (keep) letGo();
  else told.abort();
  return {...(await ended), error: null, detail: null, leftovers: [], endedFirst: true};
}

const passed: Finish = {...toFailure(""), error: null, endedFirst: true};

function unready({exit, error}: Finish, ready: string): Finish["error"] {
  const message = `it ended before a line matched ready=${JSON.stringify(ready)}: ${error?.message ?? `exit status ${exit}`}`;
  return {message, place: error?.place ?? null, detail: error?.detail ?? null};
}

function tooEarly({exit, error, kept}: Finish): Finish["error"] {
  if (kept.length > 0) return null;
  const message = `it was ready, and ended by itself before the run did: ${error?.message ?? `exit status ${exit}`}`;
  return {message, place: error?.place ?? null, detail: error?.detail ?? null};
}

import {closeSync, constants, openSync} from "node:fs";
import {setTimeout as sleep} from "node:timers/promises";
import type {KeptProcess} from "../../../model/event.ts";
import type {Background, Emit, Finish, Task} from "../../../model/kind.ts";
import {isAlive} from "../../process-name.ts";
import type {BashConfig} from "./config.ts";
import {endDrains, findDrains, standBy} from "./drains.ts";
import {endCell} from "./ending.ts";
import {toFailure} from "./finish.ts";
import {toReader} from "./pipes.ts";
import {Printing} from "./printing.ts";
import type {ProcessEnd} from "./process.ts";
import type {BashSession} from "./session.ts";

const lookMs = 200;

/**
 * Goes on with a cell in the background whose runner is gone: what it prints from now on is read again, and its end is noticed. It is
 * no child of ours, so nobody can know its status.
 */
export async function adoptFollower(
  {cell, attempt}: Task<BashConfig>,
  session: BashSession,
  process: KeptProcess,
  emit: Emit
): Promise<Background | null> {
  const {pid, mark} = process;
  if (!mark.startsWith(`${cell.id}.${attempt}.`) || !isAlive(process)) return null;
  const {readers, drains} = await takeOver(session, mark);
  const printing = new Printing(readers, emit);
  const told = new AbortController();
  const over = new AbortController();
  let letGo!: () => void;
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let wasTold = false;
  const started = {pid, ended: whenGone(process, over.signal), release() {}};
  const ended = endCell({started, mark, printing, signal: told.signal, keep: true, letGo: released, ...session.times}).then(
    ({leftovers, kept}): Finish => {
      over.abort();
      drains.letGo();
      return {...toFailure(""), error: wasTold || kept.length > 0 ? null : tooEarly, leftovers: wasTold ? [] : leftovers, kept};
    }
  );
  return {
    process,
    recorded() {},
    ended,
    end(keep) {
      wasTold = true;
      if (keep) letGo();
      else told.abort();
    }
  };
}

const tooEarly = {
  message: "it was ready, and ended by itself before the run did; its status is not known, as another runner had started it",
  place: null,
  detail: null
};

/** The pipes are those that the readers of the runner before have kept open; new ones stand by in their place. */
async function takeOver(session: BashSession, mark: string) {
  const earlier = findDrains(mark);
  if (earlier.stdout === null || earlier.stderr === null) {
    const {readers, closeWriters} = await session.pipes.open({own: true});
    closeWriters(); // there is nothing to read
    return {readers, drains: standBy(session.bash, mark, [])};
  }
  const paths = [earlier.stdout, earlier.stderr].map((pid) => `/proc/${pid}/fd/0`);
  const readers = {stdout: toReader(paths[0]!), stderr: toReader(paths[1]!)};
  const ends = paths.map((path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const drains = standBy(session.bash, mark, ends);
  for (const end of ends) closeSync(end);
  endDrains(earlier);
  return {readers, drains};
}

async function whenGone(process: KeptProcess, over: AbortSignal): Promise<ProcessEnd> {
  while (!over.aborted && isAlive(process)) await sleep(lookMs);
  return {exit: null, signal: null};
}

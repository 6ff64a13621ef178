import type {Emit, Finish, Task} from "../../../model/kind.ts";
import {beginCell} from "./begin.ts";
import type {BashConfig} from "./config.ts";
import {finishCell} from "./finish.ts";
import {executeFollower} from "./follow.ts";
import type {BashSession} from "./session.ts";

/** Executes one attempt of a cell in a bash of its own. */
export async function executeCell(
  task: Task<BashConfig>,
  session: BashSession,
  emit: Emit,
  signal: AbortSignal,
  times: Times
): Promise<Finish> {
  if (task.cell.options.ready !== null) return executeFollower(task, session, emit, signal, times);
  const begun = await beginCell(task, session, emit);
  if (begun.type === "refused") return begun.finish;
  const ending = await begun.end({signal, keep: task.cell.options.keep, ...times});
  return finishCell(task, session, begun, ending);
}

/** How long endings may take. */
export interface Times {
  readonly graceMs: number; // between TERM and KILL
  readonly settleMs: number; // for what is still printing when the cell's shell has ended
}

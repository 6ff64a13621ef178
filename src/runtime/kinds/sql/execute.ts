/** Executes one attempt of an SQL cell: statement by statement, to the first that fails. */
import type {Place} from "../../../model/event.ts";
import type {Emit, Finish, Task} from "../../../model/kind.ts";
import type {Classified} from "./classify.ts";
import {classify, refuseInBlock, refuseInput} from "./classify.ts";
import type {Connected} from "./connect.ts";
import {enterSession} from "./enter-session.ts";
import type {Failure} from "./finish.ts";
import {finished, plainFailure} from "./finish.ts";
import {setLimits} from "./limits.ts";
import {cutMetaCommands} from "./meta-commands.ts";
import {placesIn} from "./offsets.ts";
import type {SqlConfig} from "./options.ts";
import type {Outlet} from "./outlet.ts";
import {openOutlet} from "./outlet.ts";
import {loadPgQuery} from "./pg-query.ts";
import {runStatement} from "./run-statement.ts";
import type {SqlSession} from "./session.ts";
import type {Statement} from "./split.ts";
import {split} from "./split.ts";
import {substitute} from "./variables.ts";

export async function execute(task: Task<SqlConfig>, session: SqlSession, emit: Emit, signal: AbortSignal): Promise<Finish> {
  const prepared = await prepare(task);
  if (prepared.type === "refused") return finished({failure: prepared.failure, transaction: session.connected?.transaction() ?? null});
  const {connected, again, refusal} = await enterSession(task, session, signal);
  const outlet = openOutlet(connected, emit);
  try {
    if (again)
      await emit({
        type: "notice",
        severity: "WARNING",
        sqlstate: "01000",
        message: "the connection was lost and has been opened again: settings and temporary tables of earlier cells are gone",
        detail: null,
        hint: null
      });
    const failure = refusal ?? (await runAll(prepared, {task, connected, emit, outlet, signal}));
    await outlet.flush();
    const transaction = connected.lost() === null ? connected.transaction() : "idle";
    session.openTransaction = connected.lost() === null && transaction !== "idle";
    return finished({
      failure,
      transaction,
      detail: task.config.transaction === "rollback" && !failure ? "rolled back, as transaction=rollback says" : null
    });
  } finally {
    outlet.close();
  }
}

interface Prepared {
  readonly type: "prepared";
  readonly text: string;
  readonly statements: readonly (Statement & Classified)[];
  readonly placeOf: (offset: number) => Place; // in the cell, of an offset in the text
}

/** Puts variables in and cuts into statements; refuses what must not reach the server. */
async function prepare({
  cell: {source},
  config,
  variables
}: Task<SqlConfig>): Promise<Prepared | {readonly type: "refused"; readonly failure: Failure}> {
  const placeOf = placesIn(source);
  const refuse = (message: string, offset: number) => ({type: "refused" as const, failure: plainFailure(message, placeOf(offset))});
  const [command] = cutMetaCommands(source).commands;
  if (command) return refuse(`psql's ${command.name} is not SQL; use a bash cell: psql -X -v ON_ERROR_STOP=1`, command.start);
  const substituted = substitute(source, variables);
  if ("message" in substituted) return refuse(substituted.message, substituted.offset);
  const {text, origin} = substituted;
  const statements = split(text, await loadPgQuery()).map((statement) => ({...statement, ...classify(statement, text)}));
  for (const statement of statements) {
    const why = statement.readsInput ? refuseInput : refuseInBlock(statement, config.transaction);
    if (why !== null) return refuse(why, origin(statement.start));
  }
  return {type: "prepared", text, statements, placeOf: (offset) => placeOf(origin(offset))};
}

export interface Running {
  readonly task: Task<SqlConfig>;
  readonly connected: Connected;
  readonly emit: Emit;
  readonly outlet: Outlet;
  readonly signal: AbortSignal;
}

async function runAll({text, statements, placeOf}: Prepared, running: Running): Promise<Failure | null> {
  const {task, connected, signal} = running;
  const own = task.config.transaction !== "auto";
  let limited = connected.transaction() !== "failed";
  if (own) await connected.ask("begin");
  let failure: Failure | null = null;
  for (const [index, statement] of statements.entries()) {
    if (signal.aborted) break;
    if (!limited && connected.transaction() !== "failed") {
      await setLimits(connected, task.timeoutMs);
      limited = true;
    }
    failure = await runStatement(
      {
        ...statement,
        text: text.slice(statement.start, statement.end),
        number: index + 1,
        place: (offset) => placeOf(statement.start + offset)
      },
      running
    );
    if (failure) break;
  }
  if (!own || connected.lost() !== null || failure?.lost) return failure;
  if (failure || signal.aborted || task.config.transaction === "rollback") {
    await connected.ask("rollback").catch(() => {});
    return failure;
  }
  return commit(running, statements.length);
}

async function commit(running: Running, statements: number): Promise<Failure | null> {
  if (running.connected.transaction() === "idle")
    return plainFailure("the transaction of the cell was ended from within; what it did before stands", null);
  const whole = {line: running.task.cell.source.split("\n").length, column: 1};
  const failure = await runStatement({text: "commit", number: statements + 1, commits: true, own: true, place: () => whole}, running);
  return failure && {...failure, error: failure.error && {...failure.error, message: `at COMMIT: ${failure.error.message}`, place: null}};
}

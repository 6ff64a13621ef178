/** Before a cell's clock starts: its server is there, and what its connection pins holds where the cell would destroy something. */
import type {ServerIdentity} from "../model/event.ts";
import {includesAround} from "../model/include.ts";
import type {ResolvedConnection} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";
import {whenAborted} from "./inputs.ts";
import {sessionKey} from "./sessions.ts";
import type {Stage} from "./stage.ts";
import type {Targets} from "./targets.ts";

const DEFAULT = "default";

/** The connection that a cell acts on, as far as the document can say: what a shell reaches is the default one. */
export function connectionOf({kindOf, request: {runbook}}: Where, cell: Cell): string {
  if (kindOf(cell).targets === "connections") return cell.options.on ?? DEFAULT;
  return includesAround(runbook, cell.id).at(-1)?.on[DEFAULT] ?? DEFAULT;
}
export type Where = Pick<Stage, "kindOf"> & {readonly request: Pick<Stage["request"], "runbook">};

export type Reached =
  | {readonly type: "ready"}
  | {readonly type: "withdrawn"} // it was cancelled meanwhile
  | {readonly type: "refused"; readonly message: string}; // the cell must not start

/**
 * Starts the embedded server if the cell needs it. A cell of a shell that `destroys` is held against the pins here; one that has
 * a connection of its own tells of it before it sends anything (see `claimTarget`).
 */
export async function reachTarget(stage: Stage, cell: Cell, destroys: boolean): Promise<Reached> {
  if (Object.keys(stage.request.runbook.settings.connections).length === 0) return {type: "ready"};
  const reaching = stage.interruptible(cell.id);
  try {
    const message = await Promise.race([reach(stage, cell, destroys, reaching.signal), whenAborted(reaching.signal)]);
    if (reaching.signal.aborted) return {type: "withdrawn"};
    return message === null ? {type: "ready"} : {type: "refused", message};
  } finally {
    reaching.end();
  }
}

async function reach(stage: Stage, cell: Cell, destroys: boolean, signal: AbortSignal): Promise<string | null> {
  const {targets} = stage;
  const name = connectionOf(stage, cell);
  if (stage.kindOf(cell).targets === "connections") {
    await targets.connection(name).catch(() => {}); // the cell will fail with it
    return null;
  }
  const environment = await targets.environment(name).catch(() => null);
  if (!destroys || environment === null || !isPinned(stage, name)) return null;
  try {
    await checkShell(stage, cell, isFar(cell) ? {} : toEnvironment(stage, cell, environment), signal);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a cell of another host reaches from there, nobody here can know: it answers for the connection itself. */
const isFar = ({options: {on}}: Cell): boolean => on !== null && on !== "local";

/** What programs of the cell will be given, as far as the run knows: a cell can still name another server by itself. */
function toEnvironment(stage: Stage, cell: Cell, own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const {request, variables, shells} = stage;
  const given = Object.fromEntries(request.values.flatMap(({name, value, via}) => (via === "--env-file" ? [[name, value]] : [])));
  const environment: Record<string, string> = {...request.environment, ...given, ...own, ...Object.fromEntries(variables.texts)};
  const shell = shells.get(sessionKey(cell));
  for (const name of ["PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGUSER", "PGDATABASE", "PGPASSWORD"]) {
    const value = shell?.(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

async function findReached(targets: Targets, name: string, environment: Readonly<Record<string, string>>): Promise<ResolvedConnection> {
  const reached = targets.reachedBy(environment);
  if (reached === null) return targets.connection(name);
  const usual = await targets.connection(name).catch(() => null);
  return usual?.embedded && addressOf(usual) === addressOf(reached) ? usual : reached;
}

/** A shell has no connection of its own: one is opened to ask. */
async function checkShell(stage: Stage, cell: Cell, environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const targets = await stage.targets.open();
  const name = connectionOf(stage, cell);
  const resolved = await findReached(targets, name, environment);
  const [{connect}, {identifyServer}, {explainConnectError}] = await Promise.all([
    import("./kinds/sql/connect.ts"),
    import("./kinds/sql/identify-server.ts"),
    import("./kinds/sql/explain-connect-error.ts")
  ]);
  let server: ServerIdentity | null = null;
  try {
    const connected = await connect(resolved, `runbook ${stage.id}`, signal);
    try {
      server = (await identifyServer(connected)).identity;
    } finally {
      await connected.end();
    }
  } catch (error) {
    if (isDown(error) && stage.checked.has(addressOf(resolved))) return recordUnreached(stage, cell, name, targets.pins(name));
    throw new Error(
      `nothing was run, because what connection "${name}" pins could not be checked: ${explainConnectError(error, resolved)}`
    );
  }
  await claimTarget(stage, cell, resolved, server, signal);
}

/** A restore stops the server before it destroys its files: one that this run has checked may be down. */
const isDown = (error: unknown): boolean =>
  error instanceof Error && ["ECONNREFUSED", "ENOENT", "57P03", "57P01"].includes(String((error as Error & {code?: string}).code));

async function recordUnreached(stage: Stage, cell: Cell, connection: string, pins: Readonly<Record<string, string>>): Promise<void> {
  await stage.record({type: "target-checked", step: cell.id, connection, pins, server: null, problem: null});
}

const addressOf = ({host, port}: Pick<ResolvedConnection, "host" | "port">): string => `${host}:${port}`;

const isPinned = ({request: {runbook}}: Stage, name: string): boolean => {
  const connection = runbook.settings.connections[name];
  return connection !== undefined && (connection.systemIdentifier !== null || connection.role !== null || connection.database !== null);
};

/**
 * Holds a server against what the cell's connection pins, sees to it that no other run acts on it, and records what was found.
 * Throws, with what was expected and found, where the cell must not act.
 */
export async function claimTarget(
  stage: Stage,
  cell: Cell,
  resolved: ResolvedConnection,
  server: ServerIdentity,
  signal: AbortSignal
): Promise<void> {
  const name = connectionOf(stage, cell);
  if (!isPinned(stage, name)) return;
  const targets = await stage.targets.open();
  const {findMismatch} = await import("./connections/pins.ts");
  const pins = targets.pins(name);
  const where = `${server.user}@${addressOf(server)}/${server.database}`;
  const mismatch = findMismatch(pins, server);
  const holder = mismatch === null && !server.embedded ? await targets.holds.hold(resolved, server, signal) : null;
  const problem =
    mismatch !== null
      ? `this is not what connection "${name}" pins: ${mismatch}, at ${where}; nothing was run`
      : holder !== null
        ? `${where} is held by ${holder}: two runs must not act on the same server at once; nothing was run`
        : null;
  await stage.record({type: "target-checked", step: cell.id, connection: name, pins, server, problem});
  if (problem !== null) throw new Error(problem);
  stage.checked.add(addressOf(server));
}

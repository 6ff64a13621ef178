import {setTimeout as sleep} from "node:timers/promises";

import type {Fact, Notice, Table} from "../../../../src/model/event.ts";
import type {BoundVariable, Finish, RawOutput, ResolvedConnection} from "../../../../src/model/kind.ts";
import type {Cell, RunId, StepId} from "../../../../src/model/runbook.ts";
import {resolveConninfo} from "../../../../src/runtime/connections/conninfo/resolve.ts";
import type {SqlSession} from "../../../../src/runtime/kinds/sql/session.ts";
import {sql} from "../../../../src/runtime/kinds/sql/sql.ts";

export interface Executed {
  readonly finish: Finish;
  readonly outputs: readonly RawOutput[];
  readonly tables: readonly Table[];
  readonly notices: readonly Notice[];
  readonly tags: readonly string[];
  readonly stdout: string;
}
export interface Options {
  readonly options?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly attempt?: number;
  readonly timeoutMs?: number | null;
  readonly retries?: number;
  readonly id?: string; // of the cell
  readonly emit?: (output: RawOutput) => void | Promise<void>;
}

/** One SQL session against a real server, and cells executed in it. */
export interface Notebook {
  readonly session: SqlSession;
  readonly facts: readonly Fact[];
  run(source: string, options?: Options): Promise<Executed>;
  close(): Promise<readonly string[]>;
}

/** Waits until another session does this, as the server itself sees it: "query like '%pg_sleep%' and state = 'active'". */
export async function untilOther(observer: Notebook, does: string, wanted = true): Promise<void> {
  const asked = `select pg_stat_clear_snapshot(); select exists (select from pg_stat_activity where pid <> pg_backend_pid() and (${does}))`;
  while (((await observer.run(asked)).tables[1]!.rows[0]![0] === "t") !== wanted) await sleep(20);
}
/** A statement that sleeps has begun, or waits for a lock. */
export const sleeping = "state = 'active' and query like '%pg_sleep%'";
export const locked = "wait_event_type = 'Lock'";

export const toCell = (source: string, config: unknown, {retries = null, id = "cell"}: {retries?: number | null; id?: string} = {}): Cell =>
  ({
    id: id as StepId,
    kind: "sql",
    language: "sql",
    source,
    config,
    options: {on: null, withinMs: null, retries},
    lines: source.split("\n").map((_, index) => [index + 1, 1])
  }) as unknown as Cell;

export function toConnection(url: string, more: Partial<ResolvedConnection> = {}): ResolvedConnection {
  const {password, findPassword: _, ...resolved} = resolveConninfo(url, {});
  return {
    name: "default",
    ...resolved,
    password: async () => password ?? undefined,
    readonly: false,
    embedded: false,
    demo: false,
    ...more
  };
}

export async function openNotebook(url: string, more: Partial<ResolvedConnection> = {}): Promise<Notebook> {
  const facts: Fact[] = [];
  const session = await sql.open({
    run: "01900000-0000-7000-8000-000000000000" as RunId,
    name: "main",
    on: null,
    settings: {connections: {}, hosts: {}, secrets: [], requires: [], files: [], drillEveryMs: null},
    directory: "/",
    runDirectory: "/",
    environment: async () => ({}),
    connection: async () => toConnection(url, more),
    host: (name) => name,
    secrets: () => new Map(),
    record: async (fact) => void facts.push(fact)
  });
  return {
    session,
    facts,
    async run(
      source,
      {options = {}, variables = {}, signal = new AbortController().signal, attempt = 1, timeoutMs = null, retries, id, emit} = {}
    ) {
      const outputs: RawOutput[] = [];
      const config = sql.read(options, (message) => {
        throw new Error(message);
      });
      const bound = new Map(
        Object.entries(variables).map(([name, value]): [string, BoundVariable] => [name, {value, secret: false, setAt: 1}])
      );
      const take = (output: RawOutput): void | Promise<void> => {
        outputs.push(output);
        return emit?.(output);
      };
      const finish = await sql.execute(
        {
          cell: toCell(source, config, {...(retries !== undefined && {retries}), ...(id !== undefined && {id})}),
          config,
          attempt,
          timeoutMs,
          variables: bound,
          terminal: null,
          runLabel: "runbook 0190 cell",
          claim: null
        },
        session,
        take,
        signal
      );
      return {
        finish,
        outputs,
        tables: outputs.filter((output) => output.type === "table"),
        notices: outputs.filter((output) => output.type === "notice"),
        tags: outputs.flatMap((output) => (output.type === "command" ? [output.tag] : [])),
        stdout: Buffer.concat(outputs.flatMap((output) => (output.type === "bytes" ? [output.bytes] : []))).toString()
      };
    },
    close: () => sql.close(session)
  };
}

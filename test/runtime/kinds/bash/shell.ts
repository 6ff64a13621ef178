import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import type {BoundVariable, Finish, RawOutput, SessionContext, Task, TerminalLine} from "../../../../src/model/kind.ts";
import type {Cell, CellOptions, RunId, StepId} from "../../../../src/model/runbook.ts";
import {createBash} from "../../../../src/runtime/kinds/bash/bash.ts";
import type {BashConfig} from "../../../../src/runtime/kinds/bash/config.ts";

/** A folder with a session in it, as a run would have them. */
export interface Shell {
  readonly directory: string;
  readonly runDirectory: string;
  readonly run: string;
  /** Executes a text as the next cell. */
  cell(source: string, given?: CellGiven): Promise<Ended>;
  close(): Promise<void>;
}
export interface CellGiven {
  readonly options?: Partial<CellOptions>;
  readonly cwd?: string;
  readonly shell?: string;
  readonly attempt?: number;
  readonly id?: string;
  readonly variables?: Readonly<Record<string, Partial<BoundVariable> & {readonly value: string}>>;
  readonly signal?: AbortSignal;
  readonly terminal?: TerminalLine | null;
  readonly answers?: Cell["answers"];
  readonly emit?: (output: RawOutput) => void | Promise<void>;
}
export interface Ended extends Finish {
  readonly stdout: string;
  readonly stderr: string;
}
export interface ShellGiven {
  readonly graceMs?: number;
  readonly settleMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly known?: ReadonlyMap<string, string>; // what else the run knows to be secret
  readonly session?: string;
  readonly on?: string | null;
  readonly hosts?: Readonly<Record<string, string>>; // name → URL
  readonly directory?: string; // of an earlier shell, to go on with its state
}

let runs = 0;

export async function openShell({
  graceMs = 1000,
  settleMs = 200,
  environment,
  secrets = [],
  known = new Map(),
  session = "main",
  directory,
  on = null,
  hosts = {}
}: ShellGiven = {}): Promise<Shell> {
  const kind = createBash({graceMs, settleMs});
  const folder = directory ?? (await mkdtemp(join(tmpdir(), "bash-test-")));
  const run = `run-${process.pid}-${++runs}`;
  const context: SessionContext = {
    run: run as RunId,
    name: session,
    on,
    settings: {connections: {}, hosts: {}, secrets, requires: [], files: [], drillEveryMs: null},
    directory: folder,
    runDirectory: join(folder, "run"),
    environment: async () => environment ?? {PATH: process.env["PATH"] ?? "", HOME: folder, LANG: "C.UTF-8"},
    connection: () => Promise.reject(new Error("no connections here")),
    host: (name) => {
      const found = hosts[name];
      if (found === undefined) throw new Error(`no host ${name}`);
      return found;
    },
    secrets: () => known,
    record: async () => {}
  };
  const open = await kind.open(context).catch(async (error: unknown) => {
    await rm(folder, {recursive: true, force: true});
    throw error;
  });
  let cells = 0;
  return {
    directory: folder,
    runDirectory: context.runDirectory,
    run,
    async cell(
      source,
      {
        options,
        cwd,
        shell,
        attempt = 1,
        id,
        variables = {},
        signal = new AbortController().signal,
        emit,
        terminal = null,
        answers = []
      } = {}
    ) {
      const problems: string[] = [];
      const config = kind.read({...(cwd === undefined ? {} : {cwd}), ...(shell === undefined ? {} : {shell})}, (message) =>
        problems.push(message)
      );
      if (problems.length > 0) throw new Error(problems.join("\n"));
      const cell = {...toCell(source, {id: id ?? `cell-${++cells}`, options, config}), answers};
      const bound = new Map(Object.entries(variables).map(([name, given]) => [name, {secret: false, setAt: 1, ...given}]));
      const task: Task<BashConfig> = {cell, config, attempt, timeoutMs: null, variables: bound, runLabel: "test", terminal, claim: null};
      const texts = {stdout: [] as Uint8Array[], stderr: [] as Uint8Array[]};
      const finish = await kind.execute(
        task,
        open,
        emit ?? ((output) => void (output.type === "bytes" && texts[output.stream].push(output.bytes))),
        signal
      );
      return {...finish, stdout: Buffer.concat(texts.stdout).toString(), stderr: Buffer.concat(texts.stderr).toString()};
    },
    async close() {
      await kind.close(open);
      await rm(folder, {recursive: true, force: true});
    }
  };
}

const noOptions: CellOptions = {
  timeoutMs: null,
  withinMs: null,
  everyMs: 2000,
  retries: null,
  continueOnError: false,
  when: null,
  confirm: false,
  phrase: null,
  destructive: null,
  safe: null,
  session: "main",
  ready: null,
  background: false,
  keep: false,
  tty: false,
  recordOutput: true,
  on: null
};

export function toCell(
  source: string,
  {id = "cell", options = {}, config = null}: {id?: string; options?: Partial<CellOptions> | undefined; config?: unknown} = {}
): Cell {
  const span = {line: 1, column: 1, endLine: 1, endColumn: 1};
  return {
    type: "cell",
    id: id as StepId,
    written: true,
    title: null,
    section: "section" as Cell["section"],
    uses: [],
    span,
    kind: "bash",
    language: "bash",
    source,
    lines: source.split("\n").map((_, index) => [index + 1, 1] as const),
    config,
    options: {...noOptions, ...options},
    expectations: [],
    captures: [],
    answers: [],
    before: [],
    after: []
  };
}

/** The pids that carry the mark of a run; empty when the run has left nothing. */
export async function processesOf(run: string): Promise<readonly number[]> {
  const {readdirSync} = await import("node:fs");
  const found: number[] = [];
  for (const pid of readdirSync("/proc").map(Number).filter(Boolean)) {
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
    if (text.split("\0").includes(`RUNBOOK_RUN=${run}`) && !/\) [ZX]/.test(state)) found.push(pid);
  }
  return found;
}

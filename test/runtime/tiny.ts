/** The smallest things a run can be tried with: a kind that spawns real shells, documents built by hand, a conductor in plan order. */

import {spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {parseExpression} from "../../src/expression/index.ts";
import {comesNext} from "../../src/model/course.ts";
import type {Assessment, Finish, Kind} from "../../src/model/kind.ts";
import type {Capture, Cell, CellOptions, Expression, Runbook, Section, SectionId, Span, Step, StepId} from "../../src/model/runbook.ts";
import type {Conductor} from "../../src/runtime/conductor.ts";

/** Each cell is a shell of its own; the cell's config, if it is a text, is what it would destroy. */
export const sh: Kind<string | null, {readonly env: Readonly<Record<string, string>>}> = {
  name: "sh",
  fences: ["sh"],
  transcripts: [],
  options: [],
  judge: "exit",
  targets: "hosts",
  read: () => null,
  inspect: async () => [],
  assess: async ({config, source}, variables): Promise<Assessment> => ({
    verdict: config === null ? "harmless" : "destructive",
    reasons: config === null ? [] : [String(config)],
    unknown: [],
    names: variables.filter((name) => source.includes(name))
  }),
  open: async (context) => ({env: await context.environment()}),
  execute: ({cell, variables}, {env}, emit, signal) =>
    new Promise<Finish>((resolve) => {
      const values = Object.fromEntries([...variables].map(([name, {value}]) => [name, value]));
      const child = spawn("bash", ["-euc", cell.source], {detached: true, env: {...env, ...values}, stdio: ["ignore", "pipe", "pipe"]});
      for (const stream of ["stdout", "stderr"] as const) {
        child[stream].on("data", async (bytes: Buffer) => {
          child[stream].pause();
          await emit({type: "bytes", stream, bytes});
          child[stream].resume();
        });
      }
      const end = (): void => void process.kill(-child.pid!, "SIGKILL");
      signal.addEventListener("abort", end);
      child.on("close", (exit, killed) => {
        signal.removeEventListener("abort", end);
        const error =
          exit === 0 ? null : {message: exit === null ? `killed by ${killed}` : `exit ${exit}, expected 0`, place: null, detail: null};
        resolve({
          exit,
          signal: killed,
          sqlstate: null,
          error,
          lost: null,
          state: null,
          transaction: null,
          leftovers: [],
          kept: [],
          detail: null,
          shell: null
        });
      });
    }),
  close: async () => []
};

export const span: Span = {line: 1, column: 1, endLine: 1, endColumn: 1};
export const expression = (source: string): Expression => {
  const parsed = parseExpression(source);
  if (parsed.type === "refused") throw new Error(parsed.message);
  return {source, reads: parsed.reads, span};
};

type Loose = Partial<Omit<Cell, "options" | "expectations" | "captures" | "id">> & {
  options?: Partial<CellOptions>;
  expect?: readonly string[];
  capture?: Readonly<Record<string, Partial<Omit<Capture, "value">> & {value?: string}>>;
};
export function cell(id: string, source: string, {options = {}, expect = [], capture = {}, ...rest}: Loose = {}): Cell {
  return {
    type: "cell",
    id: id as StepId,
    written: true,
    title: null,
    section: "main" as SectionId,
    uses: [],
    span,
    kind: "sh",
    language: "sh",
    source,
    lines: [[1, 1]],
    config: null,
    options: {
      timeoutMs: 10_000,
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
      on: null,
      ...options
    },
    expectations: expect.map((source) => ({that: expression(source)})),
    captures: Object.entries(capture).map(([name, {value, ...rest}]) => ({
      name,
      value: value === undefined ? null : expression(value),
      optional: false,
      secret: false,
      span,
      ...rest
    })),
    answers: [],
    before: [],
    after: [],
    ...rest
  };
}

export const section = (id: string, rest: Partial<Section> = {}): Section => ({
  id: id as SectionId,
  title: id,
  depth: 1,
  parent: null,
  include: null,
  rule: "in-order",
  estimate: null,
  nodes: [],
  span,
  ...rest
});

export function runbook(steps: readonly Step[], rest: Partial<Runbook> = {}): Runbook {
  return {
    path: "tiny.md",
    digest: createHash("sha256").update("tiny\n").digest("hex"),
    title: "Tiny",
    owner: null,
    revision: null,
    settings: {connections: {}, hosts: {}, secrets: [], requires: [], files: [], drillEveryMs: null},
    sections: [...new Set(["main", ...steps.map(({section}) => section)])].map((id) => section(id)),
    steps,
    inputs: [],
    milestones: [],
    objectives: [],
    reminders: [],
    includes: [],
    included: [],
    problems: [],
    ...rest
  };
}

/** Follows the plan; answers come from `ask`, values from `value`. */
export function conduct(
  book: Runbook,
  {ask = async () => null, value = async () => null}: Partial<Pick<Conductor, "ask" | "value">> = {}
): Conductor {
  let halted = false;
  return {
    async choose(run) {
      const next = comesNext(book, run, {halted: halted || run.cancelled !== null});
      if (next === null) return {type: "end"};
      return next.type === "skip" ? {...next, by: null} : {...next, by: null};
    },
    async ask(...question) {
      const answered = await ask(...question);
      if (answered === null) halted = true;
      return answered;
    },
    async value(...question) {
      const given = await value(...question);
      if (given === null) halted = true;
      return given;
    }
  };
}
